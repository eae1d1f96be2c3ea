"""The learning curve: accuracy and loss, epoch by epoch, as a Vega-Lite specification.

It is drawn several times a second for everybody who watches a training, and takes 1 ms; a chart
of Altair takes 25.
"""

import math
from collections.abc import Sequence
from typing import Any

from core.history import Epoch
from core.plots.figures import LIGHT, Style

# The loss of guessing is ln 10 = 2.3. A scale that reaches a little higher is the same for nearly
# every training, so that two of them can be compared.
MAX_LOSS = 2.5
# Zoomed, the accuracy axis begins at the next of these steps below the lowest point.
_ZOOM_STEPS = (0.1, 0.05, 0.01)
# From this many epochs on, points would hide the line.
_MANY_EPOCHS = 40


def learning_curve(
    history: Sequence[Epoch],
    epochs: int,
    metric: str,
    *,
    validation: bool = False,
    zoom: bool = False,
    height: int | str = 300,
    changes: Sequence[tuple[float, str]] = (),
    style: Style = LIGHT,
) -> dict[str, Any]:
    """Return accuracy or loss after each epoch, with room for the epochs to come.

    Parameters
    ----------
    history : sequence of Epoch
        May be empty: then there are axes only.
    epochs : int
        How many there will be.
    metric : {"accuracy", "loss"}
    validation : bool
        Whether there is a validation split, so that the legend is right before the first epoch.
    zoom : bool
        Let the accuracy axis begin at the lowest point instead of at 0%.
    height : int or str
        In pixels, or a Vega expression of them, such as ``"windowSize()[1] / 2"``.
    changes : sequence of (float, str)
        After how many epochs something was changed by hand, and what it is from then on.
    style : Style
        Colors of the text.

    Returns
    -------
    dict
        Its scales have domains of their own: without data Vega would warn of an infinite extent.
    """
    name = "accuracy" if metric == "accuracy" else "loss"
    series = {f"Training {name}": metric}
    if validation:
        series[f"Validation {name}"] = f"val_{metric}"
    rows = [
        {"epoch": epoch.number, "series": label, "value": getattr(epoch, field)}
        for epoch in history
        for label, field in series.items()
        if getattr(epoch, field) is not None
    ]
    values = [row["value"] for row in rows]
    domain = _accuracy_domain(values, zoom) if metric == "accuracy" else [0, _highest_loss(values)]
    title = "Accuracy" if metric == "accuracy" else "Loss"
    text = {"labelColor": style.text, "titleColor": style.text, "labelFontSize": 14, "titleFontSize": 15}
    # Before the first epoch a mark has nothing that a screen reader could name.
    aria = bool(rows)
    marks: list[dict[str, Any]] = [{"mark": {"type": "line", "strokeWidth": 3, "clip": True, "aria": aria}}]
    if epochs < _MANY_EPOCHS:
        marks.append({"mark": {"type": "point", "filled": True, "size": 70, "opacity": 1, "aria": aria}})
    marks.extend(_change_marks(changes, style))
    return {
        "data": {"values": rows},
        "height": height if isinstance(height, int) else 0,
        "padding": {"left": 0, "top": 5, "right": 5, "bottom": 5},
        "params": [] if isinstance(height, int) else [{"name": "height", "expr": height}],
        "layer": marks,
        "encoding": {
            "x": {
                "field": "epoch",
                "type": "quantitative",
                "title": "Epoch",
                # A network of one epoch has one point, in the middle of 0 to 2.
                "scale": {"domain": [1, epochs] if epochs > 1 else [0, 2], "nice": False},
                "axis": {"format": "d", "tickMinStep": 1, "grid": False, **text},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": title,
                "scale": {"domain": domain, "nice": False},
                "axis": {"format": "~%" if metric == "accuracy" else ".1f", "tickCount": 6, **text},
            },
            "color": {
                "field": "series",
                "type": "nominal",
                "title": None,
                "scale": {"domain": list(series), "range": [style.blue, style.orange][: len(series)]},
                "legend": {
                    "orient": "top",
                    "labelColor": style.text,
                    "labelFontSize": 14,
                    "labelLimit": 260,
                    "padding": 0,
                    "offset": 10,
                },
            },
            "tooltip": [
                {"field": "series", "type": "nominal", "title": "Series"},
                {"field": "epoch", "type": "quantitative", "title": "Epoch"},
                {
                    "field": "value",
                    "type": "quantitative",
                    "title": title,
                    "format": ".2%" if metric == "accuracy" else ".4f",
                },
            ],
        },
    }


def _change_marks(changes: Sequence[tuple[float, str]], style: Style) -> list[dict[str, Any]]:
    """Return a dashed line for each change, and what was changed beside it."""
    if not changes:
        return []
    # Before the first point there is no room on the axis.
    data = {"values": [{"after": max(after, 1), "change": change} for after, change in changes]}
    encoding = {
        "x": {"field": "after", "type": "quantitative"},
        "y": {"value": 0},
        "color": {"value": style.text},
        "tooltip": {"field": "change", "type": "nominal", "title": "Learning rate"},
    }
    line = {"type": "rule", "strokeDash": [4, 4], "strokeWidth": 1.5, "clip": True}
    text = {
        "type": "text",
        "align": "left",
        "baseline": "top",
        "dx": 4,
        "dy": 2,
        "fontSize": 13,
        "clip": True,
    }
    return [
        {"data": data, "mark": line, "encoding": {**encoding, "y2": {"value": {"expr": "height"}}}},
        {"data": data, "mark": text, "encoding": {**encoding, "text": {"field": "change"}}},
    ]


def _accuracy_domain(values: Sequence[float], zoom: bool) -> list[float]:
    if not zoom or not values:
        return [0, 1]
    lowest = min(values)
    step = next((step for step in _ZOOM_STEPS if 1 - lowest > 2 * step), _ZOOM_STEPS[-1])
    # Rounded, because 0.9 / 0.1 is a little less than 9.
    return [round(step * math.floor(round(lowest / step, 6)), 2), 1]


def _highest_loss(values: Sequence[float]) -> float:
    """Return `MAX_LOSS`, or twice, four times … as much where that is too little."""
    highest = max(values, default=0.0)
    return MAX_LOSS * 2 ** max(0, math.ceil(math.log2(highest / MAX_LOSS))) if highest > 0 else MAX_LOSS
