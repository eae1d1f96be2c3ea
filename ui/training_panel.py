"""A training as it waits, as it goes on, and its result."""

import contextlib
from collections.abc import Callable, Sequence

import streamlit as st

from core.fine_tuning import MEANINGFUL_HOLDOUT, FineTuning
from core.history import Epoch
from core.jobs.admission import RunRefused
from core.jobs.eta import seconds_per_epoch
from core.jobs.tensorflow_loader import tensorflow_loader
from core.plots import charts
from core.recipe import LIMITS, RecipeError
from core.store.database import StoreError
from core.store.run import Run, RunError, RunState
from ui import chrome, resources, session

# Faster polling takes time away from the training itself. Who waits can do with less: a
# class of thirty that waits must not slow down the one run that it waits for.
POLL_RUNNING = 1.0
POLL_NEXT = 2.0
POLL_SOON = 5.0
POLL_LATER = 10.0
# From this position in the queue on it is "later".
LATER = 5
# From an epoch of this length on, one wants to see its batches go by.
SLOW_EPOCH_SECONDS = 2.0
# From this gap on (share of images), a network has begun to learn by heart.
LARGE_GAP = 0.02
# Below these training accuracies a network has learned hardly anything, or not well.
HARDLY_LEARNED = 0.5
# Losing more of the test images than this (share) is not by chance.
FORGOTTEN = 0.003
WELL_LEARNED = 0.9


def training_panel(run: Run) -> None:
    """Show a run, kept up to date while something happens to it."""
    pace = _pace(run)
    st.fragment(_panel, run_every=pace)(run.id, run.state, pace)


def _pace(run: Run) -> float | None:
    """Seconds between two looks at a run; None if it is at rest."""
    if run.state is RunState.RUNNING:
        return POLL_RUNNING
    if run.state is RunState.QUEUED:
        with contextlib.suppress(StoreError):
            expected = resources.estimates().get(run.id)
            position = expected.position if expected else 0
            return POLL_NEXT if position == 0 else POLL_SOON if position < LATER else POLL_LATER
        return POLL_SOON
    return None


def _panel(run_id: str, shown_state: RunState, shown_pace: float | None) -> None:
    try:
        run = resources.store().get(run_id)
        if run.state is not shown_state or _pace(run) != shown_pace:
            # Nothing else changes the clock of a fragment than a run of the page.
            st.rerun()
        _show(run, resources.store().history(run_id))
    except RunError:
        st.rerun()  # It is gone; the page says so.
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")


def _show(run: Run, history: Sequence[Epoch]) -> None:
    st.subheader(chrome.plain(run.label), anchor=False)
    st.caption(run.recipe.settings)
    if not run.bundled and run.owner != session.owner():
        st.caption(_whose(run))
    if run.state is RunState.QUEUED:
        _place(run)
    elif run.state is RunState.RUNNING:
        _progress(run)
    elif run.state is RunState.FAILED:
        st.error(run.failure, icon=":material/error:")
    elif run.state is RunState.INTERRUPTED:
        _interrupted(run)
    elif run.state is RunState.STOPPED:
        st.info("Stopped early. The network keeps what it had learned.", icon=":material/stop_circle:")
    if run.train_accuracy is not None and run.test_accuracy is not None:
        if run.fine_tuning:
            _taught(run.fine_tuning, run.test_accuracy)
            _links(run)
        else:
            _result(run, run.train_accuracy, run.test_accuracy)
    if history:
        _curves(run, history)


def _whose(run: Run) -> str:
    if run.nickname:
        return f"Started by {chrome.plain(run.nickname)}. You can look, but not change it."
    return "Started by somebody else. You can look, but not change it."


def _place(run: Run) -> None:
    estimates = resources.estimates()
    expected = estimates.get(run.id)
    if expected is None:
        return  # It has only just joined the line, or left it; the next look shows it.
    waiting = sum(other.waits for other in estimates.values())
    with st.container(key="train_line"):
        st.info(
            "This run waits in line. It begins by itself; you may leave the page.",
            icon=":material/hourglass_top:",
        )
        with st.grid(2, min_column_width=140):
            st.metric("Place in line", f"{expected.position + 1} / {waiting}")
            st.metric("Begins in about", clock(expected.starts))
            st.metric("Ends in about", clock(expected.ends))
    if run.owner == session.owner():
        st.button(
            "Cancel",
            icon=":material/close:",
            key="train_stop",
            on_click=_cancel,
            args=(run.id,),
            help="Takes the run out of the line.",
        )


def _progress(run: Run) -> None:
    epochs, steps = run.recipe.epochs, run.recipe.steps_per_epoch
    done, share = round(run.progress * epochs * steps), min(run.progress, 1.0)
    if run.stopping:
        text = "Stopping as soon as the batch is done."
    elif run.progress == 0 and not tensorflow_loader.is_loaded:
        text, share = resources.STARTING, 0.0
    elif run.progress == 0:
        text = "Building the network."
    elif run.progress >= 1:
        text = "Measuring on the test images."
    elif run.epochs_done and run.seconds / run.epochs_done < SLOW_EPOCH_SECONDS:
        text = f"Epoch {run.epochs_done + 1} of {epochs}"
    else:
        text = f"Epoch {done // steps + 1} of {epochs}, batch {done % steps:,} of {steps:,}"
    with st.container(key="train_progress"):
        st.progress(share, text=text)
    if run.owner == session.owner():
        st.button(
            "Stop",
            icon=":material/stop:",
            key="train_stop",
            on_click=_act,
            args=(resources.queue().stop, run.id),
            disabled=run.stopping or run.progress >= 1,
            help="Ends the training now. The network keeps what it has learned.",
        )


def _interrupted(run: Run) -> None:
    st.warning(
        run.failure or "The server ended in the middle of this run. What it had learned is kept.",
        icon=":material/power_off:",
    )
    if run.owner == session.owner():
        st.button(
            "Resume",
            icon=":material/play_arrow:",
            key="train_resume",
            on_click=_act,
            args=(resources.queue().resume, run.id),
            help="Goes on after the last finished epoch.",
        )


def _act(action: Callable[[str, str], None], run_id: str) -> None:
    """Do something with a run of this visitor, or say why not."""
    try:
        action(run_id, session.owner())
        resources.estimates.clear()
    except (RunError, RunRefused, StoreError) as error:
        st.toast(str(error), icon=":material/block:")


def _cancel(run_id: str) -> None:
    _act(resources.queue().stop, run_id)
    with contextlib.suppress(StoreError):
        try:
            resources.store().get(run_id)
        except RunError:
            session.forget()
            st.toast("Your run has left the line.", icon=":material/check:")


def _curves(run: Run, history: Sequence[Epoch]) -> None:
    last = history[-1]
    epochs = run.recipe.epochs
    with st.grid(2, min_column_width=140):
        st.metric("Epochs finished", f"{len(history)} / {epochs}")
        st.metric(
            "Accuracy while training",
            f"{last.accuracy:.1%}",
            help="Average over the last epoch, while the weights were still changing. "
            "Dropout and moved images make it lower than what the finished network reaches.",
        )
        if last.val_accuracy is not None:
            st.metric("Validation accuracy", f"{last.val_accuracy:.1%}")
        per_epoch = seconds_per_epoch(run, ())
        if per_epoch:
            st.metric("Seconds per epoch", f"{per_epoch:.1f}")
            if run.state is RunState.RUNNING:
                st.metric("Time left", clock((1 - run.progress) * epochs * per_epoch))
    st.vega_lite_chart(
        charts.learning_curve(history, epochs, "accuracy"),
        key="train_accuracy_curve",
        alt=f"Accuracy after each epoch, {last.accuracy:.1%} after epoch {last.number}",
    )
    st.vega_lite_chart(
        charts.learning_curve(history, epochs, "loss"),
        key="train_loss_curve",
        alt=f"Loss after each epoch, {last.loss:.2f} after epoch {last.number}",
    )


def clock(seconds: float) -> str:
    """A length of time for people: minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d} min"


def _result(run: Run, train_accuracy: float, test_accuracy: float) -> None:
    gap = train_accuracy - test_accuracy
    with st.container(border=True, key="train_result"):
        with st.grid(2, min_column_width=140):
            st.metric("Images it learned from", f"{train_accuracy:.2%}", help="Share read right")
            st.metric("Test images", f"{test_accuracy:.2%}", help="Share read right of 10,000 new images")
        st.metric("Gap in percentage points", f"{gap * 100:+.2f}")
        st.markdown(_verdict(train_accuracy, gap))
    _links(run)
    _train_on(run)


def _links(run: Run) -> None:
    with st.container(horizontal=True):
        chrome.page_link("3_evaluate.py", "See where it fails", model=run.id)
        chrome.page_link("4_predict.py", "Draw a digit for it", model=run.id)


def _taught(fine_tuning: FineTuning, test_accuracy: float) -> None:
    """Show what a network recognizes now, and what it recognized before it was fine-tuned."""
    with st.container(border=True, key="train_taught"):
        with st.grid(2, min_column_width=180):
            if fine_tuning.before is not None and fine_tuning.after is not None:
                _change(
                    "Drawings kept aside",
                    f"{fine_tuning.after:.0%}",
                    fine_tuning.after - fine_tuning.before,
                    f"Share read right of {fine_tuning.holdout_size} drawings that it was not taught, and "
                    f"how it has changed. It was taught {fine_tuning.train_size} others.",
                )
            if fine_tuning.test_before is not None:
                _change(
                    "Test images of MNIST",
                    f"{test_accuracy:.2%}",
                    test_accuracy - fine_tuning.test_before,
                    "Share read right of the 10,000 test images, and how it has changed: "
                    "what it has forgotten would show here.",
                )
        if fine_tuning.before is not None and fine_tuning.after is not None:
            st.markdown(
                f"Of {fine_tuning.holdout_size} drawings kept aside it read "
                f"{fine_tuning.before * fine_tuning.holdout_size:.0f} before and reads "
                f"{fine_tuning.after * fine_tuning.holdout_size:.0f} now."
            )
        st.markdown(fine_tuning_verdict(fine_tuning))
        if fine_tuning.test_before is not None and test_accuracy < fine_tuning.test_before - FORGOTTEN:
            st.markdown(
                "It has **forgotten** some of what it knew: it reads fewer of the old test images. "
                "Drawings that look like other digits do that, or wrong labels among them."
            )


def _change(label: str, value: str, change: float, help: str) -> None:
    points = f"{change * 100:+.2f} points"
    if change:
        st.metric(label, value, points, help=help)
    else:
        st.metric(label, value, "Unchanged", delta_color="off", delta_arrow="off", help=help)


def fine_tuning_verdict(fine_tuning: FineTuning) -> str:
    """Return what the holdout drawings say of a fine-tuning, in words."""
    if fine_tuning.before is None or fine_tuning.after is None:
        return "No drawing was kept aside, so nothing tells whether it has learned."
    if fine_tuning.holdout_size < MEANINGFUL_HOLDOUT:
        return "So few drawings kept aside say little. Keep more, and teach it again."
    if fine_tuning.after > fine_tuning.before:
        return "It reads this hand better now."
    if fine_tuning.after < fine_tuning.before:
        return "It reads this hand **worse** now. Look whether each drawing is kept as what it is."
    if fine_tuning.after >= WELL_LEARNED:
        return "It read this hand well before. It learns more from drawings that it misreads."
    return "It has **not learned** this hand. Look whether each drawing is kept as what it is."


def _train_on(run: Run) -> None:
    """Offer more epochs, in a new run."""
    most = int(LIMITS["epochs"].high) - run.epochs_done
    if not run.has_model or run.bundled or most < 1:
        return
    with st.popover("Train it further", icon=":material/forward:", key="train_further"):
        st.markdown("A new run goes on from here with the same settings. This one stays as it is.")
        more = st.number_input("More epochs", 1, most, min(5, most), key=f"train_more_{run.id}")
        if st.button("Start", type="primary", key="train_extend"):
            try:
                further = resources.queue().extend(run.id, more, session.owner(), session.nickname())
            except (RunError, RunRefused, RecipeError, StoreError) as error:
                st.toast(str(error), icon=":material/block:")
            else:
                resources.estimates.clear()
                session.watch(further.id)
                st.rerun()


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
