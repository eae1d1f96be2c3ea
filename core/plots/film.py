"""A training as a film: all frames in one chart, so that the browser plays it without the server.

The charts are written in Vega, not in Vega-Lite, which has timers and sizes that follow the width only
for a single picture.
"""

import bisect
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data import CLASSES
from core.plots.epoch_curves import colors_of
from core.plots.figures import LIGHT, Style
from core.plots.inside_charts import Spec

# How long a frame is shown, in milliseconds.
_FRAME_TIME = 700
# Pixels: the gap between two panels, the title above one, and from which width on they are side by side.
_GAP, _TITLE, _WIDE = 28, 26, 640
# Pixels beside the confusion matrix for the digits.
_LABEL = 20
# A share of a digit's images that the network confuses with another one has the full color from here on.
_FULL_COLOR = 0.1

# Streamlit gives its font to Vega-Lite only.
_FONT = "Source Sans, sans-serif"

Mark = dict[str, Any]


def film(
    epochs: Sequence[int],
    weights: Sequence[str],
    weights_title: str,
    probabilities: npt.NDArray[np.floating],
    digit: int,
    confusion: npt.NDArray[np.int64],
    style: Style = LIGHT,
) -> Spec:
    """Return weights, probabilities and confusion matrix after each epoch, with a slider and *Play*.

    Parameters
    ----------
    epochs : sequence of int
        After which there is a frame, the earliest first.
    weights : sequence of str
        A picture of the weights after each of them, as an address.
    weights_title : str
    probabilities : ndarray of float, shape (epochs, 10)
        Of one image.
    digit : int
        The digit to emphasize.
    confusion : ndarray of int, shape (epochs, 10, 10)
        The row is the true digit, the column the predicted one.
    style : Style

    Returns
    -------
    dict
        A Vega specification; it fills the width that it is given.
    """
    side = f"(width > {_WIDE} ? (width - {2 * _GAP}) * 0.29 : min(width, 320))"
    below = f"side + {_TITLE + _GAP}"
    panels = [
        _panel(("0", "0"), "side", weights_title, _picture(), style),
        _panel(
            ("wide ? side + gap : 0", f"wide ? 0 : {below}"),
            "middle",
            "Probability of each digit",
            _curves(epochs, probabilities, digit, style),
            style,
        ),
        _panel(
            ("wide ? width - side : 0", f"wide ? 0 : 2 * ({below})"),
            "side",
            "Confusion matrix",
            _matrix(confusion, style),
            style,
        ),
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "autosize": "none",
        "padding": 0,
        "signals": [
            *_clock(epochs),
            {"name": "pictures", "value": list(weights)},
            {"name": "gap", "value": _GAP},
            {"name": "wide", "update": f"width > {_WIDE}"},
            {"name": "side", "update": side},
            {"name": "middle", "update": "wide ? width - 2 * side - 2 * gap : width"},
            {"name": "height", "update": f"wide ? side + {_TITLE} : 3 * ({below}) - {_GAP}"},
        ],
        "marks": panels,
    }


def _clock(epochs: Sequence[int]) -> list[dict[str, Any]]:
    """Return what moves the frames: a slider of epochs, and a timer as long as *Play* is checked."""
    following = "frame + 1 < length(epochs) ? epochs[frame + 1] : epochs[0]"
    slider = {"input": "range", "min": epochs[0], "max": epochs[-1], "step": 1, "name": "Epoch "}
    return [
        {"name": "epochs", "value": list(epochs)},
        {"name": "playing", "value": False, "bind": {"input": "checkbox", "name": "Play "}},
        {
            "name": "epoch",
            "value": epochs[-1],
            "bind": slider,
            "on": [
                {
                    "events": {"type": "timer", "throttle": _FRAME_TIME},
                    "update": f"playing ? ({following}) : epoch",
                }
            ],
        },
        # Not after every epoch there is a snapshot: the last one that is not later.
        {"name": "frames", "value": _frames(epochs)},
        {"name": "frame", "update": "frames[epoch - epochs[0]]"},
    ]


def _frames(epochs: Sequence[int]) -> list[int]:
    """Return the frame to show for each epoch."""
    every = range(epochs[0], epochs[-1] + 1)
    return [bisect.bisect_right(epochs, epoch) - 1 for epoch in every]


def _panel(at: tuple[str, str], width: str, title: str, inner: dict[str, Any], style: Style) -> Mark:
    """Return a part of the chart that is ``side`` high, with a title above it."""
    heading = _text(style, text=_value(title), fontSize=_value(15), fontWeight=_value("bold"))
    heading["encode"]["update"] |= {"baseline": _value("top"), "limit": _signal(width)}
    size = {"y": _value(_TITLE), "width": _signal(width), "height": _signal("side")}
    place = {"x": _signal(at[0]), "y": _signal(at[1]), "width": _signal(width)}
    return {
        "type": "group",
        "encode": {"update": place},
        "marks": [heading, {"type": "group", "encode": {"update": size}, **inner}],
    }


def _picture() -> dict[str, Any]:
    """Return the weights after the epoch that is shown."""
    encode = {
        "url": _signal("pictures[frame]"),
        "width": _signal("side"),
        "height": _signal("side"),
        "aspect": _value(True),
        "smooth": _value(False),
    }
    return {"marks": [{"type": "image", "aria": False, "encode": {"update": encode}}]}


def _curves(
    epochs: Sequence[int], probabilities: npt.NDArray[np.floating], digit: int, style: Style
) -> dict[str, Any]:
    """Return a curve for each digit, with a rule at the epoch that is shown."""
    colors = colors_of(probabilities, digit, style)
    rows = [
        {"digit": name, "epoch": epoch, "p": round(float(p), 4), "color": colors[name]}
        | {"width": 1 if colors[name] == style.muted else 3}
        for epoch, of_epoch in zip(epochs, probabilities, strict=True)
        for name, p in enumerate(of_epoch)
    ]
    x, y = {"scale": "x", "field": "epoch"}, {"scale": "y", "field": "p"}
    color = {"field": "color"}
    line = {"x": x, "y": y, "stroke": color, "strokeWidth": {"field": "width"}}
    rule = {
        "x": {"scale": "x", "signal": "epochs[frame]"},
        "y2": _signal("range('y')[0]"),
        "y": _signal("range('y')[1]"),
        "stroke": _value(style.text),
        "strokeDash": _value([4, 4]),
    }
    now = "datum.epoch === epochs[frame]"
    words = "'Epoch ' + datum.epoch + ': ' + format(datum.p, '.1%') + ' for the digit ' + datum.digit"
    dots = {
        "x": x,
        "y": y,
        "fill": color,
        "size": _signal(f"{now} ? 110 : 60"),
        "opacity": _signal(f"{now} ? 1 : 0"),
        "tooltip": _signal(words),
    }
    names = _text(
        style, text={"field": "digit"}, x=x | {"offset": 9}, y=y, fill=color, baseline=_value("middle")
    )
    names["encode"]["update"] |= {"fontSize": _value(16), "fontWeight": _value("bold")}
    axis = {"labelColor": style.text, "titleColor": style.text, "labelFontSize": 13, "titleFontSize": 14}
    axis |= {"labelFont": _FONT, "titleFont": _FONT, "titleFontWeight": "normal"}
    axis |= {"domain": False, "gridColor": style.muted, "gridOpacity": 0.25, "ticks": False}
    whole = {"format": "d", "tickMinStep": 1, "labelOverlap": True}
    return {
        "data": [
            {"name": "points", "values": rows},
            {
                "name": "ends",
                "source": "points",
                "transform": [{"type": "filter", "expr": f"datum.width > 1 && datum.epoch === {epochs[-1]}"}],
            },
        ],
        "scales": [
            {
                "name": "x",
                "type": "linear",
                "domain": [epochs[0], epochs[-1]],
                "range": [_signal("52"), _signal("middle - 28")],
            },
            {"name": "y", "type": "linear", "domain": [0, 1], "range": [_signal("side - 46"), _signal("8")]},
        ],
        "axes": [
            {"scale": "x", "orient": "bottom", "title": "Epoch", "offset": -46, **axis, **whole},
            {
                "scale": "y",
                "orient": "left",
                "format": "%",
                "offset": -52,
                "grid": True,
                **axis,
                "tickCount": 5,
            },
        ],
        "marks": [
            {"type": "rule", "aria": False, "encode": {"update": rule}},
            {
                "type": "group",
                "from": {"facet": {"name": "curve", "data": "points", "groupby": "digit"}},
                "marks": [
                    {"type": "line", "aria": False, "from": {"data": "curve"}, "encode": {"update": line}}
                ],
            },
            {"type": "symbol", "aria": False, "from": {"data": "points"}, "encode": {"update": dots}},
            {**names, "from": {"data": "ends"}},
        ],
    }


def _matrix(confusion: npt.NDArray[np.int64], style: Style) -> dict[str, Any]:
    """Return the confusion matrix after the epoch that is shown: blue is correct, orange an error."""
    rows = [
        {"row": row, "column": column, "counts": confusion[:, row, column].tolist()}
        | {"total": int(confusion[0, row].sum()), "color": style.blue if row == column else style.orange}
        for row, column in np.ndindex(CLASSES, CLASSES)
    ]
    share = "datum.counts[frame] / max(1, datum.total)"
    strength = f"datum.row === datum.column ? {share} : min(1, {share} / {_FULL_COLOR})"
    cell = f"(side - {_LABEL}) / {CLASSES}"
    x, y = _signal(f"{_LABEL} + datum.column * {cell}"), _signal(f"datum.row * {cell}")
    words = (
        "datum.counts[frame] + ' of ' + datum.total + ' images of the digit ' + datum.row"
        " + ' are predicted as ' + datum.column"
    )
    squares = {
        "x": x,
        "y": y,
        "width": _signal(cell),
        "height": _signal(cell),
        "fill": {"field": "color"},
        "fillOpacity": _signal(strength),
        "stroke": _value(style.muted),
        "strokeOpacity": _value(0.3),
        "tooltip": _signal(words),
    }
    center = {"align": _value("center"), "baseline": _value("middle"), "fontSize": _value(13)}
    numbers = {
        "text": _signal("datum.row"),
        "x": _value(8),
        "y": _signal(f"(datum.row + 0.5) * {cell}"),
        **center,
    }
    at = _signal(f"{_LABEL} + (datum.row + 0.5) * {cell}")
    below = {"text": _signal("datum.row"), "x": at, "y": _signal("side - 8"), **center}
    digits = [{"row": digit} for digit in range(CLASSES)]
    return {
        "data": [{"name": "cells", "values": rows}, {"name": "digits", "values": digits}],
        "marks": [
            {"type": "rect", "aria": False, "from": {"data": "cells"}, "encode": {"update": squares}},
            {**_text(style, **numbers), "from": {"data": "digits"}},
            {**_text(style, **below), "from": {"data": "digits"}},
        ],
    }


def _text(style: Style, **encode: Any) -> Mark:
    start = {"fill": _value(style.text), "font": _value(_FONT)}
    return {"type": "text", "aria": False, "encode": {"update": start | encode}}


def _value(value: Any) -> dict[str, Any]:
    return {"value": value}


def _signal(expression: str) -> dict[str, str]:
    return {"signal": expression}
