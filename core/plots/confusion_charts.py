"""The confusion matrix as a chart that can be clicked."""

from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd

from core.data import CLASSES
from core.plots.figures import LIGHT, Style

# What the matrix calls its sums, and the selection that reports a click.
ALL = "all"
CELL = "cell"
# Font sizes of long sums, by their length: they fit into a cell on a phone.
_SUM_SIZES = {4: 11, 5: 10}
# The numbers can still be read on the strongest orange, in both themes.
_STRONGEST = 0.65
# Below 1, so that rare errors stay visible beside frequent ones.
_HEAT_EXPONENT = 0.6


def confusion_matrix(
    matrix: npt.NDArray[np.int64],
    per: str = "counts",
    errors_only: bool = False,
    chosen: tuple[int | None, int | None] | None = None,
    style: Style = LIGHT,
) -> alt.LayerChart:
    """Return the confusion matrix with the sums of its rows and columns; each cell can be chosen.

    Only the errors are colored, so that they do not drown in the large numbers on the diagonal,
    which is framed.

    A click is reported as the selection ``"cell"``, with the fields ``digit`` and
    ``answer``: a digit as a string, or ``"all"`` at the sums.

    Parameters
    ----------
    matrix : ndarray of int, shape (10, 10)
        Row: true digit. Column: predicted digit.
    per : {"counts", "digit", "answer"}
        Show counts, or percentages of all images of the true or of the predicted digit.
    errors_only : bool
        Leave out the correct predictions.
    chosen : tuple, optional
        True and predicted digit of the cell to frame; None in it stands for the sum.
    style : Style
    """
    totals = {
        "counts": np.ones((CLASSES + 1, CLASSES + 1)),
        "digit": np.append(matrix.sum(axis=1), matrix.sum())[:, np.newaxis] / 100,
        "answer": np.append(matrix.sum(axis=0), matrix.sum())[np.newaxis] / 100,
    }[per]
    counts = matrix.copy()
    if errors_only:
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
        kind = "sum" if ALL in (digit, answer) else "correct" if row == column else "error"
        frame = 3.5 if (digit, answer) == framed else 1.5 if kind == "correct" else 0.0
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
                "edge": style.text if frame > 2 else style.blue,
            }
        )
    colors = alt.Scale(domain=["correct", "error", "sum"], range=[style.blue, style.text, style.text])
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
    cells = base.mark_rect(color=style.orange).encode(opacity=alt.Opacity("heat:Q", scale=None, legend=None))
    numbers = base.mark_text().encode(
        text="text:N",
        size=alt.Size("size:Q", scale=None, legend=None),
        color=alt.Color("kind:N", scale=colors, legend=None),
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
