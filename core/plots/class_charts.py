"""Charts of a class: how well a network reads each of its members, without saying who is who."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from core.analysis.writers import WriterScore, binomial_band
from core.plots.theme import GRAY, PERCENT, color_by


def anonymous_people(scores: Sequence[WriterScore], groups: Sequence[str]) -> alt.LayerChart:
    """Return each person's accuracy as a dot, the lowest first, over the binomial band of chance.

    Parameters
    ----------
    scores : sequence of WriterScore
        As `core.classroom.pooled.by_person` gives them; at least one.
    groups : sequence of str
        The groups in the scores, at most two, in the order of their colors.
    """
    low, high = binomial_band(tuple(scores))
    frame = pd.DataFrame(
        {
            "rank": range(1, len(scores) + 1),
            "accuracy": [score.accuracy for score in scores],
            "group": [score.group for score in scores],
            "drawings": [score.images for score in scores],
            "errors": [score.errors for score in scores],
            "low": low,
            "high": high,
        }
    )
    lowest = min(0.5, float(frame["accuracy"].min()), float(low.min()))
    scale = alt.Scale(domain=[lowest, 1])
    ranks = alt.Scale(domain=[0.5, len(scores) + 0.5], nice=False)
    base = alt.Chart(frame).encode(
        x=alt.X(
            "rank:Q",
            title="People, lowest accuracy first",
            scale=ranks,
            axis=alt.Axis(tickMinStep=1, format="d", grid=False),
        )
    )
    band = base.mark_area(color=GRAY, opacity=0.45).encode(
        y=alt.Y("low:Q", title="Accuracy", scale=scale, axis=PERCENT), y2="high:Q"
    )
    dots = base.mark_point(filled=True, size=90, opacity=1).encode(
        y=alt.Y("accuracy:Q", title="Accuracy", scale=scale, axis=PERCENT),
        color=color_by("group", list(groups)),
        tooltip=[
            alt.Tooltip("group:N", title="Group"),
            alt.Tooltip("accuracy:Q", title="Accuracy", format=".0%"),
            alt.Tooltip("drawings:Q", title="Drawings"),
            alt.Tooltip("errors:Q", title="Errors"),
        ],
    )
    chart: alt.LayerChart = (band + dots).properties(height=320)
    return chart
