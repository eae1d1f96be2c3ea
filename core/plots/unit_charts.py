"""The sum of one unit as charts: products, activation function, and where its output goes."""

import functools
import math
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from core.plots.figures import LIGHT, Style
from core.plots.inside_charts import Spec, empty, filled, hexadecimal, specification
from core.plots.pixels import Values, diverging
from core.plots.theme import contrast, legible

_CURVE_POINTS = 161


def numbers(values: Values, style: Style = LIGHT) -> Spec:
    """Return a small table of numbers with two decimals, filled by their value.

    Parameters
    ----------
    values : ndarray of float, shape (rows, columns)
    style : Style
    """
    fills = hexadecimal(diverging(values, style).reshape(-1, 3))
    rows = [
        {"row": row, "column": column, "text": signed(float(value), 2), "fill": fill, "ink": _ink(fill)}
        for ((row, column), value), fill in zip(np.ndenumerate(values), fills, strict=True)
    ]
    return filled(_numbers_frame(style), rows)


@functools.cache
def _numbers_frame(style: Style) -> Spec:
    scale = alt.Scale(padding=0)
    base = empty(
        alt.X("column:O", title=None, axis=None, scale=scale),
        alt.Y("row:O", title=None, axis=None, scale=scale),
    )
    cells = base.mark_rect(stroke=style.muted, strokeWidth=0.5).encode(color=alt.Color("fill:N", scale=None))
    texts = base.mark_text(fontSize=16).encode(text=alt.Text("text:N"), color=alt.Color("ink:N", scale=None))
    return specification((cells + texts).properties(height=150))


def activation_curve(curve: Values, points: Values, z: float, output: float, style: Style = LIGHT) -> Spec:
    """Return an activation function as a curve, with one unit's sum and output as a point on it.

    Parameters
    ----------
    curve, points : ndarray of float, shape (n,)
        The function's values, and the sums that they are at.
    z, output : float
    style : Style
    """
    rows: list[dict[str, Any]] = [
        {"z": float(x), "output": float(y)} for x, y in zip(points, curve, strict=True)
    ]
    return filled(_curve_frame(style), [*rows, {"z": z, "output": output, "zero": 0.0, "point": True}])


@functools.cache
def _curve_frame(style: Style) -> Spec:
    x = alt.X("z:Q", title="Sum z", axis=alt.Axis(tickCount=5))
    y = alt.Y("output:Q", title="Output", axis=alt.Axis(tickCount=5))
    base = empty(x)
    line = base.transform_filter("!datum.point").mark_line(color=style.muted, strokeWidth=2.5).encode(y)
    there = base.transform_filter("datum.point").encode(tooltip=alt.Tooltip("z:Q", format=".3f"))
    drop = there.mark_rule(color=style.orange, strokeDash=[4, 3]).encode(
        y=alt.Y("zero:Q"), y2=alt.Y2("output:Q")
    )
    point = there.mark_point(filled=True, size=170, color=style.orange, opacity=1).encode(y)
    return specification(legible(alt.LayerChart(layer=[line, drop, point]).properties(height=220), style))


def contributions(values: Values, names: Sequence[str], style: Style = LIGHT) -> Spec:
    """Return what a unit adds to units of the next layer, as bars to both sides of zero."""
    rows = [
        {"name": name, "value": float(value), "fill": style.blue if value > 0 else style.orange}
        for name, value in zip(names, values, strict=True)
    ]
    return filled(_contributions_frame(style), rows)


@functools.cache
def _contributions_frame(style: Style) -> Spec:
    x = alt.X(
        "value:Q",
        title="Output × weight",
        axis=alt.Axis(tickCount=4),
        scale=alt.Scale(nice=False, padding=14),
    )
    axis = alt.Axis(labelFontSize=14, labelOverlap=False, labelFlush=False)
    chart = empty(x, alt.Y("name:N", sort=None, title=None, axis=axis)).mark_bar()
    tooltip = [
        alt.Tooltip("name:N", title="To"),
        alt.Tooltip("value:Q", title="Output × weight", format="+.3f"),
    ]
    chart = chart.encode(alt.Color("fill:N", scale=None), tooltip=tooltip).properties(height=250)
    return specification(legible(chart, style))


def signed(value: float, digits: int = 3) -> str:
    """Return a number with a real minus sign."""
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.replace("-", "")


def curve_points(z: float) -> Values:
    """Return the sums at which a curve is drawn, so that the point of one of them lies inside."""
    reach = math.ceil(max(6.0, 1.15 * abs(z)))
    return np.linspace(-reach, reach, _CURVE_POINTS)


def _ink(fill: str) -> str:
    return "#ffffff" if contrast("#ffffff", fill) > contrast("#000000", fill) else "#000000"
