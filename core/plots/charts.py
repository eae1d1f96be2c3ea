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

from core.data import CLASS_NAMES, CLASSES, MAX_PIXEL
from core.plots.theme import BLUE, GRAY, ORANGE, TEXT, color_by

if TYPE_CHECKING:
    from core.analysis.rejection import RejectionRates

# A probability in words of Vega, which never claim certainty; empty if there is none.
_PERCENT = (
    "datum.probability == null ? '' : datum.probability >= 0.9995 ? '>99.9%'"
    " : datum.probability < 0.0005 ? '<0.1%' : format(datum.probability, '.1%')"
)


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
            y=alt.Y("share:Q", title="Share of images", axis=alt.Axis(format="%")),
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


def pixel_histogram(counts: npt.NDArray[np.int64], highest: int = MAX_PIXEL) -> alt.Chart:
    """Return the histogram of pixel values.

    Parameters
    ----------
    counts : ndarray of int, shape (bins,)
        Numbers of pixels in bins of equal width from 0 to 255.
    highest : int
        What the values are written as if they go up to another number than 255.
    """
    scale = highest / MAX_PIXEL
    width = (MAX_PIXEL + 1) // len(counts)
    start = np.arange(len(counts)) * width
    frame = pd.DataFrame(
        {
            "start": start * scale,
            "end": (start + width) * scale,
            "range": [f"{low * scale:.3g}–{(low + width - 1) * scale:.3g}" for low in start],
            "share": counts / counts.sum(),
        }
    )
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(color=BLUE, binSpacing=1)
        .encode(
            x=alt.X(
                "start:Q",
                bin="binned",
                title="Pixel value",
                scale=alt.Scale(domain=[0, (MAX_PIXEL + 1) * scale]),
            ),
            x2=alt.X2("end:Q"),
            y=alt.Y("share:Q", title="Share of pixels", axis=alt.Axis(format="%")),
            tooltip=[
                alt.Tooltip("range:N", title="Pixel values"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
            ],
        )
        .properties(height=260)
    )
    return chart


def rejection_rates(points: Sequence["RejectionRates"], digits: float, text: str = TEXT) -> alt.LayerChart:
    """Return the rejection rate of negatives against that of digits, for each threshold.

    Parameters
    ----------
    points : sequence of RejectionRates
    digits : float
        Share of the test digits that the chosen threshold rejects; it is marked.
    text : str
        Color of the labels, as in `probabilities`.
    """
    frame = pd.DataFrame({"digits": [p.digits for p in points], "negatives": [p.negatives for p in points]})
    x, y = "False rejection rate (test digits)", "Correct rejection rate (non-digits)"
    axis = alt.Axis(format="%", labelColor=text, titleColor=text)
    base = alt.Chart(frame).encode(
        x=alt.X("digits:Q", title=x, axis=axis),
        y=alt.Y("negatives:Q", title=y, axis=axis),
        tooltip=[
            alt.Tooltip("digits:Q", title=x, format=".1%"),
            alt.Tooltip("negatives:Q", title=y, format=".1%"),
        ],
    )
    nearest = int((frame["digits"] - digits).abs().argmin())
    chosen = base.transform_filter(alt.datum.digits == float(frame["digits"][nearest]))
    chart: alt.LayerChart = (
        base.mark_line(strokeWidth=3, color=BLUE) + chosen.mark_point(filled=True, size=160, color=ORANGE)
    ).properties(height=300)
    return chart


def probabilities(values: npt.NDArray[np.floating[Any]] | None = None, text: str = TEXT) -> dict[str, Any]:
    """Return the ten class probabilities as bars, the highest one in color.

    Parameters
    ----------
    values : ndarray, shape (10,), optional
        Sum to 1. Without them there are ten labels, and no bars.
    text : str
        Color of the labels, legible in the theme: see `core.plots.figures.Style`.

    Returns
    -------
    dict
        A Vega-Lite specification: it is drawn after every stroke.
    """
    predicted = None if values is None else int(values.argmax())
    rows = [
        {"digit": str(digit), "probability": None if values is None else float(values[digit])}
        | {"predicted": digit == predicted}
        for digit in range(CLASSES)
    ]
    return {**_probabilities_frame(text), "data": {"values": rows}}


@functools.cache
def _probabilities_frame(text: str) -> dict[str, Any]:
    """Return the specification without its data; not to be changed."""
    x = alt.X("probability:Q", title=None, scale=alt.Scale(domain=[0, 1.2]), axis=None)
    y = alt.Y(
        "digit:N",
        title=None,
        scale=alt.Scale(domain=[str(digit) for digit in range(CLASSES)]),
        axis=alt.Axis(labelFontSize=16, labelColor=text, ticks=False, domain=False),
    )
    base = alt.Chart(alt.Data(values=[])).transform_calculate(shown=_PERCENT).encode(x=x, y=y)
    bars = base.mark_bar(height=16, cornerRadiusEnd=3).encode(
        color=alt.condition("datum.predicted", alt.value(BLUE), alt.value(GRAY)),
        tooltip=[alt.Tooltip("digit:N", title="Class"), alt.Tooltip("shown:N", title="Probability")],
    )
    numbers = base.mark_text(align="left", dx=6, fontSize=15, color=text).encode(text=alt.Text("shown:N"))
    frame: dict[str, Any] = (bars + numbers).properties(height=280).to_dict()
    return frame
