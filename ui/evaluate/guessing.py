"""A guess at the most frequent confusion, before the page shows it; the page keeps score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.data import CLASS_NAMES
from core.evaluation import Confusion, Evaluation
from core.store.run import Run

MOST_POINTS = 3
# A guess among this many of the most frequent confusions is close.
_CLOSE = 5
_GUESSES = "evaluate_guesses"
_SKIPPED = "evaluate_guess_skipped"
_PRAISE = {
    3: "Exactly! This is its most frequent mistake.",
    2: "Very close! It is among its five most frequent mistakes.",
    1: "It does happen, but others are more frequent.",
    0: "Not once. The network sees the digits in its own way.",
}


@dataclass(frozen=True)
class Guess:
    """What a guess is worth.

    Attributes
    ----------
    label, prediction : int
        The guessed confusion.
    count : int
        How often it happens.
    points : int
        3 if no confusion is more frequent, 2 if fewer than five are, 1 if it happens
        at all, 0 if it does not.
    """

    label: int
    prediction: int
    count: int
    points: int


def score(confusions: Sequence[Confusion], label: int, prediction: int) -> Guess:
    """Return what a guess is worth by the confusions that occur, the most frequent first."""
    counts = {(one.label, one.prediction): one.count for one in confusions}
    count = counts.get((label, prediction), 0)
    more_frequent = sum(other > count for other in counts.values())
    if count == 0:
        points = 0
    elif more_frequent == 0:
        points = MOST_POINTS
    else:
        points = 2 if more_frequent < _CLOSE else 1
    return Guess(label, prediction, count, points)


def done(run: Run, evaluation: Evaluation) -> bool:
    """Return whether the confusions may be shown; if not, ask for a guess, which may be skipped."""
    guesses: dict[str, Guess] = st.session_state.setdefault(_GUESSES, {})
    skipped: set[str] = st.session_state.setdefault(_SKIPPED, set())
    if run.id in guesses:
        _reveal(guesses, run)
    elif evaluation.confusions and run.id not in skipped:
        _ask(run, evaluation, guesses, skipped)
        return False
    return True


def named(digit: int | None) -> str:
    """Return a digit and its name, for a selection box."""
    return "" if digit is None else f"{digit} · {CLASS_NAMES[digit]}"


def _ask(run: Run, evaluation: Evaluation, guesses: dict[str, Guess], skipped: set[str]) -> None:
    st.markdown("Before you look: **which digit does this network most often take for which other one?**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label: Any = st.selectbox(
            "The digit", range(10), index=None, format_func=named, key="evaluate_guess_digit", width=180
        )
        prediction: Any = st.selectbox(
            "is taken for", range(10), index=None, format_func=named, key="evaluate_guess_answer", width=180
        )
        st.button(
            "Guess and see",
            type="primary",
            icon=":material/visibility:",
            key="evaluate_guess",
            disabled=label is None or prediction is None or label == prediction,
            on_click=lambda: guesses.update({run.id: score(evaluation.confusions, label, prediction)}),
        )
        st.button(
            "See without a guess",
            key="evaluate_skip_guess",
            on_click=lambda: skipped.add(run.id),
        )
    if label is not None and label == prediction:
        st.caption("A digit read as itself is no mistake. Choose two different ones.")


def _reveal(guesses: dict[str, Guess], run: Run) -> None:
    guess = guesses[run.id]
    points = sum(one.points for one in guesses.values())
    with st.container(border=True, key="evaluate_guess_result"):
        st.markdown(
            f"**{_PRAISE[guess.points]}** Times that {CLASS_NAMES[guess.label]} is read as "
            f"{CLASS_NAMES[guess.prediction]}: {guess.count}."
        )
        st.caption(f"You have {points} of {MOST_POINTS * len(guesses)} points. Try another model.")
