"""The ten outputs for one image before and after an update of the weights, as a Vega-Lite specification."""

from typing import Any

import numpy as np
import numpy.typing as npt

from core.data import CLASSES
from core.plots.figures import LIGHT, Style

Values = npt.NDArray[np.floating[Any]]
_BEFORE, _AFTER = "Before", "After the update"


def outputs_before_and_after(before: Values, after: Values, style: Style = LIGHT) -> dict[str, Any]:
    """Return two bars for each class.

    Parameters
    ----------
    before, after : ndarray of float, shape (10,)
        Probabilities.
    style : Style
    """
    rows = [
        {"digit": digit, "when": when, "p": round(float(values[digit]), 4)}
        for digit in range(CLASSES)
        for when, values in ((_BEFORE, before), (_AFTER, after))
    ]
    text = {"labelColor": style.text, "titleColor": style.text, "labelFontSize": 14, "titleFontSize": 15}
    order = [_BEFORE, _AFTER]
    return {
        "data": {"values": rows},
        "height": 260,
        "mark": "bar",
        "encoding": {
            "x": {
                "field": "digit",
                "type": "nominal",
                "title": "Class",
                "axis": {"labelAngle": 0, "ticks": False, **text},
            },
            "xOffset": {"field": "when", "sort": order},
            "y": {
                "field": "p",
                "type": "quantitative",
                "title": "Output (probability)",
                "scale": {"domain": [0, 1]},
                "axis": {"format": "~%", "tickCount": 4, **text},
            },
            "color": {
                "field": "when",
                "type": "nominal",
                "title": None,
                "scale": {"domain": order, "range": [style.muted, style.blue]},
                "legend": {"orient": "top", "labelColor": style.text, "labelFontSize": 14, "labelLimit": 200},
            },
            "tooltip": [
                {"field": "digit", "type": "nominal", "title": "Class"},
                {"field": "when", "type": "nominal", "title": "When"},
                {"field": "p", "type": "quantitative", "title": "Output", "format": ".2%"},
            ],
        },
    }
