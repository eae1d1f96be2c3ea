"""What belongs to one visitor."""

import hashlib
import secrets

import streamlit as st

from core.runs import Run, RunError, RunStore

_OWNER = "owner"
_WATCHED = "run"


def owner() -> str:
    """An anonymous id of this visitor, the same in all tabs and after a refresh.

    It comes from the cookie that Streamlit gives each browser against forged requests;
    where that is missing, it lasts as long as the session. It is never in the address,
    so whoever shares a link does not share their trainings.
    """
    if _OWNER not in st.session_state:
        st.session_state[_OWNER] = browser_id() or secrets.token_hex(8)
    return str(st.session_state[_OWNER])


def browser_id() -> str | None:
    """A digest of what stays the same in the cookie: ``2|mask|token XOR mask|time``."""
    parts = st.context.cookies.get("_streamlit_xsrf", "").strip('"').split("|")
    try:
        _, mask, masked, _ = parts
        key = bytes.fromhex(mask)
        token = bytes(byte ^ key[place % len(key)] for place, byte in enumerate(bytes.fromhex(masked)))
    except (ValueError, ZeroDivisionError):
        return None
    return hashlib.sha256(token).hexdigest()[:16]


def watch(run_id: str) -> None:
    """Remember which run this visitor looks at, in the session and in the address.

    So it stays on the page when it has ended, when they leave and come back, and after
    a refresh.
    """
    st.session_state[_WATCHED] = run_id
    st.query_params[_WATCHED] = run_id


def watched_run(store: RunStore) -> Run | None:
    """The run to show: the one in the address, the visitor's last one, or the active one.

    Raises
    ------
    RunError
        If the address names a run that is not there, and there is no other to show.
    """
    asked = st.query_params.get(_WATCHED) or st.session_state.get(_WATCHED)
    run = store.active()
    if asked:
        try:
            run = store.get(asked)
        except RunError:
            if run is None:
                raise
    if run:
        watch(run.id)
    return run
