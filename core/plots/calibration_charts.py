"""Charts of calibration: reliability diagram, confidence histogram and risk–coverage curve."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from core.analysis.calibration import Histogram, Reliability, RiskCoverage
from core.plots.theme import GRAY, PERCENT, UNIT_SCALE, color_by


def reliability(series: Mapping[str, Reliability]) -> alt.LayerChart:
    """Return the reliability diagram, which is accuracy against confidence, and its diagonal.

    Parameters
    ----------
    series : mapping of str to Reliability
        By a name, such as "As trained"; at most two. The area of a dot grows with the
        root of the number of its images.
    """
    frame = pd.DataFrame(
        [
            {"series": name, "confidence": one.confidence, "accuracy": one.accuracy, "images": one.count}
            for name, result in series.items()
            for one in result.filled
        ]
    )
    diagonal = (
        alt.Chart(pd.DataFrame({"confidence": [0, 1], "accuracy": [0, 1]}))
        .mark_line(color=GRAY, strokeDash=[5, 4])
        .encode(x=alt.X("confidence:Q"), y=alt.Y("accuracy:Q"))
    )
    base = alt.Chart(frame).encode(
        x=alt.X("confidence:Q", title="Confidence", scale=UNIT_SCALE, axis=PERCENT),
        y=alt.Y("accuracy:Q", title="Accuracy", scale=UNIT_SCALE, axis=PERCENT),
        color=color_by("series", list(series)),
        tooltip=[
            alt.Tooltip("series:N", title="Probabilities"),
            alt.Tooltip("confidence:Q", title="Mean confidence", format=".1%"),
            alt.Tooltip("accuracy:Q", title="Accuracy", format=".1%"),
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
            orient="bottom", direction="horizontal", values=[10, 100, 1000, 10_000], symbolFillColor=GRAY
        ),
    )
    points = base.mark_point(filled=True, opacity=1).encode(size=size)
    # The legend of the dots takes its room from the height.
    chart: alt.LayerChart = alt.LayerChart(layer=[diagonal, lines, points]).properties(height=420)
    return chart


def confidence_histogram(histogram: Histogram) -> alt.Chart:
    """Return the confidences of correct predictions and of errors, each as a share of its kind."""
    frame = pd.concat(
        pd.DataFrame(
            {
                "low": histogram.edges[:-1],
                "high": histogram.edges[1:],
                "predictions": label,
                "images": counts,
                "share": counts / max(counts.sum(), 1),
            }
        )
        for label, counts in (("Correct predictions", histogram.correct), ("Errors", histogram.errors))
    )
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(opacity=0.7, binSpacing=1)
        .encode(
            x=alt.X("low:Q", bin="binned", title="Confidence", scale=UNIT_SCALE, axis=PERCENT),
            x2=alt.X2("high:Q"),
            y=alt.Y("share:Q", stack=None, title="Share of correct / wrong predictions", axis=PERCENT),
            color=color_by("predictions", ["Correct predictions", "Errors"]),
            tooltip=[
                alt.Tooltip("predictions:N", title="Predictions"),
                alt.Tooltip("low:Q", title="From", format=".0%"),
                alt.Tooltip("high:Q", title="To", format=".0%"),
                alt.Tooltip("images:Q", title="Images", format=","),
            ],
        )
        .properties(height=320)
    )
    return chart


def risk_coverage(curve: RiskCoverage, threshold: float) -> alt.LayerChart:
    """Return coverage and selective accuracy against the threshold; one threshold is marked."""
    names = ["Coverage (share answered)", "Accuracy on answered images"]
    frame = pd.concat(
        pd.DataFrame({"threshold": curve.thresholds, "series": name, "value": values})
        for name, values in zip(names, (curve.coverage, curve.accuracy), strict=True)
    ).dropna()
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=3)
        .encode(
            x=alt.X("threshold:Q", title="Confidence threshold", scale=UNIT_SCALE, axis=PERCENT),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=PERCENT),
            color=color_by("series", names),
            tooltip=[
                alt.Tooltip("threshold:Q", title="Threshold", format=".0%"),
                alt.Tooltip("series:N", title="Share"),
                alt.Tooltip("value:Q", title="Value", format=".1%"),
            ],
        )
    )
    mark = alt.Chart(pd.DataFrame({"threshold": [threshold]})).mark_rule(color=GRAY, strokeWidth=2)
    chart: alt.LayerChart = (lines + mark.encode(x=alt.X("threshold:Q"))).properties(height=280)
    return chart
