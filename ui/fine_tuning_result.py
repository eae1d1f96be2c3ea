"""What came of a fine-tuning."""

import streamlit as st

from core.analysis.fine_tuning_verdict import fine_tuning_verdict, has_forgotten
from core.fine_tuning.outcome import FineTuning
from core.mixture import Mixture
from ui.test_part import test_words


def fine_tuning_result(fine_tuning: FineTuning, test_accuracy: float) -> None:
    """Show what a model recognizes now, and what it recognized before it was fine-tuned."""
    mixture = fine_tuning.mixture
    with st.container(border=True, key="train_taught"):
        with st.grid(2, min_column_width=180):
            if fine_tuning.after is not None:
                _change(
                    "Classmates' drawings (held out)" if mixture else "Validation drawings (held out)",
                    f"{fine_tuning.after:.0%}",
                    fine_tuning.after,
                    fine_tuning.before,
                    f"Accuracy on {fine_tuning.holdout_size} drawings that were held out{_whose(mixture)}, "
                    f"and how it has changed. {_trained_on(fine_tuning)}",
                )
            _change(
                "MNIST test accuracy",
                f"{test_accuracy:.2%}",
                test_accuracy,
                fine_tuning.test_before,
                f"Share of the {test_words()} classified correctly, and how it has changed: "
                "what the model has forgotten would show here.",
            )
        if fine_tuning.before is not None and fine_tuning.after is not None:
            st.markdown(
                f"Of {fine_tuning.holdout_size} held-out drawings, "
                f"{fine_tuning.before * fine_tuning.holdout_size:.0f} were predicted correctly before and "
                f"{fine_tuning.after * fine_tuning.holdout_size:.0f} are now."
            )
        st.info(fine_tuning_verdict(fine_tuning), icon=":material/school:")
        if has_forgotten(fine_tuning, test_accuracy):
            st.markdown(
                "**Catastrophic forgetting**: its MNIST test accuracy has fallen. Drawings that look like "
                "other digits cause this, and so do wrong labels."
            )


def _whose(mixture: Mixture | None) -> str:
    """Return of how many people the held-out drawings are."""
    if not mixture:
        return ""
    return f", all those of {mixture.holdout_people} {'person' if mixture.holdout_people == 1 else 'people'}"


def _trained_on(fine_tuning: FineTuning) -> str:
    mixture = fine_tuning.mixture
    if not mixture:
        return f"The model was fine-tuned on {fine_tuning.train_size} others."
    if mixture.data == "mnist":
        return "The model was trained on MNIST alone, for comparison."
    mnist = " and on MNIST" if mixture.data == "both" else ""
    return f"The model was trained on {fine_tuning.train_size} drawings of {mixture.people} others{mnist}."


def _change(label: str, value: str, now: float, before: float | None, help: str) -> None:
    """Show a measurement, and how it has changed, if it was measured before."""
    if before is None:
        st.metric(label, value, help=help)
        return
    change = now - before
    points = f"{change * 100:+.2f} points"
    if change:
        st.metric(label, value, points, help=help)
    else:
        st.metric(label, value, "Unchanged", delta_color="off", delta_arrow="off", help=help)
