"""A guess at the most frequent confusion, for those who want to think first; the page keeps score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.evaluation import Confusion, Evaluation
from core.store.run import Run
from core.test_sets.evaluation_sets import EvaluationSet
from ui.evaluate import widgets

MOST_POINTS = 3
# A guess among this many of the most frequent confusions is close.
_CLOSE = 5
_GUESSES = "evaluate_guesses"
_PRAISE = {
    3: "Exactly! No confusion is more frequent.",
    2: "Very close! It is among the 5 most frequent confusions.",
    1: "It does happen, but others are more frequent.",
    0: "That never happens.",
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


def offer() -> bool:
    """Offer to hide the matrix until a guess was made, and return whether the visitor wants it."""
    wanted: bool = st.toggle(
        "Guess first",
        key="evaluate_guess_first",
        help="Hides the matrix of each model until you have guessed its most frequent confusion.",
        persist_state="session",
    )
    return wanted


def done(run: Run, test_set: EvaluationSet, evaluation: Evaluation) -> bool:
    """Return whether there is a guess, and show what it is worth; if there is none, ask for it."""
    guesses: dict[str, Guess] = st.session_state.setdefault(_GUESSES, {})
    name = f"{run.id}{widgets.suffix(test_set)}"
    if name in guesses:
        _reveal(guesses, name)
    elif evaluation.confusions:
        _ask(name, evaluation, guesses)
        return False
    return True


def _ask(name: str, evaluation: Evaluation, guesses: dict[str, Guess]) -> None:
    st.markdown("**Which two digits does this network confuse most?**")
    with st.container(horizontal=True):
        label: Any = st.selectbox(
            "True label", range(10), index=None, placeholder="Digit", key="evaluate_guess_digit", width=140
        )
        prediction: Any = st.selectbox(
            "Predicted label",
            range(10),
            index=None,
            placeholder="Digit",
            key="evaluate_guess_answer",
            width=140,
        )
    if label is not None and label == prediction:
        st.markdown("That would be correct. Choose two different digits.")
    st.button(
        "Check my guess",
        icon=":material/visibility:",
        key="evaluate_guess",
        disabled=label is None or prediction is None or label == prediction,
        on_click=lambda: guesses.update({name: score(evaluation.confusions, label, prediction)}),
    )


def _reveal(guesses: dict[str, Guess], name: str) -> None:
    guess = guesses[name]
    points = sum(one.points for one in guesses.values())
    with st.container(key="evaluate_guess_result"):
        st.markdown(
            f"**{_PRAISE[guess.points]}** true {guess.label} → predicted {guess.prediction}: "
            f"{widgets.images(guess.count)}."
        )
        st.markdown(f"You have {points} of {MOST_POINTS * len(guesses)} points. Try another model.")
