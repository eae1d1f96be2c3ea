"""The confusion matrix as a chart that can be clicked."""

from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, to_hex

from core.data import CLASSES
from core.plots.figures import DARK, LIGHT, Style
from core.plots.theme import contrast

# The selection that reports a click.
CELL = "cell"
# From no image to the most. In the dark theme a strong color is a light one.
_COLORS = {
    LIGHT: (LIGHT.background, "#6baed6", "#08306b"),
    DARK: (DARK.background, "#2b7bba", "#c6dbef"),
}
# The cube root, so that a rare error can be seen beside a thousand correct predictions.
_EXPONENT = 1 / 3
# Cells are as high as the window leaves room for below the head of the page, and never higher than
# wide: a share of the width alone would be too high on a laptop and too low on a projector. A
# picture that is saved has no window.
_ABOVE, _LOWEST = 400, 260
_HEIGHT = f"max({_LOWEST}, min(width, isFinite(windowSize()[1]) ? windowSize()[1] - {_ABOVE} : width))"
_NUMBER_SIZE = "min(0.42 * bandwidth('x'), 0.5 * bandwidth('y'))"
_AXIS_SIZE = "windowSize()[0] > 1500 ? 20 : 15"


def confusion_matrix(
    matrix: npt.NDArray[np.int64],
    per: str = "counts",
    errors_only: bool = False,
    chosen: tuple[int | None, int | None] = (None, None),
    style: Style = LIGHT,
) -> alt.LayerChart:
    """Return the confusion matrix with its cells filled by their number of images; each can be chosen.

    A click is reported as the selection ``"cell"``, with the fields ``label`` and
    ``prediction``, each a digit as a string.

    Parameters
    ----------
    matrix : ndarray of int, shape (10, 10)
        Row: true digit. Column: predicted digit.
    per : {"counts", "label", "prediction"}
        Show counts, or percentages of all images of the true or of the predicted digit.
    errors_only : bool
        Leave out the correct predictions.
    chosen : tuple
        True and predicted digit of the cell to frame; None in one of them stands for a whole
        row or column.
    style : Style
    """
    counts = matrix * (1 - np.eye(CLASSES, dtype=matrix.dtype)) if errors_only else matrix
    totals = {"label": matrix.sum(axis=1, keepdims=True), "prediction": matrix.sum(axis=0, keepdims=True)}
    values = counts if per == "counts" else 100 * counts / np.maximum(totals[per], 1)
    colors = LinearSegmentedColormap.from_list("cells", _COLORS[style])
    fills = colors((values / max(values.max(), 1e-9)) ** _EXPONENT)
    rows = []
    for (label, prediction), count in np.ndenumerate(counts):
        fill = to_hex(fills[label, prediction])
        framed = chosen != (None, None) and all(
            wanted in (None, digit) for wanted, digit in zip(chosen, (label, prediction), strict=True)
        )
        rows.append(
            {
                "label": str(label),
                "prediction": str(prediction),
                "images": int(count),
                "text": _number(float(values[label, prediction]), per) if count else "",
                "fill": fill,
                "ink": "#ffffff" if contrast("#ffffff", fill) > contrast("#000000", fill) else "#000000",
                "frame": 3 if framed else 0,
                "words": f"True label {label}, predicted label {prediction}: {count} images",
            }
        )
    names = list(map(str, range(CLASSES)))
    axis: dict[str, Any] = {
        "domain": False,
        "ticks": False,
        "labelAngle": 0,
        "labelFlush": False,
        "labelFontSize": alt.expr(_AXIS_SIZE),
        "labelPadding": 6,
        "titleFontSize": alt.expr(_AXIS_SIZE),
        "titlePadding": 4,
    }
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X(
            "prediction:N",
            sort=names,
            title="Predicted label",
            axis=alt.Axis(orient="top", **axis),
            scale=alt.Scale(padding=0),
        ),
        y=alt.Y(
            "label:N",
            sort=names,
            title="True label",
            axis=alt.Axis(**axis),
            scale=alt.Scale(padding=0, range=[0, alt.expr(_HEIGHT)]),
        ),
        tooltip=[
            alt.Tooltip("label:N", title="True label"),
            alt.Tooltip("prediction:N", title="Predicted label"),
            alt.Tooltip("images:Q", title="Images", format=","),
        ],
    )
    # A screen reader reads each cell once, from the layer that takes the clicks.
    cells = base.mark_rect(stroke=style.muted, strokeWidth=0.3, aria=False).encode(
        color=alt.Color("fill:N", scale=None)
    )
    numbers = base.mark_text(fontSize=alt.expr(_NUMBER_SIZE), aria=False).encode(
        text=alt.Text("text:N"), color=alt.Color("ink:N", scale=None)
    )
    # On top, so that a click anywhere in a cell finds it.
    frames = (
        base.mark_rect(cursor="pointer", fill="transparent", stroke=style.orange)
        .encode(
            strokeWidth=alt.StrokeWidth("frame:Q", scale=None, legend=None),
            description=alt.Description("words:N"),
        )
        .add_params(alt.selection_point(name=CELL, fields=["label", "prediction"], toggle=False))
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[cells, numbers, frames]).properties(
        height=_LOWEST, autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
    )
    return chart


def _number(value: float, per: str) -> str:
    # A hundred percent has a digit more than the rest.
    return f"{value:.0f}" if per == "counts" or value > 99.95 else f"{value:.1f}"
