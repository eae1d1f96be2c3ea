"""Keeping a page up to date while something happens in the line."""

from collections.abc import Callable, Iterable

import streamlit as st

from core.store.database import StoreError
from core.store.run import Run, RunState
from ui import resources

POLL_SECONDS = 3.0
# Also an empty line is looked at: a class may begin while the page is projected.
IDLE_SECONDS = 20.0


def watch_line(shown: Iterable[Run], among: Callable[[Run], bool] = lambda _: True) -> None:
    """Run the page again as soon as the line is not any more what the page shows of it.

    Parameters
    ----------
    shown : iterable of Run
    among : callable
        Tells which runs of the line the page is about; all if there is none.
    """
    line = _moments(shown)
    st.fragment(_look, run_every=POLL_SECONDS if line else IDLE_SECONDS)(line, among)


def _moments(line: Iterable[Run]) -> tuple[tuple[str, RunState], ...]:
    return tuple((run.id, run.state) for run in line)


def _look(shown: tuple[tuple[str, RunState], ...], among: Callable[[Run], bool]) -> None:
    try:
        if _moments(filter(among, resources.store().active())) != shown:
            st.rerun()
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
