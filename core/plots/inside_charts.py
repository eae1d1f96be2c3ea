"""The layers of a network for one image as charts, in which each unit can be clicked."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.data import CLASSES, MAX_PIXEL
from core.plots.figures import LIGHT, Style
from core.plots.pixels import Values, columns_of, data_url, diverging
from core.plots.theme import GRAY, contrast

# The selection that reports a click.
UNIT = "unit"
# Every panel of the overview is a square: as wide as its column, and no higher than the window
# leaves room for below the head of the page. A picture that is saved has no window.
_ABOVE, _LOWEST = 330, 130
_SIDE = f"max({_LOWEST}, min(width, isFinite(windowSize()[1]) ? windowSize()[1] - {_ABOVE} : width))"
_TALL = {"height": _LOWEST, "autosize": alt.AutoSizeParams(type="fit-x", contains="padding")}
# Feature maps are drawn smoothly when they are enlarged, unless their pixels are large already.
_ENLARGED = 6
_BAR_FONT = "max(11, min(22, 0.6 * bandwidth('y')))"
_CURVE_POINTS = 161


def pixels(image: Values) -> alt.Chart:
    """Return an image with the value of each pixel under the pointer.

    Parameters
    ----------
    image : ndarray of float, shape (28, 28)
        0 to 1.
    """
    rows, columns = np.indices(image.shape)
    grays = [f"#{level:02x}{level:02x}{level:02x}" for level in (image * MAX_PIXEL).round().astype(int).flat]
    frame = pd.DataFrame(
        {"row": rows.ravel(), "column": columns.ravel(), "value": image.ravel().round(3), "fill": grays}
    )
    chart: alt.Chart = (
        alt.Chart(frame)
        # The outline closes the seams that the browser leaves between the squares.
        .mark_rect(aria=False, strokeWidth=0.7)
        .encode(
            x=_place("column", image.shape[1]),
            y=_place("row", image.shape[0]),
            color=alt.Color("fill:N", scale=None),
            stroke=alt.Stroke("fill:N", scale=None),
            tooltip=[
                alt.Tooltip("row:O", title="Row"),
                alt.Tooltip("column:O", title="Column"),
                alt.Tooltip("value:Q", title="Pixel / 255"),
            ],
        )
        .properties(**_TALL)
    )
    return chart


def units(output: Values, chosen: int | None, style: Style = LIGHT) -> alt.LayerChart:
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
    frame = _field(len(output), chosen, style)
    frame["value"] = output.round(4)
    frame["fill"] = ["#{:02x}{:02x}{:02x}".format(*color) for color in diverging(output, style)]
    frame["words"] = [f"Unit {unit}: {value:.3f}" for unit, value in enumerate(output)]
    base = _base(frame)
    fields = base.mark_rect(aria=False).encode(color=alt.Color("fill:N", scale=None))
    return _clickable(fields, base, [alt.Tooltip("value:Q", title="Output")])


def feature_maps(output: Values, chosen: int | None, style: Style = LIGHT) -> alt.LayerChart:
    """Return the feature maps of a layer, all on one scale; each can be chosen, as in `units`.

    Parameters
    ----------
    output : ndarray of float, shape (height, width, n)
    chosen : int, optional
    style : Style
    """
    largest = float(np.abs(output).max()) or 1.0
    frame = _field(output.shape[-1], chosen, style)
    maps = [diverging(output[..., unit], style, largest) for unit in range(output.shape[-1])]
    times = _ENLARGED if len(maps) <= 16 else 2
    frame["url"] = [data_url(one.repeat(times, axis=0).repeat(times, axis=1)) for one in maps]
    frame["words"] = [f"Feature map {unit}" for unit in range(len(maps))]
    base = _base(frame)
    size = alt.expr("0.94 * min(bandwidth('x'), bandwidth('y'))")
    images = base.mark_image(aria=False, width=size, height=size).encode(url="url:N")
    return _clickable(images, base, [])


def probabilities(values: Values, chosen: int | None, style: Style = LIGHT) -> alt.LayerChart:
    """Return the ten class probabilities as bars; each can be chosen, as in `units`."""
    predicted = int(values.argmax())
    frame = pd.DataFrame(
        {
            "unit": range(CLASSES),
            "value": values,
            "shown": [_percent(float(value)) for value in values],
            "predicted": [digit == predicted for digit in range(CLASSES)],
            "frame": [3 if digit == chosen else 0 for digit in range(CLASSES)],
            "words": [f"Digit {digit}: {_percent(float(value))}" for digit, value in enumerate(values)],
        }
    )
    axis = alt.Axis(
        labelFontSize=alt.expr(_BAR_FONT),
        labelColor=style.text,
        labelOverlap=False,
        ticks=False,
        domain=False,
        labelPadding=6,
    )
    base = alt.Chart(frame).encode(
        y=alt.Y("unit:O", title=None, axis=axis, scale=alt.Scale(range=[0, alt.expr(_SIDE)], padding=0.12))
    )
    scale = alt.Scale(domain=[0, 1.45])
    x = alt.X("value:Q", title=None, axis=None, scale=scale)
    bars = base.mark_bar(cornerRadiusEnd=3, aria=False).encode(
        x=x, color=alt.condition("datum.predicted", alt.value(style.blue), alt.value(GRAY))
    )
    numbers = base.mark_text(
        align="left", dx=6, fontSize=alt.expr(_BAR_FONT), color=style.text, aria=False
    ).encode(x=x, text="shown:N")
    # Over the whole row, because a bar of 0.1% is too small to be clicked.
    rows = base.mark_bar(cursor="pointer", fill="transparent", stroke=style.orange).encode(
        x=alt.datum(1.45, type="quantitative", scale=scale),
        strokeWidth=alt.StrokeWidth("frame:Q", scale=None, legend=None),
        description="words:N",
    )
    chart: alt.LayerChart = (bars + numbers + rows.add_params(_selection())).properties(**_TALL)
    return chart


def numbers(values: Values, style: Style = LIGHT, digits: int = 2) -> alt.LayerChart:
    """Return a small table of numbers, filled by their value.

    Parameters
    ----------
    values : ndarray of float, shape (rows, columns)
    style : Style
    digits : int
        Behind the decimal point.
    """
    rows, columns = np.indices(values.shape)
    fills = ["#{:02x}{:02x}{:02x}".format(*color) for color in diverging(values, style).reshape(-1, 3)]
    frame = pd.DataFrame(
        {
            "row": rows.ravel(),
            "column": columns.ravel(),
            "text": [signed(float(value), digits) for value in values.flat],
            "fill": fills,
            "ink": [max(("#ffffff", "#000000"), key=lambda ink: contrast(ink, fill)) for fill in fills],
        }
    )
    base = alt.Chart(frame).encode(
        x=alt.X("column:O", title=None, axis=None, scale=alt.Scale(padding=0)),
        y=alt.Y("row:O", title=None, axis=None, scale=alt.Scale(padding=0)),
    )
    cells = base.mark_rect(stroke=style.muted, strokeWidth=0.5).encode(color=alt.Color("fill:N", scale=None))
    texts = base.mark_text(fontSize=16).encode(text="text:N", color=alt.Color("ink:N", scale=None))
    chart: alt.LayerChart = (cells + texts).properties(height=150)
    return chart


def activation_curve(curve: Values, points: Values, z: float, output: float, style: Style = LIGHT) -> Any:
    """Return an activation function as a curve, with one unit's sum and output as a point on it.

    Parameters
    ----------
    curve, points : ndarray of float, shape (n,)
        The function's values, and the sums that they are at.
    z, output : float
    style : Style
    """
    line = pd.DataFrame({"z": points, "output": curve})
    x = alt.X("z:Q", title="Sum z", axis=alt.Axis(tickCount=5))
    y = alt.Y("output:Q", title="Output", axis=alt.Axis(tickCount=5))
    drawn = alt.Chart(line).mark_line(color=style.muted, strokeWidth=2.5).encode(x=x, y=y)
    point = pd.DataFrame({"z": [z], "output": [output], "zero": [0.0]})
    there = alt.Chart(point).encode(x=x, tooltip=[alt.Tooltip("z:Q", format=".3f")])
    drop = there.mark_rule(color=style.orange, strokeDash=[4, 3]).encode(y="zero:Q", y2="output:Q")
    return (
        drawn + drop + there.mark_point(filled=True, size=170, color=style.orange, opacity=1).encode(y=y)
    ).properties(height=220)


def contributions(values: Values, names: list[str], style: Style = LIGHT) -> alt.Chart:
    """Return what a unit adds to each unit of the next layer, as bars to both sides of zero."""
    frame = pd.DataFrame({"name": names, "value": values})
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X(
                "value:Q",
                title="Output × weight",
                axis=alt.Axis(tickCount=4),
                scale=alt.Scale(nice=False, padding=14),
            ),
            y=alt.Y(
                "name:N",
                sort=names,
                title=None,
                axis=alt.Axis(labelFontSize=14, labelOverlap=False, labelFlush=False),
            ),
            color=alt.condition("datum.value > 0", alt.value(style.blue), alt.value(style.orange)),
            tooltip=[
                alt.Tooltip("name:N", title="To"),
                alt.Tooltip("value:Q", title="Output × weight", format="+.3f"),
            ],
        )
        .properties(height=250)
    )
    return chart


def signed(value: float, digits: int = 3) -> str:
    """Return a number with a real minus sign."""
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.replace("-", "")


def curve_points(z: float) -> Values:
    """Return the sums at which a curve is drawn, so that the point of one of them lies inside."""
    reach = max(6.0, 1.15 * abs(z))
    return np.linspace(-reach, reach, _CURVE_POINTS)


def _place(field: str, count: int) -> Any:
    channel = alt.X if field == "column" else alt.Y
    return channel(
        f"{field}:O",
        axis=None,
        scale=alt.Scale(domain=list(range(count)), range=[0, alt.expr(_SIDE)], padding=0),
    )


def _field(count: int, chosen: int | None, style: Style) -> pd.DataFrame:
    numbers = np.arange(count)
    return pd.DataFrame(
        {
            "unit": numbers,
            "row": numbers // columns_of(count),
            "column": numbers % columns_of(count),
            "frame": np.where(numbers == chosen, 3, 0.3),
            "line": np.where(numbers == chosen, style.orange, style.muted),
        }
    )


def _base(frame: pd.DataFrame) -> alt.Chart:
    side = columns_of(len(frame))
    return alt.Chart(frame).encode(x=_place("column", side), y=_place("row", side))


def _clickable(below: alt.Chart, base: alt.Chart, tooltip: list[alt.Tooltip]) -> alt.LayerChart:
    """Put on top of a field what takes the clicks, and frames the chosen unit."""
    frames = base.mark_rect(cursor="pointer", fill="transparent").encode(
        stroke=alt.Stroke("line:N", scale=None),
        strokeWidth=alt.StrokeWidth("frame:Q", scale=None, legend=None),
        description="words:N",
        tooltip=[alt.Tooltip("unit:O", title="Unit"), *tooltip],
    )
    chart: alt.LayerChart = (below + frames.add_params(_selection())).properties(**_TALL)
    return chart


def _selection() -> alt.Parameter:
    return alt.selection_point(name=UNIT, fields=["unit"], toggle=False)


def _percent(share: float) -> str:
    if share >= 0.9995:
        return ">99.9%"
    return "<0.1%" if share < 0.0005 else f"{share:.1%}"
