"""The weights of all units of a layer as one picture, in which each unit can be clicked."""

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from core.plots.figures import LIGHT, Style
from core.plots.inside_charts import UNIT, Spec, empty, filled, specification
from core.plots.pixels import Picture, Values, columns_of, data_url, diverging, field

# About twice as wide as high, and whole on the screen: as wide as its column, and no higher than the
# window without what stays at its top.
_ABOVE, _LOWEST = 170, 300
_ROOM = f"max({_LOWEST}, isFinite(windowSize()[1]) ? windowSize()[1] - {_ABOVE} : {_LOWEST})"
# A kernel of 3×3 is enlarged, because the browser smooths small pictures.
_SMALLEST = 24


def wall_picture(weights: Values, order: Sequence[int], style: Style = LIGHT) -> str:
    """Return the weights of all units side by side, each on its own scale, as an address for `wall`.

    Parameters
    ----------
    weights : ndarray of float, shape (units, height, width)
    order : sequence of int
        The units, from the upper left to the lower right.
    style : Style
    """
    scaled = weights / np.maximum(np.abs(weights).max(axis=(1, 2), keepdims=True), 1e-12)
    tiles = _enlarged(scaled[list(order)])
    # With a gap after the last tile, too, each of them is a whole share of the picture.
    picture = np.pad(field(tiles, _columns(len(order))), ((0, 1), (0, 1)), constant_values=np.nan)
    return data_url(diverging(picture, style, 1.0))


def small_wall(weights: Values, style: Style = LIGHT) -> Picture:
    """Return the weights of all units as a small square picture: for a film, or a live view.

    Parameters
    ----------
    weights : ndarray of float, shape (units, height, width)
        Pictures larger than a kernel are shown at half their size, and kernels enlarged.
    style : Style
    """
    count, height, width = weights.shape
    if height > _SMALLEST:
        halves = weights.reshape(count, height // 2, 2, width // 2, 2)
        weights = halves.mean(axis=(2, 4))
    scaled = weights / np.maximum(np.abs(weights).max(axis=(1, 2), keepdims=True), 1e-12)
    return diverging(field(_enlarged(scaled), columns_of(count)), style, 1.0)


def _enlarged(kernels: Values) -> Values:
    """Return small pictures with each weight as a square of several pixels."""
    times = max(1, _SMALLEST // kernels.shape[1])
    return kernels.repeat(times, axis=1).repeat(times, axis=2)


def wall(
    picture: str,
    order: Sequence[int],
    words: Sequence[str],
    marks: Mapping[int, str],
    chosen: int | None,
    style: Style = LIGHT,
) -> Spec:
    """Return a picture of all units in which each can be chosen.

    A click is reported as the selection ``"unit"``, with the field ``unit``.

    Parameters
    ----------
    picture : str
        Of `wall_picture`, in the same order and style.
    order : sequence of int
    words : sequence of str
        What is shown under the pointer for each unit, by its number.
    marks : mapping of int to str
        A word to write over a unit, such as "dead".
    chosen : int, optional
        The unit to frame.
    style : Style
    """
    columns = _columns(len(order))
    rows: list[dict[str, Any]] = []
    for place, unit in enumerate(order):
        outline = {"frame": 3, "line": style.orange} if unit == chosen else {"frame": 0, "line": style.muted}
        at = {"row": place // columns, "column": place % columns}
        rows.append({"unit": unit, "words": words[unit], "mark": marks.get(unit, ""), **at, **outline})
    rows[0]["url"] = picture
    return filled(_frame(columns, -(-len(order) // columns), style), rows)


def _columns(count: int) -> int:
    """Return how many columns make a wall about twice as wide as high."""
    return math.ceil(math.sqrt(2 * count))


@functools.cache
def _frame(columns: int, rows: int, style: Style) -> Spec:
    width = f"min(width, {_ROOM} * {columns / rows})"
    height = f"{width} * {rows / columns}"
    base = empty(_axis(alt.X, "column", columns, width), _axis(alt.Y, "row", rows, height))
    picture = (
        base.transform_filter("isValid(datum.url)")
        .mark_image(
            aria=False,
            aspect=False,
            align="left",
            baseline="top",
            width=alt.expr(width),
            height=alt.expr(height),
        )
        .encode(x=alt.value(0), y=alt.value(0), url=alt.Url("url:N"))
    )
    marks = base.mark_text(
        aria=False, fontSize=alt.expr("0.3 * bandwidth('x')"), fontWeight="bold", color=style.text
    ).encode(text=alt.Text("mark:N"))
    frames = base.mark_rect(cursor="pointer", fill="transparent").encode(
        stroke=alt.Stroke("line:N", scale=None),
        strokeWidth=alt.StrokeWidth("frame:Q", scale=None, legend=None),
        description=alt.Description("words:N"),
        tooltip=[alt.Tooltip("words:N", title="Unit")],
    )
    clicks = alt.selection_point(name=UNIT, fields=["unit"], toggle=False)
    return specification(
        alt.LayerChart(layer=[picture, marks, frames.add_params(clicks)]).properties(
            height=_LOWEST, autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
        )
    )


def _axis(channel: Any, name: str, count: int, length: str) -> Any:
    scale = alt.Scale(domain=list(range(count)), range=[0, alt.expr(length)], padding=0)
    return channel(f"{name}:O", axis=None, scale=scale)
