"""Links that restore a page: what its widgets show is in the address, and a link can be copied."""

import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui import chrome, session

# At which visit to a page each setting was looked for.
_VISITS = "links_visits"


@dataclass(frozen=True)
class Indices(Mapping[int, str]):
    """How the address writes the numbers from 0 up to a count, without a text for each of 60,000.

    A page makes its settings anew each time that it runs, and Streamlit keeps them with the visit.
    """

    count: int

    def __getitem__(self, index: int) -> str:
        if index not in range(self.count):
            raise KeyError(index)
        return str(index)

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.count))

    def __len__(self) -> int:
        return self.count


@dataclass(frozen=True)
class Setting:
    """A widget that is bound to the address by ``bind="query-params"``.

    Attributes
    ----------
    key : str
        Of the widget, and its name in the address.
    texts : mapping
        How the address writes each value that the widget can have; all are allowed.
    default : object
        The value that stays out of the address.
    """

    key: str
    texts: Mapping[Any, str]
    default: Any


def check(settings: Sequence[Setting]) -> None:
    """Say it if the address asks for what is not there; call it before the widgets are made.

    Streamlit itself drops such a value without a word, and shows the default.
    """
    _take_defaults(settings)
    wrong = [
        setting.key
        for setting in settings
        if st.query_params.get(setting.key, setting.texts[setting.default]) not in setting.texts.values()
    ]
    if wrong:
        say_wrong()


def _take_defaults(settings: Sequence[Setting]) -> None:
    """Give widgets the default that the address asks for, once at each visit to a page.

    Streamlit 1.67 drops a default from the address, and shows what the visitor had chosen before.
    """
    visits: dict[str, int] = st.session_state.setdefault(_VISITS, {})
    for setting in settings:
        asked = st.query_params.get(setting.key) == setting.texts[setting.default]
        if asked and visits.get(setting.key) != chrome.visit():
            st.session_state[setting.key] = setting.default
        visits[setting.key] = chrome.visit()


def say_wrong() -> None:
    """Say that the address asks for what is not there."""
    st.warning(
        "The link asks for something that is not here. You see the usual choice instead.",
        icon=":material/link_off:",
    )


def copy_link(page: str, settings: Sequence[Setting] = (), **more: str | None) -> None:
    """Show the link to what is on the page, with a button that copies it.

    Parameters
    ----------
    page : str
        Its name in the address.
    settings : sequence of Setting
    **more : str or None
        Other parts of the address; None and empty ones are left out.
    """
    state = st.session_state
    chosen = {one.key: one.texts.get(state.get(one.key, one.default)) for one in settings}
    defaults = {one.key: one.texts[one.default] for one in settings}
    parts = {key: text for key, text in chosen.items() if text and text != defaults[key]}
    parts |= {key: text for key, text in more.items() if text}
    query = urllib.parse.urlencode(parts, quote_via=urllib.parse.quote)
    st.markdown(":small[Copy link to this page:]")
    st.code(f"{session.server_address()}/{page}{'?' if query else ''}{query}", language=None)
