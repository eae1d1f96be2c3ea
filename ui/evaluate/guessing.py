"""A guess at the most frequent confusion, before the page shows it; the page keeps score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.data import CLASS_NAMES
from core.evaluation import Evaluation, Pair
from core.store.run import Run

MOST_POINTS = 3
# A guess among so many most frequent confusions is close.
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
    digit, answer : int
        The guessed confusion.
    count : int
        How often it happens.
    points : int
        3 if no confusion is more frequent, 2 if fewer than five are, 1 if it happens
        at all, 0 if it does not.
    """

    digit: int
    answer: int
    count: int
    points: int


def score(pairs: Sequence[Pair], digit: int, answer: int) -> Guess:
    """Compare a guess with the confusions that occur, the most frequent first."""
    count = next((pair.count for pair in pairs if (pair.digit, pair.answer) == (digit, answer)), 0)
    more_frequent = sum(pair.count > count for pair in pairs)
    if count == 0:
        points = 0
    elif more_frequent == 0:
        points = MOST_POINTS
    else:
        points = 2 if more_frequent < _CLOSE else 1
    return Guess(digit, answer, count, points)


def done(run: Run, evaluation: Evaluation) -> bool:
    """Whether the confusions may be shown; else the visitor is asked for a guess, or to go without."""
    guesses: dict[str, Guess] = st.session_state.setdefault(_GUESSES, {})
    skipped: set[str] = st.session_state.setdefault(_SKIPPED, set())
    if run.id in guesses:
        _reveal(guesses, run)
    elif evaluation.pairs and run.id not in skipped:
        _ask(run, evaluation, guesses, skipped)
        return False
    return True


def named(digit: int | None) -> str:
    """A digit and its name, for a selection box."""
    return "" if digit is None else f"{digit} · {CLASS_NAMES[digit]}"


def _ask(run: Run, evaluation: Evaluation, guesses: dict[str, Guess], skipped: set[str]) -> None:
    st.markdown("Before you look: **which digit does this network most often take for which other one?**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        digit: Any = st.selectbox(
            "The digit", range(10), index=None, format_func=named, key="evaluate_guess_digit", width=180
        )
        answer: Any = st.selectbox(
            "is taken for", range(10), index=None, format_func=named, key="evaluate_guess_answer", width=180
        )
        st.button(
            "Guess and see",
            type="primary",
            icon=":material/visibility:",
            key="evaluate_guess",
            disabled=digit is None or answer is None or digit == answer,
            on_click=lambda: guesses.update({run.id: score(evaluation.pairs, digit, answer)}),
        )
        st.button(
            "See without a guess",
            key="evaluate_skip_guess",
            on_click=lambda: skipped.add(run.id),
        )
    if digit is not None and digit == answer:
        st.caption("A digit read as itself is no mistake. Choose two different ones.")


def _reveal(guesses: dict[str, Guess], run: Run) -> None:
    guess = guesses[run.id]
    points = sum(one.points for one in guesses.values())
    with st.container(border=True, key="evaluate_guess_result"):
        st.markdown(
            f"**{_PRAISE[guess.points]}** Times that {CLASS_NAMES[guess.digit]} is read as "
            f"{CLASS_NAMES[guess.answer]}: {guess.count}."
        )
        st.caption(f"You have {points} of {MOST_POINTS * len(guesses)} points. Try another model.")
