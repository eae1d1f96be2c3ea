"""Runs side by side: their learning curves in one chart, and what differs in their errors."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import LinearSegmentedColormap, to_hex

from core.data import CLASSES
from core.history import Epoch
from core.plots.figures import DARK, LIGHT, Style
from core.plots.theme import contrast

# Okabe and Ito's, which remain apart for color-blind eyes; the letter beside a line says the same.
COLORS = {
    LIGHT: ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a6a00", "#5b6875"),
    DARK: ("#56b4e9", "#f08a3c", "#2fc79a", "#e3a3c7", "#e6d23a", "#c3ccd6"),
}
MOST_RUNS = len(COLORS[LIGHT])
Spec = dict[str, Any]


def curves(
    histories: Mapping[str, Sequence[Epoch]], metric: str, over: str = "epoch", style: Style = LIGHT
) -> Spec:
    """Return the learning curves of at most `MOST_RUNS` runs in one chart, as Vega-Lite.

    Parameters
    ----------
    histories : mapping of str to sequence of Epoch
        By a letter.
    metric : {"accuracy", "loss"}
        In training as a line, on the validation split, where there is one, as dashes.
    over : {"epoch", "seconds"}
    style : Style
    """
    rows = [row for letter, history in histories.items() for row in _rows(letter, history, metric, over)]
    text = {"labelColor": style.text, "titleColor": style.text, "labelFontSize": 14, "titleFontSize": 15}
    legend = {"orient": "top", "labelColor": style.text, "labelFontSize": 14, "titleFontSize": 14}
    title, across = metric.capitalize(), "Epoch" if over == "epoch" else "Training time (seconds)"
    y = {"format": "~%" if metric == "accuracy" else ".2f", "tickCount": 6, **text}
    return {
        "data": {"values": rows},
        "height": 380,
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2.5, "clip": True, "aria": False}},
            {
                "transform": [{"filter": "datum.last"}],
                "mark": {"type": "text", "dx": 12, "fontSize": 15, "fontWeight": "bold", "aria": False},
                "encoding": {"text": {"field": "run"}},
            },
            {"mark": {"type": "point", "filled": True, "size": 45, "opacity": 1}},
        ],
        "encoding": {
            "x": {
                "field": "x",
                "type": "quantitative",
                "title": across,
                "scale": {"zero": over != "epoch", "nice": False, "padding": 14},
                "axis": {"grid": False, "tickMinStep": 1, **text},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": title,
                "scale": {"zero": False},
                "axis": y,
            },
            "color": {
                "field": "run",
                "type": "nominal",
                "title": None,
                "scale": {"domain": list(histories), "range": list(COLORS[style][: len(histories)])},
                "legend": None,
            },
            "strokeDash": {
                "field": "set",
                "type": "nominal",
                "title": None,
                "scale": {"domain": ["Training", "Validation"], "range": [[1, 0], [6, 4]]},
                "legend": legend if any(row["set"] == "Validation" for row in rows) else None,
            },
            "detail": [{"field": "run"}, {"field": "set"}],
            "tooltip": [
                {"field": "run", "type": "nominal", "title": "Run"},
                {"field": "set", "type": "nominal", "title": "Images"},
                {"field": "epoch", "type": "quantitative", "title": "Epoch"},
                {"field": "seconds", "type": "quantitative", "title": "Seconds", "format": ".1f"},
                {"field": "value", "title": title, "format": ".2%" if metric == "accuracy" else ".4f"},
            ],
        },
    }


def _rows(letter: str, history: Sequence[Epoch], metric: str, over: str) -> list[dict[str, Any]]:
    found = []
    seconds = accumulate(epoch.seconds for epoch in history)
    for epoch, elapsed in zip(history, seconds, strict=True):
        for name, field in (("Training", metric), ("Validation", f"val_{metric}")):
            value = getattr(epoch, field)
            if value is not None:
                found.append(
                    {
                        "run": letter,
                        "set": name,
                        "epoch": epoch.number,
                        "seconds": round(elapsed, 2),
                        "x": epoch.number if over == "epoch" else round(elapsed, 3),
                        "value": value,
                        "last": name == "Training" and epoch is history[-1],
                    }
                )
    return found


def matrix_difference(
    first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], style: Style = LIGHT
) -> Spec:
    """Return in which cells of the confusion matrix the second network has more or fewer images.

    Parameters
    ----------
    first, second : ndarray of int, shape (10, 10)
    style : Style
        Blue where the second one has more, orange where it has fewer.
    """
    change = second - first
    largest = max(int(np.abs(change).max()), 1)
    colors = LinearSegmentedColormap.from_list("change", (style.orange, style.background, style.blue))
    # The root, so that a few images can be seen beside many.
    shades = np.sign(change) * np.sqrt(np.abs(change) / largest)
    rows = []
    for (label, prediction), count in np.ndenumerate(change):
        fill = to_hex(colors((shades[label, prediction] + 1) / 2))
        light = contrast("#ffffff", fill) > contrast("#000000", fill)
        rows.append(
            {
                "label": str(label),
                "prediction": str(prediction),
                "images": int(count),
                "text": f"{count:+d}".replace("-", "−") if count else "",
                "fill": fill,
                "ink": "#ffffff" if light else "#000000",
            }
        )
    names = list(map(str, range(CLASSES)))
    axis: dict[str, Any] = {
        "domain": False,
        "ticks": False,
        "labelAngle": 0,
        "labelFontSize": 14,
        "titleFontSize": 14,
    }
    axis |= {"labelColor": style.text, "titleColor": style.text}
    return {
        "data": {"values": rows},
        "height": 360,
        "layer": [
            {
                "mark": {"type": "rect", "stroke": style.muted, "strokeWidth": 0.3},
                "encoding": {"color": {"field": "fill", "type": "nominal", "scale": None}},
            },
            {
                "mark": {"type": "text", "fontSize": 13, "aria": False},
                "encoding": {
                    "text": {"field": "text"},
                    "color": {"field": "ink", "type": "nominal", "scale": None},
                },
            },
        ],
        "encoding": {
            "x": {
                "field": "prediction",
                "type": "nominal",
                "sort": names,
                "title": "Predicted label",
                "axis": {"orient": "top", **axis},
            },
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": names,
                "title": "True label",
                "axis": axis,
            },
            "tooltip": [
                {"field": "label", "title": "True label"},
                {"field": "prediction", "title": "Predicted label"},
                {"field": "images", "title": "More images", "format": "+d"},
            ],
        },
    }
