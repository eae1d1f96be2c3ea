"""A run that waits: what to expect of it."""

import contextlib
import math

import streamlit as st

from core.jobs.eta import Estimate
from core.store.database import StoreError
from core.store.run import Run, RunState
from ui import resources
from ui.words import clock

_QUEUED = "Queued: it starts automatically, and you can leave this page."
_NO_WORKER = "Queued: no worker is running now. It starts when one is, and you can leave this page."


def waits(run: Run) -> Estimate | None:
    """Return what to expect of a queued run; None if it starts at once, or is not queued."""
    if run.state is not RunState.QUEUED:
        return None
    with contextlib.suppress(StoreError):
        expected = resources.estimates().get(run.id)
        if expected and expected.waits and (expected.position > 0 or expected.starts > 0):
            return expected
    return None


def waiting_for(expected: Estimate | None) -> str:
    """Return what a queued run waits for."""
    if expected is None:
        return "Starting…"
    return _QUEUED if math.isfinite(expected.starts) else _NO_WORKER


def queue_numbers(expected: Estimate) -> None:
    """Show where a run is in the queue, and when it starts and ends."""
    with contextlib.suppress(StoreError):
        waiting = sum(other.waits for other in resources.estimates().values())
        st.metric("Position in queue", f"{expected.position + 1} / {waiting}")
        st.metric("Starts in about", clock(expected.starts))
        st.metric("Done in about", clock(expected.ends))
