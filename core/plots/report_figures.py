"""The pictures of a report, drawn into axes of a page or of a figure of their own."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from core.data import CLASSES, IMAGE_SIZE, MAX_PIXEL
from core.history import Epoch
from core.plots.figures import LIGHT

# The cube root, so that a rare error can be seen beside a thousand correct predictions.
_EXPONENT = 1 / 3
_SMALL = 7.5


def figure_of(draw: Callable[..., None], *args: Any, width: float, height: float) -> Figure:
    """Return a figure of its own of one of the pictures below; width and height are inches."""
    figure = Figure(figsize=(width, height), layout="constrained", facecolor=LIGHT.background)
    draw(figure.add_subplot(), *args)
    return figure


def draw_curve(axes: Axes, history: Sequence[Epoch], test_accuracy: float | None) -> None:
    """Draw the accuracy of each epoch, and the test accuracy as a line across."""
    epochs = [epoch.number for epoch in history]
    marker = "o" if len(epochs) <= 40 else ""
    axes.plot(
        epochs,
        [epoch.accuracy for epoch in history],
        color=LIGHT.blue,
        marker=marker,
        ms=3,
        label="Training (during the epoch)",
    )
    validated = [epoch for epoch in history if epoch.val_accuracy is not None]
    if validated:
        values = [epoch.val_accuracy or 0.0 for epoch in validated]
        axes.plot(
            [epoch.number for epoch in validated],
            values,
            color=LIGHT.orange,
            marker=marker,
            ms=3,
            ls="--",
            label="Validation",
        )
    if test_accuracy is not None:
        axes.axhline(test_accuracy, color=LIGHT.muted, ls=":", label="Test, after the training")
    axes.set_xlabel("Epoch", fontsize=_SMALL)
    axes.set_ylabel("Accuracy", fontsize=_SMALL)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}%"))
    axes.grid(color=LIGHT.muted, alpha=0.25, lw=0.5)
    axes.tick_params(labelsize=_SMALL)
    axes.legend(fontsize=_SMALL, frameon=False, loc="lower right")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def draw_matrix(axes: Axes, matrix: npt.NDArray[np.int64]) -> None:
    """Draw a confusion matrix with its numbers, shape (10, 10): the row is the true digit."""
    strength = (matrix / max(matrix.max(), 1)) ** _EXPONENT
    colors = LinearSegmentedColormap.from_list("cells", (LIGHT.background, "#6baed6", "#08306b"))
    axes.imshow(strength, cmap=colors, vmin=0, vmax=1)
    for (label, prediction), count in np.ndenumerate(matrix):
        if count:
            ink = "white" if strength[label, prediction] > 0.55 else "black"
            axes.text(prediction, label, str(count), ha="center", va="center", fontsize=6.5, color=ink)
    axes.set_xticks(range(CLASSES))
    axes.set_yticks(range(CLASSES))
    axes.set_xlabel("Predicted label", fontsize=_SMALL)
    axes.set_ylabel("True label", fontsize=_SMALL)
    axes.tick_params(labelsize=_SMALL, length=0)


def draw_digits(axes: Axes, images: npt.NDArray[np.uint8], captions: Sequence[str], columns: int) -> None:
    """Draw digits, shape (n, 28, 28), black on white, each under its caption."""
    gap_x, gap_y = 6, 12
    rows = -(-len(images) // columns)
    canvas = np.zeros((rows * (IMAGE_SIZE + gap_y), columns * (IMAGE_SIZE + gap_x) - gap_x), np.uint8)
    for number, (image, caption) in enumerate(zip(images, captions, strict=True)):
        row, column = divmod(number, columns)
        top, left = row * (IMAGE_SIZE + gap_y) + gap_y, column * (IMAGE_SIZE + gap_x)
        canvas[top : top + IMAGE_SIZE, left : left + IMAGE_SIZE] = image
        axes.text(left + IMAGE_SIZE / 2, top - 2, caption, ha="center", va="bottom", fontsize=_SMALL)
    axes.imshow(canvas, cmap="gray_r", vmin=0, vmax=MAX_PIXEL, interpolation="nearest")
    axes.set_anchor("W")
    axes.set_axis_off()
