"""The owner's hand on a training: another learning rate, a pause, one batch or one epoch at a time."""

import contextlib
import dataclasses
import time

import streamlit as st

from core.jobs.steering import steer
from core.plots import figures
from core.plots.batch_chart import outputs_before_and_after
from core.steering.control import Control, factors_of, rate_words
from core.steering.moment import Moment
from core.store.database import StoreError
from core.store.run import Run, RunError, RunState
from ui import pictures, resources, session
from ui.words import percent

SLOW_START = "train_slow_start"
# How long a click waits for its batch, and how often it looks.
WAIT_SECONDS, ASK_SECONDS = 0.35, 0.02


def can_steer(run: Run) -> bool:
    """Return whether this visitor may steer a run, and it has not ended."""
    active = run.state is RunState.RUNNING and not run.stopping and run.progress < 1
    return active and run.owner == session.owner() and not run.fine_tuning


def steering(run: Run) -> None:
    """Offer another learning rate, and a pause."""
    if not can_steer(run):
        return
    with st.popover("Steer", icon=":material/tune:", key="train_steer"):
        _learning_rate(run)
        st.button(
            "Pause",
            icon=":material/pause:",
            key="train_pause",
            disabled=run.control.hold_at is not None,
            on_click=_want,
            args=(run.id, Control(run.control.factor, hold_at=0)),
            help="Then go on batch by batch, and watch what each update changes.",
        )


def slow_start() -> None:
    """Let the visitor choose that the next run pauses before its first batch."""
    st.toggle(
        "Start in slow motion",
        key=SLOW_START,
        persist_state="session",
        help="The run pauses before its first batch. Then you go on batch by batch, and watch what each "
        "update of the weights changes.",
    )


def at_start() -> Control:
    """Return how the next run is steered from its first batch on."""
    return Control(hold_at=0) if st.session_state.get(SLOW_START) else Control()


def slow_motion(run: Run, moment: Moment) -> None:
    """Show where a training pauses, and for its owner the way on."""
    with st.container(border=True, key="train_slow_motion"):
        if can_steer(run):
            _way_on(run, moment)
        if len(moment.images):
            _batch(moment)
        else:
            st.markdown("*Next batch* shows the images of a batch, and what one update changes.")


def _learning_rate(run: Run) -> None:
    factor = run.control.factor
    # Another widget for another rate, which may have been chosen in another tab.
    key = f"train_rate_{run.id}_{factor:g}"
    with st.container(key="train_rate"):
        st.segmented_control(
            "Learning-rate schedule" if run.recipe.decay else "Learning rate",
            sorted({*factors_of(run.recipe), factor}),
            default=factor,
            format_func=lambda factor: rate_words(run.recipe, factor),
            required=True,
            key=key,
            on_change=_change_rate,
            args=(run.id, run.control, key),
            help="From the next batches on. The change is marked on the curve, and the run says that it was "
            "steered." + (" The cosine decay is multiplied by this." if run.recipe.decay else ""),
        )


def _change_rate(run_id: str, control: Control, key: str) -> None:
    if not _is_taken(run_id, dataclasses.replace(control, factor=st.session_state[key])):
        st.session_state[key] = control.factor


def _way_on(run: Run, moment: Moment) -> None:
    steps, control = run.recipe.steps_per_epoch, run.control
    end_of_epoch = (moment.step // steps + 1) * steps
    with st.container(horizontal=True):
        for label, icon, key, hold_at in (
            ("Next batch", "skip_next", "train_next_batch", moment.step + 1),
            ("Next epoch", "fast_forward", "train_next_epoch", end_of_epoch),
            ("Resume", "play_arrow", "train_go_on", None),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                key=key,
                on_click=_go_on,
                args=(run.id, Control(control.factor, hold_at)),
            )


def _go_on(run_id: str, control: Control) -> None:
    """Let the training go on, and wait a moment: a single batch is shown with the answer to the click."""
    _want(run_id, control)
    end = time.monotonic() + WAIT_SECONDS
    with contextlib.suppress(RunError, StoreError):
        while time.monotonic() < end and not _has_come(resources.store().get(run_id), control):
            time.sleep(ASK_SECONDS)


def _has_come(run: Run, control: Control) -> bool:
    return control.hold_at is None or run.steps_done >= control.hold_at


def _want(run_id: str, control: Control) -> None:
    _is_taken(run_id, control)


def _is_taken(run_id: str, control: Control) -> bool:
    """Say what the visitor wants of a run; return whether it can be, or else tell them why not."""
    try:
        steer(resources.store(), run_id, session.owner(), control)
    except (RunError, StoreError) as error:
        st.toast(str(error), icon=":material/block:")
        return False
    return True


def _batch(moment: Moment) -> None:
    """Show the first images of the batch, and the ten outputs for the very first one."""
    label = int(moment.labels[0])
    st.markdown(
        f"Loss on this batch: **{moment.loss_before:.3f}** before the update, "
        f"**{moment.loss_after:.3f}** after it."
    )
    images, outputs = st.columns(2, gap="medium")
    with images:
        pictures.show(
            figures.digit_grid,
            moment.images,
            [_caption(moment, place) for place in range(len(moment.images))],
            columns=5,
            alt=f"The first images of the batch, with the labels {', '.join(map(str, moment.labels))}",
        )
        st.markdown(":small[The probability of the true label, before → after.]")
    with outputs:
        st.vega_lite_chart(
            outputs_before_and_after(moment.before[0], moment.after[0], pictures.style()),
            key="train_outputs",
            alt=f"The ten outputs for the first image, a {label}, before and after the update",
        )
        st.markdown(f":small[The ten outputs for the first image, whose label is {label}.]")


def _caption(moment: Moment, place: int) -> str:
    label = moment.labels[place]
    # In two lines: in one, “>99% → >99%” would be wider than the digit.
    return (
        f"label {label}\n{percent(moment.before[place, label], 0)} → {percent(moment.after[place, label], 0)}"
    )
