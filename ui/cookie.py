"""Which browser a visitor has, by the cookie that Streamlit gives it."""

import hashlib

import streamlit as st

_COOKIE = "_streamlit_xsrf"


def browser_id() -> str | None:
    """Return a digest of what stays the same in Streamlit's cookie; None if that cannot be read."""
    cookie = st.context.cookies.get(_COOKIE, "")
    token = _masked_token(cookie) or _decoded_token(cookie)
    return hashlib.sha256(token).hexdigest()[:16] if token else None


def _masked_token(cookie: str) -> bytes | None:
    """Return the token in ``2|mask|token XOR mask|time``, which is all that Streamlit writes so far."""
    try:
        version, mask, masked, _ = cookie.strip('"').split("|")
        key = bytes.fromhex(mask)
        token = bytes(byte ^ key[place % len(key)] for place, byte in enumerate(bytes.fromhex(masked)))
    except (ValueError, ZeroDivisionError):
        return None
    return token if version == "2" else None


def _decoded_token(cookie: str) -> bytes | None:
    """Return the token as Streamlit itself decodes it, should it have changed the format."""
    try:
        from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

        token, _ = decode_xsrf_token_string(cookie)
    except (ImportError, TypeError, ValueError):
        return None
    return token if isinstance(token, bytes) else None
