"""A guess of the test accuracy before a training, for those who want to think first."""

import streamlit as st

from core.store.run import Run
from ui.test_part import test_words

_INPUT = "train_guess"
# What this visitor guessed of each run, until they leave.
_GUESSES = "train_guesses"
# As near as this, in percentage points, is a good guess: about what another seed would change.
_CLOSE = 0.5


def offer() -> None:
    """Let the visitor guess before they start."""
    guess = st.session_state.get(_INPUT)
    label = "Guess first" if guess is None else f"Guess: {guess:g}%"
    with st.popover(label, icon=":material/psychology_alt:", key="train_guess_first"):
        st.number_input(
            "Your guess of the test accuracy, in %",
            0.0,
            100.0,
            value=None,
            step=0.5,
            format="%g",
            placeholder="Optional",
            key=_INPUT,
            persist_state="session",
            help=f"Share of the {test_words()} that the network will classify correctly. The page shows "
            "your guess beside the result. Only you see it, until you close or reload this page.",
        )


def keep(run_id: str) -> None:
    """Bind the guess to the run that was started with it; the next run gets another. Before `offer`."""
    guess = st.session_state.get(_INPUT)
    if guess is not None:
        guesses = st.session_state.get(_GUESSES, {})
        st.session_state[_GUESSES] = {**guesses, run_id: guess / 100}
        st.session_state[_INPUT] = None


def of(run: Run) -> float | None:
    """Return the guess of the test accuracy of a run, from 0 to 1; None if there was none."""
    guess: float | None = st.session_state.get(_GUESSES, {}).get(run.id)
    return guess


def verdict(guess: float, test_accuracy: float) -> str:
    """Return how far a guess was from the result, both from 0 to 1, in a sentence.

    Examples
    --------
    >>> verdict(0.9, 0.9372)
    'You guessed 90%. The test accuracy is 3.7 percentage points higher.'
    """
    guessed = f"You guessed {100 * guess:g}%."
    points = 100 * (test_accuracy - guess)
    if abs(points) <= _CLOSE:
        return f"{guessed} That is within half a percentage point of the result."
    return f"{guessed} The test accuracy is {abs(points):.1f} percentage points " + (
        "higher." if points > 0 else "lower."
    )
