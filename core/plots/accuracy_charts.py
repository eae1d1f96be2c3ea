"""Charts of accuracy: intervals, seeds, robustness curves, baselines, and errors by quintile."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from core.analysis.baselines import BASELINES
from core.analysis.morphology import Quintile
from core.analysis.robustness import Point
from core.analysis.significance import Interval
from core.plots.figures import LIGHT, Style
from core.plots.theme import BLUE, GRAY, ORANGE, PERCENT, UNIT_SCALE, color_by, percent


def intervals(accuracies: Mapping[str, Interval], style: Style = LIGHT) -> alt.LayerChart:
    """Return the accuracy of each model as a dot and its confidence interval as a bar.

    Parameters
    ----------
    accuracies : mapping of str to Interval
        By the name of the model.
    style : Style
    """
    frame = pd.DataFrame(
        [
            {"model": name, "accuracy": value.proportion, "low": value.low, "high": value.high}
            for name, value in accuracies.items()
        ]
    )
    x = alt.X("low:Q", title="Test accuracy", scale=alt.Scale(zero=False, nice=True), axis=percent(1))
    base = alt.Chart(frame).encode(
        y=alt.Y("model:N", sort=None, title=None, axis=None),
        tooltip=[
            alt.Tooltip("model:N", title="Model"),
            alt.Tooltip("accuracy:Q", title="Test accuracy", format=".2%"),
            alt.Tooltip("low:Q", title="From", format=".2%"),
            alt.Tooltip("high:Q", title="To", format=".2%"),
        ],
    )
    bars = base.mark_rule(strokeWidth=8, opacity=0.45, color=BLUE).encode(x=x, x2=alt.X2("high:Q"))
    dots = base.mark_point(filled=True, size=60, color=BLUE, opacity=1).encode(x=alt.X("accuracy:Q"))
    # Over the bar and not beside it, where they would take half of a phone's width.
    names = base.mark_text(align="left", dy=-18, fontSize=13, color=style.text).encode(
        x=alt.value(0), text=alt.Text("model:N")
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[bars, dots, names]).properties(height=50 + 60 * len(frame))
    return chart


def seeds(accuracies: Mapping[int, float], mean: float) -> alt.LayerChart:
    """Return the accuracy of each seed of a recipe as a dot and their mean as a line.

    Parameters
    ----------
    accuracies : mapping of int to float
        Test accuracy by seed.
    mean : float
    """
    frame = pd.DataFrame({"seed": list(accuracies), "accuracy": list(accuracies.values())})
    dots = (
        alt.Chart(frame)
        .mark_point(filled=True, size=130, color=BLUE, opacity=1)
        .encode(
            x=alt.X("accuracy:Q", title="Test accuracy", scale=alt.Scale(zero=False), axis=percent(2)),
            y=alt.Y("seed:O", title="Random seed"),
            tooltip=[
                alt.Tooltip("seed:O", title="Seed"),
                alt.Tooltip("accuracy:Q", title="Accuracy", format=".2%"),
            ],
        )
    )
    line = (
        alt.Chart(pd.DataFrame({"mean": [mean]}))
        .mark_rule(color=ORANGE, strokeWidth=2)
        .encode(x=alt.X("mean:Q"), tooltip=[alt.Tooltip("mean:Q", title="Mean", format=".2%")])
    )
    chart: alt.LayerChart = (dots + line).properties(height=60 + 28 * len(frame))
    return chart


def robustness_curves(series: Mapping[tuple[str, str], Sequence[Point]], axis: str) -> alt.LayerChart:
    """Return accuracy against the level of a corruption, with its confidence interval as a band.

    Parameters
    ----------
    series : mapping of (str, str) to sequence of Point
        By the name of the model and the kind of the corruption. Models differ in color,
        kinds in the dash of the line.
    axis : str
        What is on the horizontal axis.
    """
    frame = pd.DataFrame(
        [
            {
                "model": model,
                "kind": kind,
                "level": point.level,
                "accuracy": point.accuracy,
                "low": point.low,
                "high": point.high,
            }
            for (model, kind), points in series.items()
            for point in points
        ]
    )
    models, kinds = (list(dict.fromkeys(names)) for names in zip(*series, strict=True))
    base = alt.Chart(frame).encode(
        x=alt.X("level:Q", title=axis, scale=alt.Scale(nice=False)),
        color=color_by("model", models),
        detail=alt.Detail("kind:N"),
    )
    dash = alt.StrokeDash(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=kinds, range=[[1, 0], [6, 4]][: len(kinds)]),
        # In gray, because the dash belongs to every color.
        legend=alt.Legend(
            orient="bottom", columns=1, symbolType="stroke", symbolStrokeColor=GRAY, symbolSize=400
        )
        if len(kinds) > 1
        else None,
    )
    y = alt.Y("accuracy:Q", title="Accuracy", scale=UNIT_SCALE, axis=PERCENT)
    tooltip = [
        alt.Tooltip("model:N", title="Model"),
        *([alt.Tooltip("kind:N", title="Perturbation")] if len(kinds) > 1 else []),
        alt.Tooltip("level:Q", title=axis),
        alt.Tooltip("accuracy:Q", title="Accuracy", format=".1%"),
        alt.Tooltip("low:Q", title="From", format=".1%"),
        alt.Tooltip("high:Q", title="To", format=".1%"),
    ]
    bands = base.mark_area(opacity=0.18).encode(
        y=alt.Y("low:Q", title="Accuracy", scale=UNIT_SCALE, axis=PERCENT), y2=alt.Y2("high:Q")
    )
    lines = base.mark_line(strokeWidth=3).encode(y=y, strokeDash=dash)
    points = base.mark_point(filled=True, opacity=1, size=55).encode(y=y, tooltip=tooltip)
    chart: alt.LayerChart = alt.LayerChart(layer=[bands, lines, points]).properties(height=340)
    return chart


def baselines(name: str, error: float, style: Style = LIGHT) -> alt.LayerChart:
    """Return the test errors of the baselines and of one network, on a logarithmic scale, best on top.

    Parameters
    ----------
    name : str
        Of the network.
    error : float
        Its test error, 0 to 1.
    style : Style
    """
    # A network without a single error would be infinitely far away.
    shown = max(error, 0.0005)
    rows: list[dict[str, Any]] = [
        {"name": baseline.name, "error": baseline.error, "place": baseline.error, "own": False}
        for baseline in BASELINES
    ]
    rows.append({"name": name, "error": error, "place": shown, "own": True})
    rows.sort(key=lambda row: row["place"])
    frame = pd.DataFrame(rows)
    frame["label"] = [f"{row['name']} · {row['error']:.2%}" for row in rows]
    color = alt.condition("datum.own", alt.value(style.orange), alt.value(style.blue))
    base = alt.Chart(frame).encode(
        x=alt.X(
            "place:Q",
            title="Test error",
            scale=alt.Scale(type="log", domain=[min(0.003, shown), 1]),
            axis=alt.Axis(format="~%", values=[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]),
        ),
        y=alt.Y("name:N", sort=list(frame["name"]), title=None, axis=None),
        tooltip=[
            alt.Tooltip("name:N", title="Model"),
            alt.Tooltip("error:Q", title="Test error", format=".2%"),
        ],
    )
    points = base.mark_point(filled=True, size=140, opacity=1).encode(color=color)
    text: dict[str, Any] = {"fontSize": 13, "color": style.text, "dx": 12}
    to_the_right = base.mark_text(align="left", **text).transform_filter("datum.place < 0.05")
    to_the_left = base.mark_text(align="right", **{**text, "dx": -12}).transform_filter("datum.place >= 0.05")
    layers = alt.LayerChart(
        layer=[
            points,
            to_the_right.encode(text=alt.Text("label:N")),
            to_the_left.encode(text=alt.Text("label:N")),
        ]
    )
    chart: alt.LayerChart = layers.properties(height=36 * len(frame) + 40)
    return chart


def quintiles(parts: Sequence[Quintile], title: str, unit: str, highest: float) -> alt.Chart:
    """Return the share of errors from the lowest quintile of a measure to the highest.

    Parameters
    ----------
    parts : sequence of Quintile
    title : str
        Of the horizontal axis.
    unit : str
        A format for a value, such as ``".1f"``.
    highest : float
        Share at the upper end of the scale, the same for charts side by side.
    """
    frame = pd.DataFrame(
        {
            "quintile": range(1, len(parts) + 1),
            "mean": [f"{part.mean:{unit}}".replace("-", "−") for part in parts],
            "share": [part.errors / part.images for part in parts],
            "errors": [part.errors for part in parts],
            "images": [part.images for part in parts],
        }
    )
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("quintile:O", title=title, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("share:Q", title="Error rate", axis=percent(1), scale=alt.Scale(domain=[0, highest])),
            tooltip=[
                alt.Tooltip("mean:N", title="Mean"),
                alt.Tooltip("share:Q", title="Error rate", format=".2%"),
                alt.Tooltip("errors:Q", title="Errors", format=","),
                alt.Tooltip("images:Q", title="Images", format=","),
            ],
        )
        .properties(height=240)
    )
    return chart
