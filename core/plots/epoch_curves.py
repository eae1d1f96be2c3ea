"""The class probabilities of one image, epoch by epoch, while a network is still in training."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.data import CLASSES
from core.plots.figures import LIGHT, Style
from core.plots.inside_charts import Spec


def colors_of(probabilities: npt.NDArray[np.floating], digit: int, style: Style = LIGHT) -> list[str]:
    """Return the color of each digit's curve: blue for one digit, orange for the one that came closest.

    Parameters
    ----------
    probabilities : ndarray of float, shape (epochs, 10)
    digit : int
    style : Style
    """
    highest = probabilities.max(axis=0)
    highest[digit] = -1
    colors = [style.muted] * CLASSES
    colors[digit], colors[int(highest.argmax())] = style.blue, style.orange
    return colors


def epoch_curves(
    epochs: Sequence[int],
    probabilities: npt.NDArray[np.floating],
    digit: int,
    last: int,
    style: Style = LIGHT,
) -> Spec:
    """Return a curve for each digit as Vega-Lite, with room for the epochs to come.

    Parameters
    ----------
    epochs : sequence of int
        At least one.
    probabilities : ndarray of float, shape (epochs, 10)
    digit : int
        The digit to emphasize.
    last : int
        The last epoch of the training.
    style : Style
    """
    colors = colors_of(probabilities, digit, style)
    rows = [
        {"digit": name, "epoch": epoch, "p": round(float(p), 4)}
        for epoch, of_epoch in zip(epochs, probabilities, strict=True)
        for name, p in enumerate(of_epoch)
    ]
    text = {"labelColor": style.text, "titleColor": style.text, "labelFontSize": 14, "titleFontSize": 15}
    across = {"domain": [epochs[0], max(last, epochs[0] + 1)], "nice": False}
    width = f"datum.digit == {digit} || datum.digit == {colors.index(style.orange)}"
    names = {
        "transform": [{"filter": f"datum.epoch == {epochs[-1]} && ({width})"}],
        "mark": {"type": "text", "dx": 12, "fontSize": 16, "fontWeight": "bold", "aria": False},
        "encoding": {"text": {"field": "digit"}},
    }
    lines = {
        "mark": {"type": "line", "point": {"size": 40}, "aria": False},
        "encoding": {"strokeWidth": {"condition": {"test": width, "value": 3}, "value": 1}},
    }
    return {
        "data": {"values": rows},
        "height": 300,
        "layer": [lines, names],
        "encoding": {
            "x": {
                "field": "epoch",
                "type": "quantitative",
                "title": "Epoch",
                "scale": across,
                "axis": {"format": "d", "tickMinStep": 1, "grid": False, **text},
            },
            "y": {
                "field": "p",
                "type": "quantitative",
                "title": "Probability",
                "scale": {"domain": [0, 1]},
                "axis": {"format": "~%", "tickCount": 6, **text},
            },
            "color": {
                "field": "digit",
                "type": "nominal",
                "legend": None,
                "scale": {"domain": list(range(CLASSES)), "range": colors},
            },
            "detail": {"field": "digit", "type": "nominal"},
            "tooltip": [
                {"field": "digit", "type": "nominal", "title": "Digit"},
                {"field": "epoch", "type": "quantitative", "title": "Epoch"},
                {"field": "p", "type": "quantitative", "title": "Probability", "format": ".1%"},
            ],
        },
    }
