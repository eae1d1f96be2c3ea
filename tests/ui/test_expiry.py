"""A value that expires between two looks of Streamlit's at its cache is made again."""

import streamlit as st
from streamlit.runtime.caching import cache_utils

from ui.expiry import expect_expiry


class Clock:
    """A clock that goes on by so many seconds each time somebody looks at it."""

    now, step = 0.0, 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_what_expires_while_it_is_read_is_made_again(monkeypatch):
    expect_expiry()
    clock = Clock()
    monkeypatch.setattr(cache_utils, "TTLCACHE_TIMER", clock)
    made: list[float] = []

    @st.cache_resource(ttl=10.0, show_spinner=False)
    def value() -> int:
        made.append(clock.now)
        return len(made)

    for step in range(1, 10):
        clock.step = 0.0
        value.clear()
        before = value()
        clock.step = float(step)
        assert value() in (before, before + 1)
    assert len(made) > 10, "in some of them it expired"
