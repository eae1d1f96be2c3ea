"""The head of a run: what is watched, how far it is, and what one may do with it."""

import streamlit as st

from core.jobs.eta import seconds_per_epoch
from core.jobs.tensorflow_loader import tensorflow_loader
from core.steering.moment import Moment
from core.store.run import Run, RunState
from ui import chrome, resources, session
from ui.train.actions import actions
from ui.train.queued import waiting_for, waits
from ui.words import clock

# From an epoch of this length on, one wants to see its batches go by.
SLOW_EPOCH_SECONDS = 2.0


def head(run: Run, moment: Moment | None) -> None:
    """Show what is watched, how far it is, and what one may do with it: all in one row."""
    with st.container(horizontal=True, vertical_alignment="center", key="train_run"):
        st.header(chrome.plain(run.label), anchor=False, width="content")
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            with st.container(key="train_progress"):
                if run.state.active:
                    share, text = _paused(run, moment) if moment else progress(run)
                    st.progress(share, text=_whose(run) + text)
                else:
                    st.markdown(f":small[{_ended(run)}]")
            actions(run)


def _whose(run: Run) -> str:
    if run.bundled or run.owner == session.owner():
        return ""
    name = chrome.plain(run.nickname) if run.nickname else "someone else"
    return f"Started by {name}. You can look, but not change it. "


def _ended(run: Run) -> str:
    if run.bundled:
        return "Comes with Digit Lab."
    done = {RunState.FINISHED: "Finished", RunState.STOPPED: "Stopped early"}.get(run.state)
    return f"{_whose(run)}{done} after {clock(run.seconds)}." if done else _whose(run)


def _paused(run: Run, moment: Moment) -> tuple[float, str]:
    """Return the share that is done, and where the training pauses."""
    epoch, batch = divmod(moment.step, run.recipe.steps_per_epoch)
    place = f"after batch {batch:,} of {_batches(run)}" if batch else "before the first batch"
    return run.progress, f"Paused in epoch {epoch + 1} {place}"


def _batches(run: Run) -> str:
    """Return how many batches an epoch has: a split by writers leaves some images unused."""
    about = "about " if run.recipe.validation_by == "writers" else ""
    return f"{about}{run.recipe.steps_per_epoch:,}"


def progress(run: Run) -> tuple[float, str]:
    """Return the share that is done, and what happens now."""
    epochs, steps = run.recipe.epochs, run.recipe.steps_per_epoch
    # The epochs are known at once, the progress within an epoch with the next heartbeat.
    share = min(max(run.progress, run.epochs_done / epochs), 1.0)
    if run.state is RunState.QUEUED:
        return share, waiting_for(waits(run))
    if run.stopping:
        return share, "Stopping after this batch…"
    if run.epochs_done >= epochs:
        return 1.0, "Evaluating on the test set…"
    if run.progress == 0 and resources.own_workers() and not tensorflow_loader.is_loaded:
        return 0.0, resources.STARTING
    if share == run.parent_epochs / epochs:
        return share, "Building the model…"
    per_epoch = seconds_per_epoch(run, ())
    text = f"Epoch {run.epochs_done + 1} of {epochs}"
    if not per_epoch or per_epoch >= SLOW_EPOCH_SECONDS:
        batch = round(share * epochs * steps) - run.epochs_done * steps
        text += f", batch {min(max(batch, 1), steps):,} of {_batches(run)}"
    return share, f"{text} · {clock((1 - share) * epochs * per_epoch)} left" if per_epoch else text
