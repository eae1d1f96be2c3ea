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
# A link to the page that one is on changes what is at its top, which may be off the screen, and Streamlit
# 1.67 leaves the address as it was: a refresh, or the next click, would bring back what was there before.
# The next step of a lesson begins at the top of its panel.
_follow: Any = st.components.v2.component(
    "digit-lab-links",
    html="<span hidden></span>",
    js="""
export default function () {
  const up = (name) => document.querySelector(`[data-testid=${name}]`)?.scrollTo(0, 0)
  const onClick = (event) => {
    const link = event.target.closest("[data-testid=stPageLink] a")
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey
    if (link) up("stMain")
    if (link && isPlain && link.pathname === window.location.pathname) {
      event.preventDefault()
      event.stopPropagation()
      if (link.href === window.location.href) return
      window.history.pushState(window.history.state, "", link.href)
      window.dispatchEvent(new PopStateEvent("popstate"))
    }
    if (event.target.closest(".st-key-lesson_next, .st-key-lesson_step")) up("stSidebarContent")
  }
  document.addEventListener("click", onClick, true)
  return () => document.removeEventListener("click", onClick, true)
}
""",
)
# What each widget had last in this tab, and at which visit to a page.
_KEPT = "carried"


def into_address(name: str, value: str, before: str = "") -> None:
    """Let the address have a parameter with this value, or none if it is empty.

    It is written again when ``before``, what was there, is another one.
    """
    data = {"name": name, "value": value, "before": before}
    _write(key=f"address_{name}", data=data, height="content")


def follow_links() -> None:
    """Let a link to the page that one is on do what other links do, and a step begin at its top."""
    _follow(key="follow_links", height="content")


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
