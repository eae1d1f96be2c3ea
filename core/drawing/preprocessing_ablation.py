"""Ways to normalize a drawing to 28×28 pixels, from the most careless to the most careful.

They show why a network with a test accuracy of 98% may misclassify a drawing: it only knows
images that were preprocessed like its training images.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.data import IMAGE_SIZE
from core.ink import DIGIT_SIZE, ink_box, to_mnist

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Normalization:
    """A drawing normalized to 28×28 pixels in one way.

    Attributes
    ----------
    title, text : str
        What is done, for showing.
    image : ndarray of uint8, shape (28, 28)
    """

    title: str
    text: str
    image: Picture


def normalize(canvas: Picture, redrawn: Picture | None = None) -> tuple[Normalization, ...]:
    """Return a drawing normalized to 28×28 pixels in every way.

    Parameters
    ----------
    canvas : ndarray of uint8, shape (height, width)
        Light ink on black.
    redrawn : ndarray of uint8, shape (28, 28), optional
        The strokes drawn again, see `core.drawing.strokes.strokes_to_mnist`.

    Returns
    -------
    tuple of Normalization
        Empty if there is no ink.
    """
    box, centered = ink_box(canvas), to_mnist(canvas)
    if box is None or centered is None:
        return ()
    ways = [
        Normalization(
            "Resize only",
            "The whole canvas becomes 28×28 pixels. Place and size stay as you drew them.",
            _resized(canvas, (IMAGE_SIZE, IMAGE_SIZE)),
        ),
        Normalization(
            "Crop and scale",
            "The digit is cropped and scaled to 20×20 pixels in the middle, as in MNIST.",
            _boxed(canvas[box.top : box.bottom, box.left : box.right]),
        ),
        Normalization(
            "+ center of mass",
            "The center of mass of the ink, not the middle of its box, is in the middle, as in MNIST.",
            centered,
        ),
    ]
    if redrawn is not None:
        ways.append(
            Normalization(
                "+ normalize stroke width",
                "Your strokes are redrawn as thick as in MNIST. This is the input that Digit Lab uses.",
                redrawn,
            )
        )
    return tuple(ways)


def _resized(picture: Picture, size: tuple[int, int]) -> Picture:
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))


def _boxed(digit: Picture) -> Picture:
    height, width = digit.shape
    scale = DIGIT_SIZE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    frame = Image.new("L", (IMAGE_SIZE, IMAGE_SIZE))
    frame.paste(
        Image.fromarray(_resized(digit, size)), ((IMAGE_SIZE - size[0]) // 2, (IMAGE_SIZE - size[1]) // 2)
    )
    return np.asarray(frame)
