"""Keeping a page up to date while something happens in the line."""

from collections.abc import Iterable

import streamlit as st

from core.database import StoreError
from core.records import Run, RunState
from ui import resources

POLL_SECONDS = 3.0


def watch_line(shown: Iterable[Run]) -> None:
    """Run the page again as soon as the line is not any more what the page shows of it."""
    line = _moments(shown)
    st.fragment(_look, run_every=POLL_SECONDS if line else None)(line)


def _moments(line: Iterable[Run]) -> tuple[tuple[str, RunState], ...]:
    return tuple((run.id, run.state) for run in line)


def _look(shown: tuple[tuple[str, RunState], ...]) -> None:
    try:
        if _moments(resources.store().line()) != shown:
            st.rerun()
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
