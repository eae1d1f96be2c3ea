"""What belongs to one visitor."""

import secrets

import streamlit as st

_OWNER = "me"


def owner() -> str:
    """An anonymous id of this visitor.

    It is kept in the session, and in the address once something belongs to the
    visitor, so that a refresh of the page does not make them a stranger.
    """
    if _OWNER not in st.session_state:
        st.session_state[_OWNER] = st.query_params.get(_OWNER) or secrets.token_hex(4)
    return str(st.session_state[_OWNER])


def keep_owner_in_address() -> None:
    """Let the id survive a refresh of the page."""
    st.query_params[_OWNER] = owner()
