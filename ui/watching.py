"""Which run a visitor looks at, on every page and after a refresh."""

from collections.abc import Sequence

import streamlit as st

from core.store.run import Run, RunError
from core.store.runs import RunStore
from ui import chrome
from ui.session import WATCHED_ADDRESS, owner

# The visit to a page at which no run was there to be shown.
_CAME_FIRST = "came_first"
# So many of a visitor's newest runs are looked through for one that was trained.
_LATEST = 20


def watch(run_id: str) -> None:
    """Remember which run this visitor looks at.

    So it stays on the page when it has ended, and when they leave and come back. After a
    refresh the page finds their newest run. Into the address it goes only if another run is
    there: each change of the address is one more press of the Back button.
    """
    st.session_state[WATCHED_ADDRESS] = run_id
    if st.query_params.get(WATCHED_ADDRESS, run_id) != run_id:
        st.query_params[WATCHED_ADDRESS] = run_id


def forget() -> None:
    """Look at no run any more, because it is gone."""
    st.session_state.pop(WATCHED_ADDRESS, None)
    st.query_params.pop(WATCHED_ADDRESS, None)


def watched_run(store: RunStore) -> Run | None:
    """The run to show: the one in the address, the visitor's last one, or one in training.

    If the address names a run that is gone, the page says so before it shows another one.
    """
    asked = st.query_params.get(WATCHED_ADDRESS) or st.session_state.get(WATCHED_ADDRESS)
    run: Run | None = None
    if asked:
        try:
            run = store.get(asked)
        except RunError as error:
            st.warning(str(error), icon=":material/search_off:")
            forget()
    if run is None:
        run = next(iter(_own(store) or _of_others(store)), None)
    if run:
        watch(run.id)
    return run


def _own(store: RunStore) -> Sequence[Run]:
    """Return the visitor's newest run that was trained: a copy with weights changed by hand was not."""
    return [run for run in store.runs(owner(), limit=_LATEST) if not run.operation][:1]


def _of_others(store: RunStore) -> Sequence[Run]:
    """Return the runs in training, unless this visitor has come before there were any.

    What they do on the page meanwhile, such as choosing settings, must not give way to the run of
    somebody else.
    """
    state = st.session_state
    if state.get(_CAME_FIRST) == chrome.visit():
        return ()
    active = store.active()
    if not active:
        state[_CAME_FIRST] = chrome.visit()
    return active
