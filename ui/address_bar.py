"""What belongs to all pages: taken along from page to page, and written into the address."""

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
# A link to the page that one is on changes what is at its top, which may be off the screen; the next step
# of a lesson begins at the top of its panel.
_scroll: Any = st.components.v2.component(
    "digit-lab-scroll",
    html="<span hidden></span>",
    js="""
export default function () {
  const up = (name) => document.querySelector(`[data-testid=${name}]`)?.scrollTo(0, 0)
  const onClick = ({ target }) => {
    if (target.closest("[data-testid=stPageLink]")) up("stMain")
    if (target.closest(".st-key-lesson_next, .st-key-lesson_step")) up("stSidebarContent")
  }
  document.addEventListener("click", onClick, true)
  return () => document.removeEventListener("click", onClick, true)
}
""",
)
# What each widget had last in this tab, and at which visit to a page.
_KEPT = "carried"


def into_address(name: str, value: str) -> None:
    """Let the address have a parameter with this value; an empty one takes it out."""
    _write(key=f"address_{name}", data={"name": name, "value": value}, height="content")


def scroll_up() -> None:
    """Show the top of a page to those who click a link to it, and of a lesson's step likewise."""
    _scroll(key="scroll_up", height="content")


def is_kept(key: str) -> bool:
    """Return whether a widget had a value on the page before, or on this one."""
    return key in st.session_state.get(_KEPT, {})


def bring(key: str) -> None:
    """Give a widget the value that it had on the page before; call it before the widget is made.

    A widget of the same key on another page is another one for Streamlit: it would start empty.
    """
    from ui import chrome

    value, visit = st.session_state.get(_KEPT, {}).get(key, (None, chrome.visit()))
    if visit != chrome.visit() and key not in st.query_params:
        st.session_state[key] = value


def keep(key: str, value: Any) -> None:
    """Remember what a widget has; nothing if it is None."""
    from ui import chrome

    kept = st.session_state.setdefault(_KEPT, {})
    kept.pop(key, None)
    if value is not None:
        kept[key] = value, chrome.visit()
