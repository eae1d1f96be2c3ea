"""What was found on a page, drawn over its picture."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from core.data import MAX_PIXEL
from core.drawing.number import NumberReading
from core.drawing.page import Page
from core.ink import ink_box

# Okabe and Ito's blue for what is read as ink, and their vermilion for where a digit is.
INK, BOX = (0, 114, 178), (213, 94, 0)
# Around the ink, and in the boxes, as shares of a digit's height.
_MARGIN, _PADDING = 1.0, 0.12
# Where nothing is written the picture steps back by this much.
_FADED = 0.35

Picture = npt.NDArray[np.uint8]


def draw_over(page: Page, numbers: Sequence[NumberReading]) -> Picture:
    """Return the written part of a page with its ink in blue, and a box around each digit.

    Parameters
    ----------
    page : Page
    numbers : sequence of NumberReading
        What was read on it, at least one.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
    """
    gray = page.picture if page.picture.ndim == 2 else page.picture.mean(axis=2)
    paper = gray[..., None] * (1 - _FADED) + MAX_PIXEL * _FADED
    share = page.ink[..., None].astype(np.float32) / MAX_PIXEL
    colored = np.clip(paper * (1 - share) + np.array(INK) * share, 0, MAX_PIXEL).astype(np.uint8)
    boxes = [digit.box for number in numbers for digit in number.digits]
    height = float(np.median([box.bottom - box.top for box in boxes]))
    image = Image.fromarray(colored)
    brush, padding = ImageDraw.Draw(image), _PADDING * height
    for box in boxes:
        brush.rectangle(
            (box.left - padding, box.top - padding, box.right + padding, box.bottom + padding),
            outline=BOX,
            width=max(2, round(height / 25)),
        )
    frame = ink_box(page.ink)
    if frame is None:
        return np.asarray(image)
    margin = round(_MARGIN * height)
    return np.asarray(
        image.crop(
            (
                max(0, frame.left - margin),
                max(0, frame.top - margin),
                min(image.width, frame.right + margin),
                min(image.height, frame.bottom + margin),
            )
        )
    )
