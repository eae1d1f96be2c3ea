"""Charts of how good a network is: pure functions from measurements to Altair.

They share their colours with `core.plots.charts`. The browser draws them; `render` draws one on
the server, to be saved.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from core.analysis.baselines import LANDMARKS
from core.analysis.calibration import Histogram, Refusals, Reliability
from core.analysis.morphology import Fifth
from core.analysis.robustness import Point
from core.analysis.significance import Interval
from core.data import CLASSES
from core.plots.charts import BLUE, GREY, ORANGE
from core.plots.figures import LIGHT, Style

# What the matrix calls its sums, and the selection that reports a click.
ALL = "all"
CELL = "cell"
# Sizes of long sums, by their length: they fit into a cell on a phone.
_SUM_SIZES = {4: 11, 5: 10}
# The numbers can still be read on the strongest orange, in both themes.
_STRONGEST = 0.65
# Below 1, so that rare mistakes stay visible beside frequent ones.
_HEAT_EXPONENT = 0.6

# Letters that the names of a legend may have together beside each other.
_WIDE_LEGEND = 32

_PERCENT = alt.Axis(format="%")
_WHOLE = alt.Scale(domain=[0, 1])


def confusion_matrix(
    matrix: npt.NDArray[np.int64],
    per: str = "counts",
    mistakes_only: bool = False,
    chosen: tuple[int | None, int | None] | None = None,
    style: Style = LIGHT,
) -> alt.LayerChart:
    """The confusion matrix with the sums of its rows and columns; each cell can be chosen.

    The mistakes alone are coloured, so that the large numbers on the diagonal do not drown
    them; the diagonal is only framed.

    A click is reported as the selection ``"cell"``, with the fields ``digit`` and
    ``answer``: a digit as a string, or ``"all"`` at the sums.

    Parameters
    ----------
    matrix : ndarray of int, shape (10, 10)
        Row: true digit. Column: answer.
    per : {"counts", "digit", "answer"}
        Show counts, or percentages of all images of the digit or with the answer.
    mistakes_only : bool
        Leave out the images read right.
    chosen : tuple, optional
        True digit and answer of the cell to frame; None in it stands for the sum.
    style : Style
    """
    totals = {
        "counts": np.ones((CLASSES + 1, CLASSES + 1)),
        "digit": np.append(matrix.sum(axis=1), matrix.sum())[:, np.newaxis] / 100,
        "answer": np.append(matrix.sum(axis=0), matrix.sum())[np.newaxis] / 100,
    }[per]
    counts = matrix.copy()
    if mistakes_only:
        np.fill_diagonal(counts, 0)
    counts = np.pad(counts, ((0, 1), (0, 1)))
    counts[-1, :] = counts.sum(axis=0)
    counts[:, -1] = counts.sum(axis=1)
    values = counts / np.maximum(totals, 1e-9)
    errors = values[:-1, :-1] * (1 - np.eye(CLASSES))
    heat = np.pad(_STRONGEST * (errors / max(errors.max(), 1e-9)) ** _HEAT_EXPONENT, ((0, 1), (0, 1)))

    names = [*map(str, range(CLASSES)), ALL]
    framed = chosen and tuple(ALL if part is None else str(part) for part in chosen)
    rows = []
    for (row, column), count in np.ndenumerate(counts):
        digit, answer = names[row], names[column]
        kind = "sum" if ALL in (digit, answer) else "right" if row == column else "wrong"
        frame = 3.5 if (digit, answer) == framed else 1.5 if kind == "right" else 0.0
        text = f"{values[row, column]:.0f}" if per == "counts" else f"{values[row, column]:.1f}"
        rows.append(
            {
                "digit": digit,
                "answer": answer,
                "images": int(count),
                "text": text if count else "",
                "heat": heat[row, column],
                "size": _SUM_SIZES.get(len(text), 13) if kind == "sum" else 13,
                "kind": kind,
                "frame": frame,
                "edge": style.text if frame > 2 else style.right,
            }
        )
    colours = alt.Scale(domain=["right", "wrong", "sum"], range=[style.right, style.text, style.text])
    axis: dict[str, Any] = {"domain": False, "ticks": False, "labelFontSize": 13, "labelAngle": 0}
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("answer:N", sort=names, title="The network's answer", axis=alt.Axis(orient="top", **axis)),
        y=alt.Y("digit:N", sort=names, title="The true digit", axis=alt.Axis(**axis)),
        tooltip=[
            alt.Tooltip("digit:N", title="True digit"),
            alt.Tooltip("answer:N", title="Answer"),
            alt.Tooltip("images:Q", title="Images", format=","),
        ],
    )
    cells = base.mark_rect(color=style.wrong).encode(opacity=alt.Opacity("heat:Q", scale=None, legend=None))
    numbers = base.mark_text().encode(
        text="text:N",
        size=alt.Size("size:Q", scale=None, legend=None),
        color=alt.Color("kind:N", scale=colours, legend=None),
    )
    # On top, so that a click anywhere in a cell finds it.
    frames = (
        base.mark_rect(cursor="pointer", fill="transparent")
        .encode(
            stroke=alt.Stroke("edge:N", scale=None, legend=None),
            strokeWidth=alt.StrokeWidth("frame:Q", scale=None, legend=None),
        )
        .add_params(alt.selection_point(name=CELL, fields=["digit", "answer"], toggle=False))
    )
    chart: alt.LayerChart = (cells + numbers + frames).properties(height=460)
    return chart


def intervals(accuracies: Mapping[str, Interval], style: Style = LIGHT) -> alt.LayerChart:
    """The accuracy of each model as a dot, its interval as a bar.

    Parameters
    ----------
    accuracies : mapping of str to Interval
        By the name of the model.
    style : Style
    """
    frame = pd.DataFrame(
        [
            {"model": name, "accuracy": value.share, "low": value.low, "high": value.high}
            for name, value in accuracies.items()
        ]
    )
    x = alt.X("low:Q", title="Accuracy", scale=alt.Scale(zero=False, nice=True), axis=_percent(1))
    base = alt.Chart(frame).encode(
        y=alt.Y("model:N", sort=None, title=None, axis=None),
        tooltip=[
            alt.Tooltip("model:N", title="Model"),
            alt.Tooltip("accuracy:Q", title="Accuracy", format=".2%"),
            alt.Tooltip("low:Q", title="From", format=".2%"),
            alt.Tooltip("high:Q", title="To", format=".2%"),
        ],
    )
    bars = base.mark_rule(strokeWidth=8, opacity=0.45, color=BLUE).encode(x=x, x2="high:Q")
    dots = base.mark_point(filled=True, size=60, color=BLUE, opacity=1).encode(x="accuracy:Q")
    # Over the bar and not beside it, where they would take half of a phone's width.
    names = base.mark_text(align="left", dy=-18, fontSize=13, color=style.text).encode(
        x=alt.value(0), text="model:N"
    )
    chart: alt.LayerChart = (bars + dots + names).properties(height=50 + 60 * len(frame))
    return chart


def seeds(accuracies: Mapping[int, float], mean: float) -> alt.LayerChart:
    """The accuracy that each seed of a recipe reached, and their mean as a line.

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
            x=alt.X("accuracy:Q", title="Accuracy", scale=alt.Scale(zero=False), axis=_percent(2)),
            y=alt.Y("seed:O", title="Seed"),
            tooltip=[
                alt.Tooltip("seed:O", title="Seed"),
                alt.Tooltip("accuracy:Q", title="Accuracy", format=".2%"),
            ],
        )
    )
    line = (
        alt.Chart(pd.DataFrame({"mean": [mean]}))
        .mark_rule(color=ORANGE, strokeWidth=2)
        .encode(x="mean:Q", tooltip=[alt.Tooltip("mean:Q", title="Mean", format=".2%")])
    )
    chart: alt.LayerChart = (dots + line).properties(height=60 + 28 * len(frame))
    return chart


def reliability(series: Mapping[str, Reliability]) -> alt.LayerChart:
    """Accuracy against confidence; on the diagonal both are the same.

    Parameters
    ----------
    series : mapping of str to Reliability
        By a name, such as "As trained"; at most two. The area of a dot grows with the
        root of the number of its images.
    """
    frame = pd.DataFrame(
        [
            {"series": name, "confidence": part.confidence, "accuracy": part.accuracy, "images": part.count}
            for name, result in series.items()
            for part in result.filled
        ]
    )
    diagonal = (
        alt.Chart(pd.DataFrame({"confidence": [0, 1], "accuracy": [0, 1]}))
        .mark_line(color=GREY, strokeDash=[5, 4])
        .encode(x="confidence:Q", y="accuracy:Q")
    )
    base = alt.Chart(frame).encode(
        x=alt.X("confidence:Q", title="How sure it is", scale=_WHOLE, axis=_PERCENT),
        y=alt.Y("accuracy:Q", title="How many are right", scale=_WHOLE, axis=_PERCENT),
        color=_colours("series", list(series)),
        tooltip=[
            alt.Tooltip("series:N", title="Probabilities"),
            alt.Tooltip("confidence:Q", title="Average confidence", format=".1%"),
            alt.Tooltip("accuracy:Q", title="Right", format=".1%"),
            alt.Tooltip("images:Q", title="Images", format=","),
        ],
    )
    lines = base.mark_line(strokeWidth=2.5)
    # Over three hundred times as many images in one bin as in another are usual.
    size = alt.Size(
        "images:Q",
        title="Images",
        scale=alt.Scale(type="pow", exponent=0.5, domain=[0, 10_000], range=[12, 320]),
        legend=alt.Legend(
            orient="bottom", direction="horizontal", values=[10, 100, 1000, 10_000], symbolFillColor=GREY
        ),
    )
    points = base.mark_point(filled=True, opacity=1).encode(size=size)
    # The legend of the dots takes its room from the height.
    chart: alt.LayerChart = (diagonal + lines + points).properties(height=420)
    return chart


def confidence_histogram(histogram: Histogram) -> alt.Chart:
    """How sure right and wrong answers are, each as a share of its kind."""
    frame = pd.concat(
        pd.DataFrame(
            {
                "low": histogram.edges[:-1],
                "high": histogram.edges[1:],
                "answers": label,
                "images": counts,
                "share": counts / max(counts.sum(), 1),
            }
        )
        for label, counts in (("Right answers", histogram.right), ("Mistakes", histogram.wrong))
    )
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(opacity=0.7, binSpacing=1)
        .encode(
            x=alt.X("low:Q", bin="binned", title="How sure it is", scale=_WHOLE, axis=_PERCENT),
            x2="high:Q",
            y=alt.Y("share:Q", stack=None, title="Share of its kind", axis=_PERCENT),
            color=_colours("answers", ["Right answers", "Mistakes"]),
            tooltip=[
                alt.Tooltip("answers:N", title="Answers"),
                alt.Tooltip("low:Q", title="From", format=".0%"),
                alt.Tooltip("high:Q", title="To", format=".0%"),
                alt.Tooltip("images:Q", title="Images", format=","),
            ],
        )
        .properties(height=320)
    )
    return chart


def refusals(curve: Refusals, threshold: float) -> alt.LayerChart:
    """Share answered and accuracy among the answers, for each threshold; one is marked."""
    names = ["Answered", "Right among the answers"]
    frame = pd.concat(
        pd.DataFrame({"threshold": curve.thresholds, "series": name, "value": values})
        for name, values in zip(names, (curve.answered, curve.accuracy), strict=True)
    ).dropna()
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=3)
        .encode(
            x=alt.X("threshold:Q", title="Least confidence for an answer", scale=_WHOLE, axis=_PERCENT),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=_PERCENT),
            color=_colours("series", names),
            tooltip=[
                alt.Tooltip("threshold:Q", title="Threshold", format=".0%"),
                alt.Tooltip("series:N", title="Share"),
                alt.Tooltip("value:Q", title="Value", format=".1%"),
            ],
        )
    )
    mark = alt.Chart(pd.DataFrame({"threshold": [threshold]})).mark_rule(color=GREY, strokeWidth=2)
    chart: alt.LayerChart = (lines + mark.encode(x="threshold:Q")).properties(height=280)
    return chart


def curves(series: Mapping[tuple[str, str], Sequence[Point]], axis: str) -> alt.LayerChart:
    """Accuracy against the strength of a disturbance, with its interval as a band.

    Parameters
    ----------
    series : mapping of (str, str) to sequence of Point
        By the name of the model and the kind of the disturbance. Models differ in colour,
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
        color=_colours("model", models),
        detail="kind:N",
    )
    dash = alt.StrokeDash(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=kinds, range=[[1, 0], [6, 4]][: len(kinds)]),
        # In grey, because the dash belongs to every colour.
        legend=alt.Legend(
            orient="bottom", columns=1, symbolType="stroke", symbolStrokeColor=GREY, symbolSize=400
        )
        if len(kinds) > 1
        else None,
    )
    y = alt.Y("accuracy:Q", title="Read right", scale=_WHOLE, axis=_PERCENT)
    tooltip = [
        alt.Tooltip("model:N", title="Model"),
        *([alt.Tooltip("kind:N", title="Pixels change")] if len(kinds) > 1 else []),
        alt.Tooltip("level:Q", title=axis),
        alt.Tooltip("accuracy:Q", title="Read right", format=".1%"),
        alt.Tooltip("low:Q", title="From", format=".1%"),
        alt.Tooltip("high:Q", title="To", format=".1%"),
    ]
    bands = base.mark_area(opacity=0.18).encode(
        y=alt.Y("low:Q", title="Read right", scale=_WHOLE, axis=_PERCENT), y2="high:Q"
    )
    lines = base.mark_line(strokeWidth=3).encode(y=y, strokeDash=dash)
    points = base.mark_point(filled=True, opacity=1, size=55).encode(y=y, tooltip=tooltip)
    chart: alt.LayerChart = (bands + lines + points).properties(height=340)
    return chart


def ladder(name: str, error: float, style: Style = LIGHT) -> alt.LayerChart:
    """Test errors of the landmarks and of one network, the best on top, on a logarithmic scale.

    Parameters
    ----------
    name : str
        Of the network.
    error : float
        Its test error, 0 to 1.
    style : Style
    """
    # A network without a single mistake would be infinitely far away.
    shown = max(error, 0.0005)
    rows: list[dict[str, Any]] = [
        {"name": landmark.name, "error": landmark.error, "place": landmark.error, "own": False}
        for landmark in LANDMARKS
    ]
    rows.append({"name": name, "error": error, "place": shown, "own": True})
    rows.sort(key=lambda row: row["place"])
    frame = pd.DataFrame(rows)
    frame["label"] = [f"{row['name']} · {row['error']:.2%}" for row in rows]
    colour = alt.condition("datum.own", alt.value(style.wrong), alt.value(style.right))
    base = alt.Chart(frame).encode(
        x=alt.X(
            "place:Q",
            title="Test images read wrong",
            scale=alt.Scale(type="log", domain=[min(0.003, shown), 1]),
            axis=alt.Axis(format="~%", values=[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]),
        ),
        y=alt.Y("name:N", sort=list(frame["name"]), title=None, axis=None),
        tooltip=[
            alt.Tooltip("name:N", title="Reader"),
            alt.Tooltip("error:Q", title="Read wrong", format=".2%"),
        ],
    )
    points = base.mark_point(filled=True, size=140, opacity=1).encode(color=colour)
    text: dict[str, Any] = {"fontSize": 13, "color": style.text, "dx": 12}
    to_the_right = base.mark_text(align="left", **text).transform_filter("datum.place < 0.05")
    to_the_left = base.mark_text(align="right", **{**text, "dx": -12}).transform_filter("datum.place >= 0.05")
    layers = points + to_the_right.encode(text="label:N") + to_the_left.encode(text="label:N")
    chart: alt.LayerChart = layers.properties(height=36 * len(frame) + 40)
    return chart


def fifths(parts: Sequence[Fifth], title: str, unit: str, highest: float) -> alt.Chart:
    """Share of mistakes from the lowest fifth of a measure to the highest.

    Parameters
    ----------
    parts : sequence of Fifth
    title : str
        Of the horizontal axis.
    unit : str
        A format for a value, such as ``".1f"``.
    highest : float
        Share at the upper end of the scale, the same for charts side by side.
    """
    frame = pd.DataFrame(
        {
            "fifth": range(1, len(parts) + 1),
            "mean": [f"{part.mean:{unit}}".replace("-", "−") for part in parts],
            "share": [part.mistakes / part.images for part in parts],
            "mistakes": [part.mistakes for part in parts],
            "images": [part.images for part in parts],
        }
    )
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("fifth:O", title=title, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("share:Q", title="Read wrong", axis=_percent(1), scale=alt.Scale(domain=[0, highest])),
            tooltip=[
                alt.Tooltip("mean:N", title="Average"),
                alt.Tooltip("share:Q", title="Read wrong", format=".2%"),
                alt.Tooltip("mistakes:Q", title="Mistakes", format=","),
                alt.Tooltip("images:Q", title="Images", format=","),
            ],
        )
        .properties(height=240)
    )
    return chart


def render(chart: alt.Chart | alt.LayerChart, kind: str) -> bytes:
    """Draw a chart as a picture on white.

    Parameters
    ----------
    chart : Chart or LayerChart
    kind : {"png", "svg"}
    """
    # The browser gives a chart the width of the page; a picture has its own.
    picture = chart.properties(width=640, background="white")
    if kind == "svg":
        text = io.StringIO()
        picture.save(text, format="svg")
        return text.getvalue().encode()
    pixels = io.BytesIO()
    picture.save(pixels, format="png", scale_factor=2)
    return pixels.getvalue()


def _percent(digits: int) -> alt.Axis:
    # No two marks so close that they would have the same label.
    return alt.Axis(format=f".{digits}%", tickMinStep=10.0 ** -(digits + 2), labelOverlap=True)


def _colours(field: str, names: list[str]) -> alt.Color:
    return alt.Color(
        f"{field}:N",
        title=None,
        scale=alt.Scale(domain=names, range=[BLUE, ORANGE][: len(names)]),
        # Side by side, long names would be cut off on a phone.
        legend=alt.Legend(
            orient="top",
            labelLimit=260,
            symbolOpacity=1,
            columns=1 if sum(map(len, names)) > _WIDE_LEGEND else len(names),
        ),
    )
