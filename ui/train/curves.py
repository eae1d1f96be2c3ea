"""The learning curves of a run: accuracy and loss."""

from collections.abc import Sequence

import streamlit as st

from core.history import Epoch
from core.plots.learning_curve import learning_curve
from core.steering.control import rate_words
from core.store.run import Run
from ui import pictures, projector

# What is left of the window for the chart, below the page's head, the run's and its numbers; on a
# phone these take more rows. Vega asks the browser, whose window the server does not know, and asks
# again whenever the chart's width changes.
CHART_HEIGHT = "width > 560 ? clamp(windowSize()[1] - 340, 260, 600) : clamp(windowSize()[1] - 500, 220, 420)"
LOSS_HEIGHT = 240
_ZOOM = "train_zoom"


def accuracy(run: Run, history: Sequence[Epoch]) -> None:
    """Show the accuracy after each epoch."""
    last = f"{history[-1].accuracy:.1%} after epoch {history[-1].number}" if history else "no epoch yet"
    with st.container(key="train_chart"):
        st.vega_lite_chart(
            projector.sized(
                learning_curve(
                    history,
                    run.recipe.epochs,
                    "accuracy",
                    validation=run.recipe.validation_size > 0,
                    zoom=bool(st.session_state.get(_ZOOM)),
                    height=CHART_HEIGHT,
                    changes=changes(run),
                    style=pictures.style(),
                )
            ),
            key="train_accuracy_curve",
            alt=f"Accuracy per epoch: {last}",
        )


def changes(run: Run) -> list[tuple[float, str]]:
    """Return after how many epochs the learning rate was changed by hand, and to what."""
    return [
        (change.step / run.recipe.steps_per_epoch, f"learning rate {rate_words(run.recipe, change.factor)}")
        for change in run.rate_changes
    ]


def loss(run: Run, history: Sequence[Epoch]) -> None:
    """Show the loss after each epoch."""
    last = f"{history[-1].loss:.2f} after epoch {history[-1].number}" if history else "no epoch yet"
    st.toggle(
        "Zoom the accuracy axis",
        key=_ZOOM,
        help="Without zoom the axis is the same for every run, 0 to 100%, so that curves can be compared.",
    )
    st.subheader(
        "Loss: sparse categorical cross-entropy",
        anchor=False,
        help="What training minimizes: −ln of the probability that the network gives to the true label, "
        "averaged over the images. Guessing has a loss of ln 10 = 2.3.",
    )
    st.vega_lite_chart(
        projector.sized(
            learning_curve(
                history,
                run.recipe.epochs,
                "loss",
                validation=run.recipe.validation_size > 0,
                height=LOSS_HEIGHT,
                changes=changes(run),
                style=pictures.style(),
            )
        ),
        key="train_loss_curve",
        alt=f"Loss per epoch: {last}",
    )
