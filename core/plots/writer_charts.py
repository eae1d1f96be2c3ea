"""Charts of the people who wrote the digits."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from core.analysis.writers import EMPLOYEES, STUDENTS, WriterScore, binomial_band
from core.plots.theme import BLUE, GRAY, PERCENT, color_by


def people(
    scores: Sequence[WriterScore],
    lowest: float | None = None,
    groups: Sequence[str] = (EMPLOYEES, STUDENTS),
    anonymous: bool = False,
) -> alt.LayerChart:
    """Return each person's accuracy as a dot, the lowest first, over the binomial band of chance.

    Parameters
    ----------
    scores : sequence of WriterScore
        As `core.analysis.writers.by_writer` gives them; at least one.
    lowest : float, optional
        Lower end of the scale, the same for charts side by side. Otherwise what these people need.
    groups : sequence of str
        The groups in the scores, at most two, in the order of their colors.
    anonymous : bool
        Whether a dot does not say whose it is: the people know each other.
    """
    low, high = binomial_band(tuple(scores))
    whose = [] if anonymous else [alt.Tooltip("writer:N", title="Writer")]
    # A class is few people: their dots have room, and decimals would say nothing.
    size, digits = (90, ".0%") if anonymous else (38, ".1%")
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
    if lowest is None:
        lowest = min(0.5, scores[0].accuracy, float(low.min()))
    scale = alt.Scale(domain=[lowest, 1])
    base = alt.Chart(frame).encode(
        x=alt.X(
            "rank:Q",
            title="People, lowest accuracy first",
            scale=alt.Scale(domain=[0.5, len(scores) + 0.5], nice=False),
            axis=alt.Axis(tickMinStep=1, format="d", grid=False),
        )
    )
    band = base.mark_area(color=GRAY, opacity=0.45).encode(
        y=alt.Y("low:Q", title="Accuracy", scale=scale, axis=PERCENT), y2=alt.Y2("high:Q")
    )
    dots = base.mark_point(filled=True, size=size, opacity=1).encode(
        y=alt.Y("accuracy:Q", title="Accuracy", scale=scale, axis=PERCENT),
        color=color_by("group", list(groups)),
        tooltip=[
            *whose,
            alt.Tooltip("group:N", title="Group"),
            alt.Tooltip("accuracy:Q", title="Accuracy", format=digits),
            alt.Tooltip("images:Q", title="Digits"),
            alt.Tooltip("errors:Q", title="Errors"),
            alt.Tooltip("low:Q", title="By chance alone, from", format=digits),
            alt.Tooltip("high:Q", title="To", format=digits),
        ],
    )
    chart: alt.LayerChart = (band + dots).properties(height=340)
    return chart


def digits_per_person(counts: npt.NDArray[np.int64]) -> alt.Chart:
    """Return how many people wrote how many digits, in steps of ten.

    Parameters
    ----------
    counts : ndarray of int64, shape (n,)
        The number of digits of each person.
    """
    people = np.bincount(counts // 10)
    tens = 10 * np.arange(len(people))
    frame = pd.DataFrame({"digits": [f"{low}–{low + 9}" for low in tens], "people": people})
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(color=BLUE)
        .encode(
            x=alt.X("digits:O", title="Digits", sort=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("people:Q", title="People"),
            tooltip=[alt.Tooltip("digits:O", title="Digits"), alt.Tooltip("people:Q", title="People")],
        )
        .properties(height=260)
    )
    return chart
