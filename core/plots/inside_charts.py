"""The layers of a network for one image as charts, in which each unit can be clicked.

Each is a Vega-Lite specification whose frame is made once: a click draws all of them again, and
Altair takes longer to check a chart than the network to calculate.
"""

import functools
from typing import Any

import altair as alt
import numpy as np

from core.data import CLASSES, MAX_PIXEL
from core.plots.figures import LIGHT, Style
from core.plots.pixels import Picture, Values, columns_of, data_url, diverging
from core.plots.theme import GRAY

# The selection that reports a click.
UNIT = "unit"
# Every panel of the overview is a square: as wide as its column, and no higher than the window
# leaves room for below the head of the page. A picture that is saved has no window.
_ABOVE, _LOWEST = 330, 130
_SIDE = f"max({_LOWEST}, min(width, isFinite(windowSize()[1]) ? windowSize()[1] - {_ABOVE} : width))"
_TALL = {"height": _LOWEST, "autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
# The browser smooths pictures that it enlarges, unless their pixels are large already.
_FEW_MAPS, _TIMES_FEW, _TIMES_MANY = 16, 6, 2
_BAR_FONT = "max(11, min(22, 0.6 * bandwidth('y')))"
# The longest bar leaves room for its number.
_BAR_DOMAIN = 1.45

Spec = dict[str, Any]
Rows = list[dict[str, Any]]


def pixels(image: Values) -> Spec:
    """Return an image with the value of each pixel under the pointer.

    Parameters
    ----------
    image : ndarray of float, shape (28, 28)
        0 to 1.
    """
    rows = [
        {"row": row, "column": column, "value": round(float(value), 3), "fill": _gray(float(value))}
        for (row, column), value in np.ndenumerate(image)
    ]
    return filled(_pixels_frame(len(image)), rows)


@functools.cache
def _pixels_frame(side: int) -> Spec:
    # The outline closes the seams that the browser leaves between the squares.
    chart = empty(_square("column", side), _square("row", side)).mark_rect(aria=False, strokeWidth=0.7)
    return specification(
        chart.encode(
            color=alt.Color("fill:N", scale=None),
            stroke=alt.Stroke("fill:N", scale=None),
            tooltip=[
                alt.Tooltip("row:O", title="Row"),
                alt.Tooltip("column:O", title="Column"),
                alt.Tooltip("value:Q", title="Pixel / 255"),
            ],
        ).properties(**_TALL)
    )


def units(output: Values, chosen: int | None, style: Style = LIGHT) -> Spec:
    """Return the units of a layer as a field of squares; each can be chosen.

    A click is reported as the selection ``"unit"``, with the field ``unit``.

    Parameters
    ----------
    output : ndarray of float, shape (n,)
        Blue above zero, orange below.
    chosen : int, optional
        The unit to frame.
    style : Style
    """
    rows = _field(len(output), chosen, style)
    for row, value, fill in zip(rows, output, hexadecimal(diverging(output, style)), strict=True):
        row |= {"value": float(value), "fill": fill, "words": f"Unit {row['unit']}: {value:.3f}"}
    return filled(_units_frame(columns_of(len(output))), rows)


@functools.cache
def _units_frame(side: int) -> Spec:
    base = empty(_square("column", side), _square("row", side))
    squares = base.mark_rect(aria=False).encode(color=alt.Color("fill:N", scale=None))
    return _clickable(squares, base, [alt.Tooltip("value:Q", title="Output", format=".4f")])


def feature_maps(output: Values, chosen: int | None, style: Style = LIGHT) -> Spec:
    """Return the feature maps of a layer, all on one scale; each can be chosen, as in `units`.

    Parameters
    ----------
    output : ndarray of float, shape (height, width, n)
    chosen : int, optional
    style : Style
    """
    rows = _field(output.shape[-1], chosen, style)
    times = _TIMES_FEW if len(rows) <= _FEW_MAPS else _TIMES_MANY
    colors = diverging(output, style).repeat(times, axis=0).repeat(times, axis=1)
    for row in rows:
        row |= {"url": data_url(colors[:, :, row["unit"]]), "words": f"Feature map {row['unit']}:"}
    return filled(_maps_frame(columns_of(len(rows))), rows)


@functools.cache
def _maps_frame(side: int) -> Spec:
    base = empty(_square("column", side), _square("row", side))
    size = alt.expr("0.94 * min(bandwidth('x'), bandwidth('y'))")
    return _clickable(
        base.mark_image(aria=False, width=size, height=size).encode(url=alt.Url("url:N")), base, []
    )


def probabilities(values: Values, chosen: int | None, style: Style = LIGHT) -> Spec:
    """Return the ten class probabilities as bars; each can be chosen, as in `units`."""
    predicted = int(values.argmax())
    rows = [
        {
            "unit": digit,
            "value": float(value),
            "shown": _percent(float(value)),
            "fill": style.blue if digit == predicted else GRAY,
            "frame": 3 if digit == chosen else 0,
            "line": style.orange,
            "words": f"Digit {digit}: {_percent(float(value))}",
        }
        for digit, value in enumerate(values)
    ]
    return filled(_probabilities_frame(style), rows)


@functools.cache
def _probabilities_frame(style: Style) -> Spec:
    axis = alt.Axis(
        labelFontSize=alt.expr(_BAR_FONT),
        labelColor=style.text,
        labelOverlap=False,
        ticks=False,
        domain=False,
        labelPadding=6,
    )
    rows = alt.Scale(domain=list(range(CLASSES)), range=[0, alt.expr(_SIDE)], padding=0.12)
    base = empty(alt.Y("unit:O", title=None, axis=axis, scale=rows))
    scale = alt.Scale(domain=[0, _BAR_DOMAIN])
    x = alt.X("value:Q", title=None, axis=None, scale=scale)
    bars = base.mark_bar(cornerRadiusEnd=3, aria=False).encode(x, alt.Color("fill:N", scale=None))
    numbers = base.mark_text(align="left", dx=6, fontSize=alt.expr(_BAR_FONT), color=style.text, aria=False)
    # Over the whole row, because a bar of 0.1% is too small to be clicked.
    whole = base.encode(x=alt.datum(_BAR_DOMAIN, type="quantitative", scale=scale))
    return _clickable(bars + numbers.encode(x, text=alt.Text("shown:N")), whole, [], bar=True)


def empty(*encodings: Any) -> alt.Chart:
    """Return a chart without data, mark or size."""
    return alt.Chart(alt.Data(values=[])).encode(*encodings)


def specification(chart: Any) -> Spec:
    """Return an Altair chart as Vega-Lite."""
    spec: Spec = chart.to_dict()
    return spec


def filled(frame: Spec, rows: Rows) -> Spec:
    """Return a specification with its data; the frame itself is not changed."""
    return {**frame, "data": {"values": rows}}


def _square(field: str, count: int) -> Any:
    """Return the places of rows or columns of a field, which is as high as wide."""
    channel = alt.X if field == "column" else alt.Y
    scale = alt.Scale(domain=list(range(count)), range=[0, alt.expr(_SIDE)], padding=0)
    return channel(f"{field}:O", axis=None, scale=scale)


def _field(count: int, chosen: int | None, style: Style) -> Rows:
    """Return the place of each unit in a field, and its outline."""
    side = columns_of(count)
    rows = []
    for unit in range(count):
        outline = (
            {"frame": 3, "line": style.orange} if unit == chosen else {"frame": 0.3, "line": style.muted}
        )
        rows.append({"unit": unit, "row": unit // side, "column": unit % side, **outline})
    return rows


def _clickable(below: Any, base: alt.Chart, tooltip: list[alt.Tooltip], bar: bool = False) -> Spec:
    """Put on top of a chart what takes the clicks, and frames the chosen unit."""
    style: dict[str, Any] = {"cursor": "pointer", "fill": "transparent"}
    frames = base.mark_bar(**style) if bar else base.mark_rect(**style)
    frames = frames.encode(
        stroke=alt.Stroke("line:N", scale=None),
        strokeWidth=alt.StrokeWidth("frame:Q", scale=None, legend=None),
        description=alt.Description("words:N"),
        tooltip=[alt.Tooltip("unit:O", title="Unit"), *tooltip],
    ).add_params(alt.selection_point(name=UNIT, fields=["unit"], toggle=False))
    return specification((below + frames).properties(**_TALL))


def hexadecimal(colors: Picture) -> list[str]:
    """Return colors of shape (n, 3) as a browser writes them."""
    return ["#{:02x}{:02x}{:02x}".format(*color) for color in colors.tolist()]


def _gray(value: float) -> str:
    return f"#{round(value * MAX_PIXEL):02x}" + 2 * f"{round(value * MAX_PIXEL):02x}"


def _percent(share: float) -> str:
    if share >= 0.9995:
        return ">99.9%"
    return "<0.1%" if share < 0.0005 else f"{share:.1%}"
