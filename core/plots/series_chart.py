"""A series of runs as a Vega-Lite specification: mean and range over the seeds, arm by arm.

It is drawn again while the runs finish, so the axes are those of the whole series from the start.
"""

import math
from collections.abc import Sequence
from typing import Any

from core.plots.figures import LIGHT, Style
from core.series.series import Point, Series

# The accuracy axis begins at a multiple of this.
_STEP = 0.1
_HEIGHT = 320
_X = {"field": "arm", "type": "nominal"}


def series_chart(series: Series, points: Sequence[Point], style: Style = LIGHT) -> dict[str, Any]:
    """Return each arm's mean as a dot, and the range over its seeds as a bar.

    Parameters
    ----------
    series : Series
    points : sequence of Point
        As `core.series.series.points` gives them; may be empty.
    style : Style
        Colors of the text.

    Returns
    -------
    dict
        The best arm has a ring, and its value in bold. Scales have domains of their own: without data
        Vega would warn of an infinite extent.
    """
    measures = [measure.label for measure in series.measures]
    lowest = min((point.low for point in points), default=1 - _STEP)
    domain = [max(0.0, round(math.floor(round((lowest - 0.01) / _STEP, 6)) * _STEP, 1)), 1]
    text = {"labelColor": style.text, "titleColor": style.text, "labelFontSize": 14, "titleFontSize": 15}
    y = {
        "field": "mean",
        "type": "quantitative",
        "title": "Accuracy",
        "scale": {"domain": domain, "nice": False},
        "axis": {"format": "~%", "tickCount": 6, **text},
    }
    return {
        "data": {"values": [_row(point, points, measures[0]) for point in points]},
        "height": _HEIGHT,
        "encoding": {
            "x": {
                **_X,
                "title": series.axis,
                "scale": {"domain": [arm.label for arm in series.arms]},
                "axis": {"labelAngle": 0, "labelLimit": 110, **text},
            },
            "color": {
                "field": "measure",
                "type": "nominal",
                "title": None,
                "scale": {"domain": measures, "range": [style.blue, style.orange][: len(measures)]},
                "legend": {
                    "orient": "top",
                    "direction": "vertical",
                    "labelColor": style.text,
                    "labelFontSize": 14,
                    "labelLimit": 280,
                    "symbolOpacity": 1,
                },
            },
            "tooltip": [
                {"field": "arm", "type": "nominal", "title": series.axis},
                {"field": "measure", "type": "nominal", "title": "Measure"},
                {"field": "mean", "type": "quantitative", "title": "Mean", "format": ".2%"},
                {"field": "low", "type": "quantitative", "title": "Lowest", "format": ".2%"},
                {"field": "high", "type": "quantitative", "title": "Highest", "format": ".2%"},
                {"field": "count", "type": "quantitative", "title": "Seeds"},
            ],
        },
        "layer": list(_marks(series, y, style, aria=bool(points))),
    }


def _marks(series: Series, y: dict[str, Any], style: Style, *, aria: bool) -> list[dict[str, Any]]:
    """Return the layers, from back to front. Without data a mark has nothing to name to a screen reader."""
    marks: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "strokeWidth": 7, "opacity": 0.4, "aria": aria},
            "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1, "aria": aria},
            "encoding": {"y": y},
        },
        {
            "transform": [{"filter": "datum.best"}],
            "mark": {"type": "point", "size": 420, "strokeWidth": 3, "opacity": 1, "aria": aria},
            "encoding": {"y": y},
        },
        *(
            _labels(y, style, above=above, best=best, aria=aria)
            for above in (True, False)
            for best in (True, False)
        ),
    ]
    if series.ordered:
        line = {"type": "line", "strokeWidth": 2, "opacity": 0.6, "aria": aria}
        marks.insert(0, {"mark": line, "encoding": {"y": y}})
    return marks


def _labels(y: dict[str, Any], style: Style, *, above: bool, best: bool, aria: bool) -> dict[str, Any]:
    """Return the values of the dots that are the higher or the lower of their arm, best or not."""
    return {
        "transform": [
            {"filter": f"datum.above == {str(above).lower()} && datum.best == {str(best).lower()}"}
        ],
        "mark": {
            "type": "text",
            "dy": -19 if above else 21,
            "fontSize": 13,
            "fontWeight": "bold" if best else "normal",
            "aria": aria,
        },
        "encoding": {
            "y": y,
            "text": {"field": "mean", "type": "quantitative", "format": ".1%"},
            "color": {"value": style.text},
        },
    }


def _row(point: Point, points: Sequence[Point], first: str) -> dict[str, Any]:
    others = [other.mean for other in points if other.arm == point.arm and other.measure != point.measure]
    return {
        "arm": point.arm,
        "measure": point.measure,
        "mean": point.mean,
        "low": point.low,
        "high": point.high,
        "count": point.count,
        "best": point.is_best and point.measure == first,
        # Of two equal ones the first is above.
        "above": all((point.mean, point.measure == first) > (other, False) for other in others),
    }
