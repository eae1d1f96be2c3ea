"""The id of a browser, from the cookie that Streamlit itself makes."""

import os
import sys

import pytest
import streamlit as st
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from ui.cookie import _masked_token, browser_id
from ui.session import owner_in


@pytest.fixture
def cookie(monkeypatch: pytest.MonkeyPatch):
    """Let the browser send this cookie."""
    return lambda value: monkeypatch.setattr(
        type(st.context), "cookies", {} if value is None else {"_streamlit_xsrf": value}
    )


def test_streamlits_own_cookie_is_understood(cookie):
    token = os.urandom(16)
    ids = set()
    for time in (1, 2):  # Each answer of the server has another mask.
        cookie(generate_xsrf_token_string(token, time))
        ids.add(browser_id())
    assert len(ids) == 1
    assert owner_in(ids.pop() or ""), "it can be in a personal link"
    cookie(generate_xsrf_token_string())
    assert browser_id() not in ids


def test_an_id_stays_what_it_was_before():
    """It is what the runs of existing stores belong to."""
    assert _masked_token("2|0f0f0f0f|0e0d0c0b|1") == b"\x01\x02\x03\x04"


def test_another_format_is_left_to_streamlit(cookie, monkeypatch: pytest.MonkeyPatch):
    token = os.urandom(16)
    cookie(generate_xsrf_token_string(token))
    known = browser_id()
    cookie(token.hex())  # The first version of the format, which Streamlit still decodes.
    assert browser_id() == known
    monkeypatch.setitem(sys.modules, "streamlit.web.server.starlette.starlette_app_utils", None)
    assert browser_id() is None, "then the address says who the visitor is"


@pytest.mark.parametrize("value", [None, "", "2|||", "2||00|1", "2|zz|00|1", "3|a|b|c", "ü", "2|00|00"])
def test_anything_else_is_no_browser(cookie, value: str | None):
    cookie(value)
    assert browser_id() is None
