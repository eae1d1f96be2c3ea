"""Charts of numbers, drawn by the browser: pure functions from data to Altair.

Pictures made of pixels are in `core.plots.figures`. Numbers that change while one looks
(ten probabilities) are charts: they cost the server next to
nothing, follow the theme, and show their values under the pointer. Those of an evaluation are
in `core.plots.accuracy_charts`, `calibration_charts` and `confusion_charts`; the curve of a
training is in `core.plots.learning_curve`.
"""

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from core.data import CLASS_NAMES, MAX_PIXEL
from core.plots.theme import BLUE, GRAY, ORANGE, TEXT, color_by

if TYPE_CHECKING:
    from core.analysis.rejection import RejectionRates


def class_counts(train: npt.NDArray[np.int64], test: npt.NDArray[np.int64]) -> alt.Chart:
    """Return the share of each class in the training and in the test set.

    Parameters
    ----------
    train, test : ndarray of int, shape (10,)
    """
    frame = pd.concat(
        pd.DataFrame(
            {
                "class": [f"{digit} {name}" for digit, name in enumerate(CLASS_NAMES)],
                "images": counts,
                "share": counts / counts.sum(),
                "set": label,
            }
        )
        for label, counts in (("Training", train), ("Test", test))
    )
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("class:N", title=None, axis=alt.Axis(labelAngle=0, labelExpr="slice(datum.label, 0, 1)")),
            xOffset=alt.XOffset("set:N", sort=["Training", "Test"]),
            y=alt.Y("share:Q", title="Share of the set", axis=alt.Axis(format="%")),
            color=color_by("set", ["Training", "Test"]),
            tooltip=[
                alt.Tooltip("class:N", title="Class"),
                alt.Tooltip("set:N", title="Set"),
                alt.Tooltip("images:Q", title="Images", format=","),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
        .properties(height=260)
    )
    return chart


def pixel_histogram(counts: npt.NDArray[np.int64]) -> alt.Chart:
    """Return the histogram of pixel values.

    Parameters
    ----------
    counts : ndarray of int, shape (bins,)
        Numbers of pixels in bins of equal width from 0 to 255.
    """
    width = (MAX_PIXEL + 1) // len(counts)
    start = np.arange(len(counts)) * width
    frame = pd.DataFrame(
        {
            "start": start,
            "end": start + width,
            "range": [f"{low}–{low + width - 1}" for low in start],
            "share": counts / counts.sum(),
        }
    )
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(color=BLUE, binSpacing=1)
        .encode(
            x=alt.X("start:Q", bin="binned", title="Pixel value", scale=alt.Scale(domain=[0, MAX_PIXEL + 1])),
            x2="end:Q",
            y=alt.Y("share:Q", title="Share of all pixels", axis=alt.Axis(format="%")),
            tooltip=[
                alt.Tooltip("range:N", title="Pixel values"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
        .properties(height=260)
    )
    return chart


def rejection_rates(points: Sequence["RejectionRates"], digits: float) -> alt.LayerChart:
    """Return the share of negatives against the share of digits that each threshold rejects.

    Parameters
    ----------
    points : sequence of RejectionRates
    digits : float
        Share of the test digits that the chosen threshold rejects; it is marked.
    """
    frame = pd.DataFrame({"digits": [p.digits for p in points], "negatives": [p.negatives for p in points]})
    base = alt.Chart(frame).encode(
        x=alt.X("digits:Q", title="Test digits refused", axis=alt.Axis(format="%")),
        y=alt.Y("negatives:Q", title="Non-digits refused", axis=alt.Axis(format="%")),
        tooltip=[
            alt.Tooltip("digits:Q", title="Test digits refused", format=".1%"),
            alt.Tooltip("negatives:Q", title="Non-digits refused", format=".1%"),
        ],
    )
    nearest = int((frame["digits"] - digits).abs().argmin())
    chosen = base.transform_filter(alt.datum.digits == float(frame["digits"][nearest]))
    chart: alt.LayerChart = (
        base.mark_line(strokeWidth=3, color=BLUE) + chosen.mark_point(filled=True, size=160, color=ORANGE)
    ).properties(height=240)
    return chart


def probabilities(values: npt.NDArray[np.floating[Any]]) -> dict[str, Any]:
    """Return the ten class probabilities as bars, the highest one in color.

    Parameters
    ----------
    values : ndarray, shape (10,)
        Sum to 1.

    Returns
    -------
    dict
        A Vega-Lite specification: it is drawn after every stroke.
    """
    answer = int(values.argmax())
    rows = [
        {"digit": str(digit), "probability": float(value), "answer": digit == answer}
        for digit, value in enumerate(values)
    ]
    return {**_probabilities_frame(), "data": {"values": rows}}


@functools.cache
def _probabilities_frame() -> dict[str, Any]:
    """Return the specification without its data; not to be changed."""
    x = alt.X("probability:Q", title=None, scale=alt.Scale(domain=[0, 1.2]), axis=None)
    y = alt.Y("digit:N", title=None, axis=alt.Axis(labelFontSize=15, ticks=False, domain=False))
    base = alt.Chart(alt.Data(values=[])).encode(x=x, y=y)
    bars = base.mark_bar(height=16, cornerRadiusEnd=3).encode(
        color=alt.condition("datum.answer", alt.value(BLUE), alt.value(GRAY)),
        tooltip=[
            alt.Tooltip("digit:N", title="Digit"),
            alt.Tooltip("probability:Q", title="Probability", format=".2%"),
        ],
    )
    numbers = base.mark_text(align="left", dx=6, fontSize=14, color=TEXT).encode(
        text=alt.Text("probability:Q", format=".1%")
    )
    frame: dict[str, Any] = (bars + numbers).properties(height=280).to_dict()
    return frame
