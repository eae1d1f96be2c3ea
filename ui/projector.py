"""Projector mode: larger type, charts and canvas, on every page, for those in the back row."""

from typing import Any

import streamlit as st

from ui import links
from ui.address_bar import bring, into_address, keep

# Of the switch, and its name in the address.
BIG = "big"
_ON = "1"
# How much larger a chart's text is, and a chart of fixed height.
_SCALE = 1.45
_SIZES = ("fontSize", "labelFontSize", "titleFontSize", "symbolSize")
_MORE_ABOVE = 110
# What Streamlit writes in charts that say nothing else, in pixels.
_USUAL_TEXT = 12

# Theme sizes are one for the server, so this and the board have a stylesheet. All of Streamlit's sizes
# are in rem.
_STYLE = """
<style>
html { font-size: max(18px, 1.1vw) }
[data-testid="stMainBlockContainer"] { padding-left: 2rem; padding-right: 2rem; max-width: none }
</style>
"""


def is_big() -> bool:
    """Return whether the visitor has switched projector mode on."""
    return bool(st.session_state.get(BIG))


def switch() -> None:
    """Show the switch, on every page; the address says `?big=1`."""
    links.check([links.Setting(BIG, {False: "", True: _ON}, False)])
    if BIG not in st.session_state and BIG in st.query_params:
        st.session_state[BIG] = st.query_params[BIG] == _ON
    bring(BIG)
    big = st.toggle(
        "Projector mode",
        key=BIG,
        persist_state="session",
        help="Larger type and charts. The address keeps it, so a bookmark opens the page large.",
    )
    keep(BIG, big)


def style() -> None:
    """Make everything larger, if the visitor wants it."""
    if is_big():
        st.html(_STYLE)
    if is_big() or BIG in st.query_params:
        into_address(BIG, _ON if is_big() else "")


def sized(specification: dict[str, Any]) -> dict[str, Any]:
    """Return a Vega-Lite specification as it is, or in projector mode with larger text, and higher."""
    if not is_big():
        return specification
    larger: dict[str, Any] = _larger(specification)
    usual = {"labelFontSize": _USUAL_TEXT * _SCALE, "titleFontSize": _USUAL_TEXT * _SCALE}
    config = larger.get("config", {})
    larger["config"] = {**config, **{part: usual | config.get(part, {}) for part in ("axis", "legend")}}
    if isinstance(height := specification.get("height"), int | float):
        larger["height"] = height * _SCALE
    return larger


def _larger(part: Any) -> Any:
    if isinstance(part, str):
        # Charts that fill the window leave room for what is above them, which is larger, too.
        return part.replace("windowSize()[1]", f"(windowSize()[1] - {_MORE_ABOVE})")
    if isinstance(part, list):
        return [_larger(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: value * _SCALE
        if name in _SIZES and isinstance(value, int | float)
        else value
        if name in ("data", "datasets")
        else _larger(value)
        for name, value in part.items()
    }


def sized_chart(chart: Any) -> Any:
    """Return an Altair chart as `sized` would."""
    return type(chart).from_dict(sized(chart.to_dict())) if is_big() else chart
