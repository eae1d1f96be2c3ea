"""What belongs to all pages, written into the address of the page that one has come to."""

from typing import Any

import streamlit as st

# The links of `st.navigation` carry no parameters, and Streamlit 1.67 writes a bound value into the
# address only when the visitor changes it. `st.query_params` would add an entry to the history: Back
# would lead to the same page.
_write: Any = st.components.v2.component(
    "digit-lab-address",
    html="<span hidden></span>",
    js="""
export default function ({ data }) {
  const url = new URL(window.location.href)
  if (data.value) url.searchParams.set(data.name, data.value)
  else url.searchParams.delete(data.name)
  if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url)
}
""",
)


def into_address(name: str, value: str) -> None:
    """Let the address have a parameter with this value; an empty one takes it out."""
    _write(key=f"address_{name}", data={"name": name, "value": value}, height="content")
