"""Whether a picture is one whole digit, or two, or a piece of one.

A network that knows only digits answers anything with a digit: it takes 38 for an 8, and half
a nought for a one, and says 99 %. So a second, small one learned nothing but the difference,
from digits of MNIST, alone, beside others, and cut through.

    python -m core.whole

trains it and writes ``models/whole.npz``.
"""

import functools
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.special
from PIL import Image, ImageFilter

from core.data import IMAGE_SIZE, MAX_PIXEL, Images, load_mnist
from core.ink import ink_box, to_mnist

WEIGHTS = Path(__file__).resolve().parent.parent / "models" / "whole.npz"
HIDDEN_UNITS = (96, 32)
EXAMPLES = 100_000
EPOCHS = 12
# Digits are put side by side at this height, in pixels.
_HEIGHT = 40
# Shear and stretch of MNIST digits, as hands differ that NIST never saw.
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


def whole(images: Images) -> npt.NDArray[np.float32]:
    """Probability that each picture is one whole digit, if half of all pictures were.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of float32, shape (n,)
        0 to 1.
    """
    values = images.reshape(len(images), -1).astype(np.float32) / MAX_PIXEL
    layers = _layers()
    for number, (weights, bias) in enumerate(layers):
        values = values @ weights + bias
        if number < len(layers) - 1:
            values = np.maximum(values, 0)
    share: npt.NDArray[np.float32] = scipy.special.expit(values[:, 0])
    return share


@functools.lru_cache(maxsize=1)
def _layers() -> tuple[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]], ...]:
    with np.load(WEIGHTS) as file:
        arrays = [file[name].astype(np.float32) for name in file.files]
    return tuple(zip(arrays[::2], arrays[1::2], strict=True))


def examples(digits: Images, count: int, rng: np.random.Generator) -> tuple[Images, npt.NDArray[np.bool_]]:
    """Pictures of which a third are one digit, with whether they are."""
    made = [(image, one) for image, one in itertools.islice(_examples(digits, rng), count)]
    return np.stack([image for image, _ in made]), np.array([one for _, one in made])


def _examples(digits: Images, rng: np.random.Generator) -> Iterator[tuple[npt.NDArray[np.uint8], bool]]:
    while True:
        left, right = (_varied(digits[rng.integers(len(digits))], rng) for _ in range(2))
        pair, seam = _beside(left, right, rng)
        cut = rng.uniform(0.25, 0.75)
        for picture, one in (
            (left, True),
            (right, True),
            (pair, False),
            # A digit and a piece of its neighbour, and a piece alone.
            (pair[:, : seam + round(cut * right.shape[1])], False),
            (pair[:, seam - round(cut * left.shape[1]) :], False),
            (
                left[:, : round(cut * left.shape[1])]
                if rng.random() < 0.5
                else left[:, round(cut * left.shape[1]) :],
                False,
            ),
        ):
            image = to_mnist(picture)
            if image is not None:
                yield image, one


def _varied(digit: npt.NDArray[np.uint8], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """A digit slanted, stretched, written with another pen, cropped to its ink and 40 pixels tall."""
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


def _beside(
    left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8], rng: np.random.Generator
) -> tuple[npt.NDArray[np.uint8], int]:
    """Two digits side by side, and the column where the second begins."""
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


def main() -> None:
    """Train, say how well it tells them apart, and write the weights."""
    from sklearn.neural_network import MLPClassifier

    mnist = load_mnist()
    rng = np.random.default_rng(0)
    images, one = examples(mnist.train_images, EXAMPLES, rng)
    network = MLPClassifier(
        HIDDEN_UNITS, alpha=1e-4, batch_size=200, max_iter=EPOCHS, random_state=0, verbose=True
    )
    network.fit(images.reshape(len(images), -1).astype(np.float32) / MAX_PIXEL, one)
    layers = zip(network.coefs_, network.intercepts_, strict=True)
    arrays = [array.astype(np.float16) for layer in layers for array in layer]
    aside = WEIGHTS.with_suffix(".part.npz")
    np.savez_compressed(aside, *arrays)
    aside.replace(WEIGHTS)
    _layers.cache_clear()
    seen, truth = examples(mnist.test_images, 6_000, rng)
    answers = whole(seen)
    digits, others = (answers[truth] > 0.5).mean(), (answers[~truth] > 0.5).mean()
    print(f"digits taken for whole {digits:.1%}, others {others:.1%}")


if __name__ == "__main__":
    main()
