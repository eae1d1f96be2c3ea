"""Digits of MNIST altered until they are none: turned, mirrored, struck through, or put together of two."""

import numpy as np
from PIL import Image, ImageDraw

from core.data import IMAGE_SIZE, MAX_PIXEL, Images, Labels
from core.ink import to_mnist
from scripts.number_crops import Picture
from scripts.shapes import Random

# Labels that are no digit when turned by 90° or 180°, or in a mirror. Two and five are almost a
# five and a two in the mirror.
_QUARTER_TURNED = (2, 3, 4, 5, 6, 7, 8, 9, 1)
_HALF_TURNED = (3, 4, 7)
_MIRRORED = (3, 4, 6, 7, 9)
# With one stroke more, a one may be a four or a seven, a zero may be slashed and a seven crossed.
_STRUCK_THROUGH = (2, 3, 4, 5, 6, 8, 9)


def altered_digits(digits: Images, labels: Labels, count: int, rng: Random) -> Images:
    """Return negatives: digits turned, mirrored, struck through, or put together of two."""
    pictures: list[Picture] = []
    by_label = [digits[labels == label] for label in range(10)]

    def one_of(allowed: tuple[int, ...]) -> Picture:
        own = by_label[rng.choice(allowed)]
        digit: Picture = own[rng.integers(len(own))]
        return digit

    while len(pictures) < count:
        for picture in (
            np.rot90(one_of(_QUARTER_TURNED), rng.choice([1, 3])),
            one_of(_HALF_TURNED)[::-1, ::-1],
            one_of(_MIRRORED)[:, ::-1],
            _struck_through(one_of(_STRUCK_THROUGH), rng),
            _put_together(by_label, rng),
        ):
            image = to_mnist(picture)
            if image is not None:
                pictures.append(image)
    return np.stack(pictures[:count])


def _struck_through(digit: Picture, rng: Random) -> Picture:
    """Return a digit with one or two long lines more."""
    large = 4 * IMAGE_SIZE
    picture = Image.fromarray(digit).resize((large, large), Image.Resampling.BICUBIC)
    brush = ImageDraw.Draw(picture)
    for _ in range(rng.integers(1, 3)):
        angle, reach = rng.uniform(0, np.pi), rng.uniform(0.25, 0.45) * large
        middle = large / 2 + rng.normal(0, 0.12 * large, 2)
        way = reach * np.array([np.cos(angle), np.sin(angle)])
        brush.line([tuple(middle - way), tuple(middle + way)], MAX_PIXEL, width=int(rng.integers(8, 13)))
    return np.asarray(picture)


def _put_together(by_label: list[Images], rng: Random) -> Picture:
    """Return half of one digit beside or above half of another, not quite in line."""
    one, other = (by_label[label] for label in rng.choice(10, 2, replace=False))
    first, second = one[rng.integers(len(one))], other[rng.integers(len(other))]
    picture = np.zeros((IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8)
    half, shift = IMAGE_SIZE // 2, int(rng.choice([-1, 1]) * rng.integers(3, 7))
    picture[:half] = first[:half]
    picture[half:] = np.roll(second, shift, axis=1)[half:]
    if rng.random() < 0.5:
        picture[:, :half] = first[:, :half]
        picture[:, half:] = np.roll(second, shift, axis=0)[:, half:]
    return picture
