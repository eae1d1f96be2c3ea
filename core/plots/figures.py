"""Pictures of digits, layers and results, as Matplotlib figures.

Only the object API is used, never ``pyplot``: pyplot keeps its figures in global
state, and this code runs in a server with many threads.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgb
from matplotlib.figure import Figure

from core.data import IMAGE_SIZE, MAX_PIXEL

# Inches: of a picture of a layer, so that its captions are of one size.
_MAPS_WIDTH = 6.0
# Pixels: the least width of a tile in it.
_TILE = 28


@dataclass(frozen=True)
class Style:
    """Colors of a figure.

    The blue and the orange are Okabe and Ito's, which color-blind eyes tell apart
    (Color Universal Design, 2008).
    """

    background: str
    text: str
    muted: str
    blue: str
    orange: str


LIGHT = Style(background="#ffffff", text="#0d151d", muted="#5b6875", blue="#0072b2", orange="#d55e00")
DARK = Style(background="#10161d", text="#e8edf2", muted="#9aa7b4", blue="#56b4e9", orange="#f08a3c")
# Okabe and Ito's sky blue and orange: on black, in both themes.
_FOR, _AGAINST = np.array([86, 180, 233]), np.array([230, 159, 0])


def to_png(figure: Figure, dpi: int = 160) -> bytes:
    """Return a figure as a PNG picture."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, facecolor=figure.get_facecolor())
    return buffer.getvalue()


def to_svg(figure: Figure) -> bytes:
    """Return a figure as an SVG picture."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", facecolor=figure.get_facecolor())
    return buffer.getvalue()


def digit_grid(
    images: npt.NDArray[Any],
    captions: Sequence[str],
    columns: int,
    style: Style = LIGHT,
) -> Figure:
    """Return many digits, each under its caption, as one tiled picture.

    Parameters
    ----------
    images : ndarray, shape (n, 28, 28)
        Pixel values 0 to 255.
    captions : sequence of str
        One for each image; of one character, of some words, or of several lines.
    columns : int
    style : Style

    Returns
    -------
    Figure
    """
    # A single character is written large: it belongs to a grid of many small digits.
    font_size = 18 if all(len(caption) == 1 for caption in captions) else 10
    lines = max((caption.count("\n") + 1 for caption in captions), default=1)
    gap_x, gap_y = 3, 1 + round(0.6 * font_size * lines)
    rows = -(-len(images) // columns)
    height, width = rows * (IMAGE_SIZE + gap_y), columns * (IMAGE_SIZE + gap_x) - gap_x
    canvas = np.full((height, width), np.nan, dtype=np.float32)
    # 0.038 inch a pixel makes a digit about 1.1 inch wide, so that a caption fits over it.
    figure, axes = empty_figure(0.038 * width, 0.038 * height, style)
    for number, (image, caption) in enumerate(zip(images, captions, strict=True)):
        row, column = divmod(number, columns)
        top, left = row * (IMAGE_SIZE + gap_y) + gap_y, column * (IMAGE_SIZE + gap_x)
        canvas[top : top + IMAGE_SIZE, left : left + IMAGE_SIZE] = image
        axes.text(
            left + IMAGE_SIZE / 2,
            top - 1.6,
            caption,
            ha="center",
            va="bottom",
            fontsize=font_size,
            linespacing=1.05,
            color=style.text,
        )
    axes.imshow(canvas, cmap="gray", vmin=0, vmax=MAX_PIXEL, interpolation="nearest")
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    return figure


def feature_maps(
    pictures: npt.NDArray[Any], columns: int, captions: Sequence[str] = (), style: Style = LIGHT
) -> Figure:
    """Return the feature maps of a layer as one tiled picture, all tiles on one scale.

    Parameters
    ----------
    pictures : ndarray of float, shape (n, height, width)
        Black for 0 and white for the largest value. If there are values below 0: blue above 0,
        orange below, the background in between.
    columns : int
        Also if there are fewer pictures, so that a single one is not huge.
    captions : sequence of str
        One short one for each picture, or none.
    style : Style
    """
    # Of one size whatever the layer, so that frames and captions are, too.
    times = max(1, _TILE // pictures.shape[2])
    tiles = _colors(pictures, style).repeat(times, axis=1).repeat(times, axis=2)
    count, height, width, _ = tiles.shape
    gap, above = 3, 3 + (width // 3 if captions else 0)
    rows = -(-count // columns)
    canvas = np.empty((rows * (height + above) + 1, columns * (width + gap) + 1, 3))
    canvas[:] = to_rgb(style.background)
    figure, axes = empty_figure(_MAPS_WIDTH, _MAPS_WIDTH * canvas.shape[0] / canvas.shape[1], style)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        top, left = row * (height + above) + above, column * (width + gap) + 1
        # A frame, because a tile may be as white or as black as the page.
        canvas[top - 1 : top + height + 1, left - 1 : left + width + 1] = to_rgb(style.muted)
        canvas[top : top + height, left : left + width] = tile
        if captions:
            axes.text(
                left + (width - 1) / 2,
                top - 1.8,
                captions[number],
                ha="center",
                va="bottom",
                fontsize=13,
                color=style.text,
            )
    axes.imshow(canvas, interpolation="nearest")
    return figure


def _colors(values: npt.NDArray[Any], style: Style) -> npt.NDArray[np.float64]:
    """Return the color of each value on another axis of three: see `feature_maps`."""
    signed = bool((values < 0).any())
    largest = max(float(np.abs(values).max()), float(np.finfo(np.float32).tiny))
    scale = Normalize(-largest if signed else 0, largest)
    ends = [style.orange, style.background, style.blue] if signed else ["black", "white"]
    colors: npt.NDArray[np.float64] = LinearSegmentedColormap.from_list("values", ends)(scale(values))
    return colors[..., :3]


def large_digit(image: npt.NDArray[Any], style: Style = LIGHT, highest: float = MAX_PIXEL) -> Figure:
    """Return one digit, large, with a color bar.

    Parameters
    ----------
    image : ndarray, shape (28, 28)
        Values 0 to ``highest``.
    style : Style
    highest : float
        255 for pixels as stored, 1 after dividing by 255.
    """
    figure = Figure(figsize=(5.2, 4.5), layout="constrained", facecolor=style.background)
    axes = figure.add_subplot()
    picture = axes.imshow(image, cmap="gray", vmin=0, vmax=highest)
    axes.set_xticks(range(0, IMAGE_SIZE, 4))
    axes.set_yticks(range(0, IMAGE_SIZE, 4))
    axes.set_xlabel("column", color=style.text)
    axes.set_ylabel("row", color=style.text)
    bar = figure.colorbar(picture, ax=axes, shrink=0.9)
    bar.set_label("pixel value", color=style.text)
    for scale in (axes, bar.ax):
        scale.tick_params(colors=style.text)
        for spine in scale.spines.values():
            spine.set_color(style.muted)
    return figure


def empty_figure(width: float, height: float, style: Style) -> tuple[Figure, Axes]:
    """Return a figure that is one picture from edge to edge."""
    figure = Figure(figsize=(width, height), facecolor=style.background)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    return figure, axes


def digit_tiles(images: npt.NDArray[Any], style: Style = LIGHT) -> Figure:
    """Return four digits, two by two, without captions.

    Parameters
    ----------
    images : ndarray, shape (4, 28, 28)
        Pixel values 0 to 255.
    style : Style
    """
    figure, axes = empty_figure(2.3, 2.3, style)
    for number, image in enumerate(images):
        row, column = divmod(number, 2)
        axes.imshow(image, cmap="gray", extent=(column, column + 0.96, -row - 0.96, -row))
    axes.set(xlim=(-0.02, 1.98), ylim=(-1.98, 0.02))
    return figure


def learning_curves(accuracies: Sequence[Sequence[float]], style: Style = LIGHT) -> Figure:
    """Return small learning curves without numbers, of the size of `digit_tiles`.

    Parameters
    ----------
    accuracies : sequence of sequence of float
        Of each network, epoch by epoch.
    style : Style
    """
    figure, axes = empty_figure(2.3, 2.3, style)
    for number, curve in enumerate(accuracies):
        axes.plot(curve, color=(style.blue, style.orange, style.muted)[number % 3], lw=4)
    axes.margins(0.12)
    return figure


def prediction(image: npt.NDArray[Any], digit: int, style: Style = LIGHT) -> Figure:
    """Return a digit as pixels, an arrow, and the digit as a number, of the size of `digit_tiles`."""
    figure, axes = empty_figure(2.3, 2.3, style)
    axes.imshow(image, cmap="gray", extent=(0, 1, 0, 1))
    axes.annotate(
        "",
        xy=(1.5, 0.5),
        xytext=(1.08, 0.5),
        arrowprops={"arrowstyle": "-|>", "color": style.muted, "lw": 2},
    )
    axes.text(1.75, 0.5, str(digit), ha="center", va="center", fontsize=40, color=style.blue)
    axes.set(xlim=(-0.05, 2.05), ylim=(-0.55, 1.55))
    return figure


def attribution(image: npt.NDArray[np.uint8], values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Return a digit with its pixels colored by their attribution.

    Parameters
    ----------
    image : ndarray of uint8, shape (28, 28)
    values : ndarray of float32, shape (28, 28)
        Attributions, of `core.inspection.attribution.integrated_gradients`: blue above 0,
        orange below; the stronger the value, the stronger the color.

    Returns
    -------
    ndarray of uint8, shape (28, 28, 3)
        RGB; the rest of the digit is dark gray.
    """
    colors = np.where(values[..., np.newaxis] > 0, _FOR, _AGAINST)
    # A few pixels have much larger values than the rest; the root makes the others visible, too.
    strength = np.sqrt(np.abs(values) / max(float(np.abs(values).max()), 1e-9))[..., np.newaxis]
    gray = 0.3 * image[..., np.newaxis].astype(np.float32)
    mixed: npt.NDArray[np.uint8] = (strength * colors + (1 - strength) * gray).round().astype(np.uint8)
    return mixed
