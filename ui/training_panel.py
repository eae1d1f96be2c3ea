"""A training as it goes on, and its result."""

import streamlit as st

from core import charts
from core.jobs import TrainingRefused
from core.runs import Run, RunError, RunState
from ui import chrome, resources, session

# Faster polling takes time away from the training itself.
POLL_SECONDS = 1.0
# From this gap on (share of images), a network has begun to learn by heart.
LARGE_GAP = 0.02
# Below these training accuracies a network has learned hardly anything, or not well.
HARDLY_LEARNED = 0.5
WELL_LEARNED = 0.9


def training_panel(run: Run) -> None:
    """Show a run, kept up to date while it is active."""
    every = POLL_SECONDS if run.state.active else None
    st.fragment(_panel, run_every=every)(run.id, run.state.active)


def _panel(run_id: str, was_active: bool) -> None:
    try:
        run = resources.store().get(run_id)
    except RunError as error:
        st.warning(str(error), icon=":material/search_off:")
        return
    if was_active and not run.state.active:
        # Nothing else stops the clock of a fragment than a run of the page without it.
        st.rerun()

    st.subheader(run.name, anchor=False)
    st.caption(run.recipe.settings)
    if run.state.active:
        _progress(run)
    elif run.state is RunState.FAILED:
        st.error(run.failure, icon=":material/error:")
    elif run.state is RunState.STOPPED:
        st.info("Stopped early. The network keeps what it had learned.", icon=":material/stop_circle:")
    if run.train_accuracy is not None and run.test_accuracy is not None:
        _result(run, run.train_accuracy, run.test_accuracy)
    if run.history:
        _curves(run)


def _progress(run: Run) -> None:
    total = run.recipe.epochs
    if run.state is RunState.STARTING:
        text = "Starting the engine. The first time takes a few seconds."
    elif run.state is RunState.MEASURING:
        text = "Measuring on the test images."
    elif run.stopping:
        text = "Stopping after this batch."
    else:
        current = min(len(run.history) + 1, total)
        text = f"Epoch {current} of {total}"
    with st.container(key="train_progress"):
        st.progress(min(run.progress, 1.0), text=text)
    if run.owner == session.owner():
        st.button(
            "Stop",
            icon=":material/stop:",
            key="train_stop",
            on_click=_stop,
            args=(run.id,),
            disabled=run.stopping or run.state is RunState.MEASURING,
            help="Ends the training now. The network keeps what it has learned.",
        )
    else:
        st.info(
            "This training was started by somebody else. You can watch it, "
            "and start yours when it has ended.",
            icon=":material/group:",
        )


def _stop(run_id: str) -> None:
    try:
        resources.trainer().stop(run_id, session.owner())
    except TrainingRefused as error:
        st.toast(str(error), icon=":material/block:")


def _curves(run: Run) -> None:
    last = run.history[-1]
    epochs = run.recipe.epochs
    per_epoch = sum(epoch.seconds for epoch in run.history) / len(run.history)
    with st.grid(2, min_column_width=140):
        st.metric("Epochs finished", f"{len(run.history)} / {epochs}")
        st.metric(
            "Accuracy while training",
            f"{last.accuracy:.1%}",
            help="Average over the last epoch, while the weights were still changing. "
            "Dropout and moved images make it lower than what the finished network reaches.",
        )
        if last.val_accuracy is not None:
            st.metric("Validation accuracy", f"{last.val_accuracy:.1%}")
        st.metric("Seconds per epoch", f"{per_epoch:.1f}")
        if run.state is RunState.TRAINING and run.seconds_left is not None:
            minutes, seconds = divmod(round(run.seconds_left), 60)
            st.metric("Time left", f"{minutes}:{seconds:02d} min")
    st.altair_chart(
        charts.learning_curve(run.history, epochs, "accuracy"),
        key="train_accuracy_curve",
        alt=f"Accuracy after each epoch, {last.accuracy:.1%} after epoch {last.number}",
    )
    st.altair_chart(
        charts.learning_curve(run.history, epochs, "loss"),
        key="train_loss_curve",
        alt=f"Loss after each epoch, {last.loss:.2f} after epoch {last.number}",
    )


def _result(run: Run, train_accuracy: float, test_accuracy: float) -> None:
    gap = train_accuracy - test_accuracy
    with st.container(border=True, key="train_result"):
        with st.grid(2, min_column_width=140):
            st.metric("Images it learned from", f"{train_accuracy:.2%}", help="Share read right")
            st.metric("Test images", f"{test_accuracy:.2%}", help="Share read right of 10,000 new images")
        st.metric("Gap in percentage points", f"{gap * 100:+.2f}")
        st.markdown(_verdict(train_accuracy, gap))
    with st.container(horizontal=True):
        chrome.page_link("3_evaluate.py", "See where it fails", model=run.id)
        chrome.page_link("4_predict.py", "Draw a digit for it", model=run.id)


def _verdict(train_accuracy: float, gap: float) -> str:
    """What the two accuracies mean."""
    if train_accuracy < HARDLY_LEARNED:
        return (
            "The network has hardly learned anything. If its curve is still rising, it needs more "
            "epochs or a smaller batch size. If the curve is flat or jumps, the learning rate is too large."
        )
    if gap > LARGE_GAP:
        return (
            "The network reads the images it learned from clearly better than new ones. "
            "It has begun to learn them by heart: that is called **overfitting**. "
            "More training images help most, then dropout."
        )
    if train_accuracy < WELL_LEARNED:
        return (
            "The network does not even read well what it learned from: that is called **underfitting**. "
            "If its curve is still rising, more epochs or a smaller batch size help; "
            "if it is flat, more units."
        )
    return (
        "The network reads new images nearly as well as those it learned from. "
        "What it learned is about digits, not about single images: it **generalises**."
    )
