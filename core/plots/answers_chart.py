"""The answers of a class to a question, as bars for a projector."""

from collections.abc import Mapping
from typing import Any

from core.plots.figures import LIGHT, Style

# Pixels: legible from the back row.
_TEXT, _ROW = 26, 62


def answers_chart(counts: Mapping[str, int], style: Style = LIGHT) -> dict[str, Any]:
    """Return a bar for each answer, in the order of the mapping, as a Vega-Lite specification.

    Parameters
    ----------
    counts : mapping of str to int
        How often each answer was given.
    style : Style
    """
    rows = [{"answer": answer, "count": count} for answer, count in counts.items()]
    text = {"labelColor": style.text, "labelFontSize": _TEXT, "labelLimit": 520}
    return {
        "data": {"values": rows},
        "height": _ROW * max(len(rows), 1),
        "layer": [
            {"mark": {"type": "bar", "color": style.blue, "height": 0.6 * _ROW}},
            {
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 8,
                    "fontSize": _TEXT,
                    "color": style.text,
                    "aria": False,
                },
                "encoding": {"text": {"field": "count"}},
            },
        ],
        "encoding": {
            "x": {
                "field": "count",
                "type": "quantitative",
                "axis": None,
                "scale": {"domain": [0, 1.15 * max([*counts.values(), 1])]},
            },
            "y": {
                "field": "answer",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"domain": False, "ticks": False, **text},
            },
            "tooltip": [
                {"field": "answer", "type": "nominal", "title": "Answer"},
                {"field": "count", "type": "quantitative", "title": "Students"},
            ],
        },
    }
