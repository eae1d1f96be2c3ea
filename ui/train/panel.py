"""A training as it waits, as it goes on, and its result."""

from collections.abc import Sequence

import streamlit as st

from core.history import Epoch
from core.jobs.eta import Estimate
from core.jobs.scheduler import STALE_SECONDS
from core.jobs.steering import moment_of
from core.steering.moment import Moment
from core.store.database import StoreError
from core.store.run import Run, RunError, RunState
from ui import resources, session
from ui.announcement import announce
from ui.train.curves import accuracy, loss
from ui.train.head import head
from ui.train.numbers import numbers
from ui.train.queued import queue_numbers, waits
from ui.train.result import meaning, settings
from ui.train.steer import slow_motion

# Seconds between two looks. Only the owner looks fast, and only at a run whose next change is
# near: a class of thirty that watches must not slow down the one run that it watches.
POLL_FAST = 0.25
POLL_RUNNING = 1.0
POLL_SOON = 5.0
POLL_LATER = 10.0
# From this position in the queue on it is "later".
LATER = 5
# A training that takes less than this is over before a slower pace would have been worth it.
SHORT_SECONDS = 10.0
_SILENT = (
    "The worker that trains this run has been silent for a few seconds. If it does not come back, the run "
    f"goes back into the queue after {STALE_SECONDS:.0f} s, and continues after its last finished epoch."
)


def training_panel(run: Run) -> None:
    """Show a run, kept up to date while something happens to it."""
    # Asked once: what is shown, announced and polled must agree, or nothing would mend it later.
    expected = waits(run)
    pace = _pace(run, expected)
    st.fragment(_panel, run_every=pace)(run.id, pace)
    # Outside the fragment: the page itself runs when a training starts and when it ends, and
    # nobody wants to be told of every epoch.
    announce(_news(run, expected), key="train_announcement")


def _news(run: Run, expected: Estimate | None) -> str:
    """Return what has happened last to a run, for those who do not see it."""
    if run.state is RunState.FINISHED and run.test_accuracy is not None:
        return f"Training finished. Test accuracy {run.test_accuracy:.1%}."
    if run.state is RunState.QUEUED:
        return "Training queued." if expected else "Training started."
    news = {RunState.RUNNING: "started", RunState.STOPPED: "stopped early"}
    return f"Training {news.get(run.state, 'ended without a result')}."


def _pace(run: Run, expected: Estimate | None) -> float | None:
    """Seconds between two looks at a run; None if it is at rest."""
    own = run.owner == session.owner()
    if run.state is RunState.RUNNING:
        watched = run.control.hold_at is not None or _soon_changes(run)
        return POLL_FAST if own and watched else POLL_RUNNING
    if run.state is RunState.QUEUED:
        if expected is None:
            return POLL_FAST if own else POLL_RUNNING
        if expected.position == 0:
            return POLL_RUNNING
        return POLL_SOON if expected.position < LATER else POLL_LATER
    return None


def _soon_changes(run: Run) -> bool:
    """Whether the first epoch is still to come, or the whole training is short."""
    done = run.epochs_done - run.parent_epochs
    return done <= 0 or run.seconds / run.epochs_done * run.recipe.epochs < SHORT_SECONDS


def _panel(run_id: str, shown_pace: float | None) -> None:
    try:
        run = resources.store().get(run_id)
        expected = waits(run)
        _show(run, resources.store().history(run_id), expected, _moment(run))
    except RunError:
        st.rerun()  # It is gone; the page says so.
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
    else:
        if _pace(run, expected) != shown_pace:
            # Nothing else changes the clock of a fragment than a run of the page. What has
            # changed is on the screen already.
            st.rerun()


def _moment(run: Run) -> Moment | None:
    """Return where the training pauses, once it does; also if what its last batch changed is not known."""
    if not run.is_paused:
        return None
    moment = moment_of(resources.store(), run.id)
    return moment if moment and moment.step == run.steps_done else Moment.without_batch(run.steps_done)


def _show(run: Run, history: Sequence[Epoch], expected: Estimate | None, moment: Moment | None) -> None:
    head(run, moment)
    if run.state.active and (notice := resources.store().database.notice):
        st.warning(f"{notice} What you see here may be out of date.", icon=":material/database_off:")
    elif run.state is RunState.RUNNING and run.id in resources.silent_runs():
        st.warning(_SILENT, icon=":material/heart_broken:")
    if run.state is RunState.FAILED:
        st.error(run.failure, icon=":material/error:")
    elif run.state is RunState.INTERRUPTED:
        st.warning(
            run.failure or "The server restarted during this run. The epochs so far are saved.",
            icon=":material/power_off:",
        )
    if run.control.pause_ended and run.owner == session.owner():
        st.info(run.control.pause_ended, icon=":material/groups:")
    with st.grid(4, min_column_width=150, key="train_numbers"):
        if expected:
            queue_numbers(expected)
        else:
            numbers(run, history)
    if moment:
        slow_motion(run, moment)
    accuracy(run, history)
    left, right = st.columns(2, gap="large")
    with right:
        meaning(run, history)
        settings(run)
    with left:
        loss(run, history)
