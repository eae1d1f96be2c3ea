"""Crops of numbers, as `core.drawing.number` makes them: whole digits, pairs, and pieces."""

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from core.data import IMAGE_SIZE, MAX_PIXEL, Images, Labels
from core.ink import ink_box, to_mnist
from scripts.shapes import Random

# Digits are put side by side at this height, in pixels.
_HEIGHT = 40
# Shear and stretch of MNIST digits, for the handwriting that NIST never saw.
_SLANT = 0.3
_STRETCH = 1.5
# Pens from two thirds to twice as thick as that of MNIST.
_PENS = (
    None,
    None,
    ImageFilter.MinFilter(3),
    ImageFilter.MaxFilter(3),
    ImageFilter.MaxFilter(5),
    ImageFilter.MaxFilter(7),
)
# The label of what is no digit.
NO_DIGIT = -1

Picture = npt.NDArray[np.uint8]


def number_crops(
    digits: Images, labels: Labels, count: int, rng: Random
) -> tuple[Images, npt.NDArray[np.intp]]:
    """Return crops of pairs of digits, and the label of each, `NO_DIGIT` if it is not one digit.

    A third are single digits, the rest are pairs and pieces.
    """
    made = list(itertools.islice(_number_crops(digits, labels, rng), count))
    return np.stack([image for image, _ in made]), np.array([label for _, label in made])


def _number_crops(digits: Images, labels: Labels, rng: Random) -> Iterator[tuple[Picture, int]]:
    while True:
        places = rng.integers(len(digits), size=2)
        left, right = (_varied(digit, rng) for digit in digits[places])
        pair, seam = _beside(left, right, rng)
        cut = rng.uniform(0.25, 0.75)
        first, second = labels[places].tolist()
        for picture, label in (
            (left, first),
            (right, second),
            (pair, NO_DIGIT),
            # A digit and a piece of its neighbor, and a piece alone.
            (pair[:, : seam + round(cut * right.shape[1])], NO_DIGIT),
            (pair[:, seam - round(cut * left.shape[1]) :], NO_DIGIT),
            (
                left[:, : round(cut * left.shape[1])]
                if rng.random() < 0.5
                else left[:, round(cut * left.shape[1]) :],
                NO_DIGIT,
            ),
        ):
            image = to_mnist(picture)
            if image is not None:
                yield image, label


def _varied(digit: Picture, rng: Random) -> Picture:
    """Return a digit slanted, stretched, with another pen, cropped to its ink and 40 pixels tall."""
    slant = rng.uniform(-_SLANT, _SLANT)
    large = 3 * IMAGE_SIZE
    picture = Image.fromarray(digit).resize((large, large), Image.Resampling.BICUBIC)
    picture = picture.transform(
        (2 * large, large),
        Image.Transform.AFFINE,
        (1, slant, -large / 2 - slant * large / 2, 0, 1, 0),
        Image.Resampling.BILINEAR,
    )
    pen = _PENS[rng.integers(len(_PENS))]
    if pen is not None:
        picture = picture.filter(pen)
    ink = np.asarray(picture).astype(np.float32)
    ink = np.clip((ink - rng.uniform(0.2, 0.6) * MAX_PIXEL) * 4 + MAX_PIXEL / 2, 0, MAX_PIXEL)
    box = ink_box(ink)
    if box is None:
        return digit
    cropped = Image.fromarray(ink[box.top : box.bottom, box.left : box.right].astype(np.uint8))
    width, height = cropped.size
    stretch = _STRETCH ** rng.uniform(-1, 1)
    scale = _HEIGHT * rng.uniform(0.85, 1.15) / max(height, width * stretch / 1.5)
    return np.asarray(
        cropped.resize(
            (max(2, round(width * scale * stretch)), max(2, round(height * scale))), Image.Resampling.BICUBIC
        )
    )


def _beside(left: Picture, right: Picture, rng: Random) -> tuple[Picture, int]:
    """Return two digits side by side, and the column where the second begins."""
    gap = round(rng.uniform(-0.2, 0.15) * _HEIGHT)
    start = max(0, left.shape[1] + gap)
    tops = (
        _HEIGHT
        - np.array([left.shape[0], right.shape[0]])
        + np.round(rng.uniform(-0.1, 0.1, 2) * _HEIGHT).astype(int)
    )
    tops -= tops.min()
    height = max(tops[0] + left.shape[0], tops[1] + right.shape[0])
    pair = np.zeros((height, max(left.shape[1], start + right.shape[1])), dtype=np.uint8)
    for digit, top, column in ((left, tops[0], 0), (right, tops[1], start)):
        place = pair[top : top + digit.shape[0], column : column + digit.shape[1]]
        np.maximum(place, digit, out=place)
    return pair, start
