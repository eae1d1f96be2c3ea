"""Which digits suffer when a network is operated on, as a chart."""

import functools

import altair as alt

from core.plots.figures import LIGHT, Style
from core.plots.inside_charts import Spec, empty, filled, specification
from core.plots.pixels import Values
from core.plots.theme import PERCENT, UNIT_SCALE, legible


def recall_before_and_after(before: Values, after: Values, style: Style = LIGHT) -> Spec:
    """Return the recall of each digit as bars, with a line where it was before.

    Parameters
    ----------
    before, after : ndarray of float, shape (10,)
        0 to 1.
    style : Style
    """
    rows = [
        {"digit": digit, "before": float(old), "after": float(new), "change": 100 * float(new - old)}
        for digit, (old, new) in enumerate(zip(before, after, strict=True))
    ]
    return filled(_frame(style), rows)


@functools.cache
def _frame(style: Style) -> Spec:
    tooltip = [
        alt.Tooltip("digit:O", title="Digit"),
        alt.Tooltip("before:Q", title="Before", format=".1%"),
        alt.Tooltip("after:Q", title="After", format=".1%"),
        alt.Tooltip("change:Q", title="Change in points", format="+.1f"),
    ]
    base = empty(alt.X("digit:O", title="Digit", axis=alt.Axis(labelAngle=0))).encode(tooltip=tooltip)
    title = "Recall"
    bars = base.mark_bar(color=style.blue).encode(
        alt.Y("after:Q", title=title, scale=UNIT_SCALE, axis=PERCENT)
    )
    # As wide as a bar, so that one sees what is missing.
    lines = base.mark_tick(color=style.orange, thickness=3, size=alt.expr("bandwidth('x')")).encode(
        alt.Y("before:Q", title=title, scale=UNIT_SCALE)
    )
    return specification(legible((bars + lines).properties(height=250), style))
