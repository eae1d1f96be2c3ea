"""Charts of the people who wrote the digits."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from core.analysis.writers import EMPLOYEES, STUDENTS, WriterScore, binomial_band
from core.plots.theme import GRAY, PERCENT, color_by


def people(scores: Sequence[WriterScore], lowest: float = 0.0) -> alt.LayerChart:
    """Return each person's accuracy as a dot, the lowest first, over the binomial band of chance.

    Parameters
    ----------
    scores : sequence of WriterScore
        As `core.analysis.writers.by_writer` gives them; at least one.
    lowest : float
        Lower end of the scale, the same for charts side by side.
    """
    low, high = binomial_band(tuple(scores))
    frame = pd.DataFrame(
        {
            "rank": range(1, len(scores) + 1),
            "accuracy": [score.accuracy for score in scores],
            "writer": [score.writer for score in scores],
            "group": [score.group for score in scores],
            "images": [score.images for score in scores],
            "errors": [score.errors for score in scores],
            "low": low,
            "high": high,
        }
    )
    scale = alt.Scale(domain=[lowest, 1])
    base = alt.Chart(frame).encode(
        x=alt.X("rank:Q", title="People, lowest accuracy first", scale=alt.Scale(nice=False))
    )
    band = base.mark_area(color=GRAY, opacity=0.45).encode(
        y=alt.Y("low:Q", title="Accuracy", scale=scale, axis=PERCENT), y2="high:Q"
    )
    dots = base.mark_point(filled=True, size=38, opacity=1).encode(
        y=alt.Y("accuracy:Q", title="Accuracy", scale=scale, axis=PERCENT),
        color=color_by("group", [EMPLOYEES, STUDENTS]),
        tooltip=[
            alt.Tooltip("writer:N", title="Writer"),
            alt.Tooltip("group:N", title="Group"),
            alt.Tooltip("accuracy:Q", title="Accuracy", format=".1%"),
            alt.Tooltip("images:Q", title="Digits"),
            alt.Tooltip("errors:Q", title="Errors"),
            alt.Tooltip("low:Q", title="By chance alone, from", format=".1%"),
            alt.Tooltip("high:Q", title="To", format=".1%"),
        ],
    )
    chart: alt.LayerChart = (band + dots).properties(height=340)
    return chart
