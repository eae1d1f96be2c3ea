"""What belongs to one visitor."""

import secrets

import streamlit as st

from core.runs import Run

_OWNER = "me"
_WATCHED = "run"


def owner() -> str:
    """An anonymous id of this visitor.

    It is kept in the session, and in the address once something belongs to the
    visitor, so that a refresh of the page does not make them a stranger.
    """
    if _OWNER not in st.session_state:
        st.session_state[_OWNER] = st.query_params.get(_OWNER) or secrets.token_hex(4)
    return str(st.session_state[_OWNER])


def watch(run_id: str) -> None:
    """Remember which run this visitor looks at, in the session and in the address."""
    st.session_state[_WATCHED] = run_id
    st.query_params[_WATCHED] = run_id
    st.query_params[_OWNER] = owner()


def watched_run(active: Run | None) -> str | None:
    """The run to show: the one in the address, the visitor's last one, or the active one."""
    asked = st.query_params.get(_WATCHED) or st.session_state.get(_WATCHED)
    return asked or (active.id if active else None)
