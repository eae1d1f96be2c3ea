"""What came of a fine-tuning."""

import streamlit as st

from core.analysis.verdict import fine_tuning_verdict, has_forgotten
from core.fine_tuning import FineTuning


def fine_tuning_result(fine_tuning: FineTuning, test_accuracy: float) -> None:
    """Show what a model recognizes now, and what it recognized before it was fine-tuned."""
    with st.container(border=True, key="train_taught"):
        with st.grid(2, min_column_width=180):
            if fine_tuning.before is not None and fine_tuning.after is not None:
                _change(
                    "Validation drawings (held out)",
                    f"{fine_tuning.after:.0%}",
                    fine_tuning.after - fine_tuning.before,
                    f"Accuracy on {fine_tuning.holdout_size} drawings that were held out, and how it has "
                    f"changed. The model was fine-tuned on {fine_tuning.train_size} others.",
                )
            if fine_tuning.test_before is not None:
                _change(
                    "MNIST test accuracy",
                    f"{test_accuracy:.2%}",
                    test_accuracy - fine_tuning.test_before,
                    "Share of the 10,000 test images classified correctly, and how it has changed: "
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


def _change(label: str, value: str, change: float, help: str) -> None:
    points = f"{change * 100:+.2f} points"
    if change:
        st.metric(label, value, points, help=help)
    else:
        st.metric(label, value, "Unchanged", delta_color="off", delta_arrow="off", help=help)
