"""Whether the visitor has a phone."""

import streamlit as st


def is_phone() -> bool:
    """Return whether the browser says that it is on a phone; the server does not know its window."""
    agent = st.context.headers.get("User-Agent") or ""
    return "Mobi" in agent
