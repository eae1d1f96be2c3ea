"""Train the detector of `core.drawing.detector` on digits and on synthetic negatives.

The digits are those of MNIST, plain and with handwriting augmentation. The negatives are made by
rule: digits side by side as in a number, cut, turned, struck through, put together of two, and
the doodles of `scripts.doodles`.

    python -m scripts.train_detector

writes ``models/detector.npz``; takes a few minutes.
"""

import argparse
import itertools
import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from core.data import IMAGE_SIZE, MAX_PIXEL, Images, load_mnist
from core.drawing.detector import DEFAULT_FALSE_REJECTION_RATE, WEIGHTS, Detector, features, load_detector
from core.drawing.strokes import strokes_to_mnist
from core.ink import ink_box, to_mnist
from scripts.doodles import Random, synthetic_negatives

HIDDEN_UNITS = (160, 32)
EPOCHS = 10
# Pictures of a training: crops of numbers, doodles of each kind, digits altered into negatives, and
# ones of a single line.
NUMBER_CROPS, OF_EACH_KIND, ALTERED, PLAIN_ONES = 100_000, 3_000, 40_000, 12_000
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
# Labels that are no digit when turned by 90° or 180°, or in a mirror. Two and five are almost a
# five and a two in the mirror.
_QUARTER_TURNED = (2, 3, 4, 5, 6, 7, 8, 9, 1)
_HALF_TURNED = (3, 4, 7)
_MIRRORED = (3, 4, 6, 7, 9)
# With one stroke more, a one may be a four or a seven, a zero may be slashed and a seven crossed.
_STRUCK_THROUGH = (2, 3, 4, 5, 6, 8, 9)

Picture = npt.NDArray[np.uint8]


def number_crops(digits: Images, count: int, rng: Random) -> tuple[Images, npt.NDArray[np.bool_]]:
    """Return crops as `core.drawing.number` makes them of a number, and which of them are one digit.

    A third are single digits, the rest are pairs and pieces.
    """
    made = list(itertools.islice(_number_crops(digits, rng), count))
    return np.stack([image for image, _ in made]), np.array([is_digit for _, is_digit in made])


def _number_crops(digits: Images, rng: Random) -> Iterator[tuple[Picture, bool]]:
    while True:
        left, right = (_varied(digits[rng.integers(len(digits))], rng) for _ in range(2))
        pair, seam = _beside(left, right, rng)
        cut = rng.uniform(0.25, 0.75)
        for picture, is_digit in (
            (left, True),
            (right, True),
            (pair, False),
            # A digit and a piece of its neighbor, and a piece alone.
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
                yield image, is_digit


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


def altered_digits(digits: Images, labels: npt.NDArray[np.integer], count: int, rng: Random) -> Images:
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


def plain_ones(count: int, rng: Random) -> Images:
    """Return ones of a single line, upright or slanted, some with a short flag or a serif.

    That is how a one is drawn with a mouse. In MNIST hardly any stands quite upright, but many
    pieces of other digits do.
    """
    images: list[Picture] = []
    while len(images) < count:
        lean, bend = rng.normal(0.1, 0.2), rng.normal(0, 0.02)
        places = np.linspace(0, 1, 20)
        stem = np.column_stack([lean * (1 - places) + bend * np.sin(np.pi * places), places])
        flag = rng.choice([0, 0, 0, rng.uniform(0.05, 0.45)])
        if flag:
            start = stem[0] + flag * np.array([-1, rng.uniform(0.3, 1.2)])
            stem = np.concatenate([np.linspace(start, stem[0], 8, endpoint=False), stem])
        image = strokes_to_mnist([stem + rng.normal(0, 0.004, stem.shape)])
        if image is not None:
            images.append(image)
    return np.stack(images)


def _augment(images: Images, labels: npt.NDArray[np.integer], seed: int) -> Images:
    """Return pictures with handwriting augmentation; the label −1 adds no stroke to them."""
    from core.augmentation.distance_fields import signed_distance_fields
    from core.augmentation.handwriting import augment

    augmented = [
        np.asarray(
            augment(
                signed_distance_fields(images[start : start + 1000]),
                labels[start : start + 1000],
                (seed, start),
            )
        )
        for start in range(0, len(images), 1000)
    ]
    return np.concatenate(augmented)


def training_set(
    digits: Images, labels: npt.NDArray[np.integer], rng: Random
) -> Iterator[tuple[Images, npt.NDArray[np.bool_]]]:
    """Return the pictures of a training in parts, with whether each is one digit.

    Digits and negatives get the same augmentation: otherwise the detector would learn how
    neatly they are drawn.
    """
    yield digits, np.ones(len(digits), dtype=bool)
    yield _augment(digits, labels, 1), np.ones(len(digits), dtype=bool)
    ones = plain_ones(PLAIN_ONES, rng)
    for images in (ones, _augment(ones, np.full(len(ones), 1), 6)):
        yield images, np.ones(len(ones), dtype=bool)
    crops, is_digit = number_crops(digits, NUMBER_CROPS, rng)
    yield crops, is_digit
    some = rng.permutation(len(crops))[: len(crops) // 2]
    yield _augment(crops[some], np.full(len(some), -1), 2), is_digit[some]
    doodles, kinds = synthetic_negatives(OF_EACH_KIND, rng)
    for seed in (3, 4):
        augmented = _augment(doodles, np.full(len(doodles), -1), seed)
        for kind in dict.fromkeys(kinds):
            yield augmented[kinds == kind], np.zeros((kinds == kind).sum(), dtype=bool)
    altered = altered_digits(digits, labels, ALTERED, rng)
    yield _augment(altered, np.full(len(altered), -1), 5), np.zeros(len(altered), dtype=bool)


def main() -> None:
    """Train, write the weights, and print what is rejected of new pictures of the same kinds."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    mnist = load_mnist()
    parts = list(training_set(mnist.train_images, mnist.train_labels, np.random.default_rng(0)))
    inputs = np.concatenate([features(images) for images, _ in parts])
    is_digit = np.concatenate([truth for _, truth in parts])
    print(f"{is_digit.sum():,} digits, {(~is_digit).sum():,} negatives")
    network = MLPClassifier(
        HIDDEN_UNITS,
        batch_size=500,
        learning_rate_init=0.002,
        max_iter=EPOCHS,
        random_state=0,
        verbose=True,
    )
    with warnings.catch_warnings():
        # It ends after a fixed number of epochs, on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(inputs, is_digit)
    layers = zip(network.coefs_, network.intercepts_, strict=True)
    arrays = [array.astype(np.float16) for layer in layers for array in layer]
    rounded = [array.astype(np.float32) for array in arrays]
    detector = Detector(tuple(zip(rounded[::2], rounded[1::2], strict=True)), np.zeros(0, dtype=np.float32))
    aside = WEIGHTS.with_suffix(".part.npz")
    np.savez_compressed(aside, *arrays, np.sort(detector.score(mnist.test_images)))
    aside.replace(WEIGHTS)
    load_detector.cache_clear()
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1e3:.0f} kB")
    report()


def report() -> None:
    """Print what is rejected of pictures made from MNIST's test digits, and of new doodles."""
    mnist, detector, rng = load_mnist(), load_detector(), np.random.default_rng(1)
    crops, is_digit = number_crops(mnist.test_images, 6_000, rng)
    altered = altered_digits(mnist.test_images, mnist.test_labels, 2_000, rng)
    doodles, kinds = synthetic_negatives(200, rng)
    parts = {
        "varied digits": crops[is_digit],
        "plain ones": plain_ones(200, rng),
        "pairs and pieces": crops[~is_digit],
        "altered digits": altered,
    }
    parts |= {str(kind): doodles[kinds == kind] for kind in dict.fromkeys(kinds)}
    print(f"rejected at a false rejection rate of {DEFAULT_FALSE_REJECTION_RATE:.0%}")
    for name, images in parts.items():
        print(f"  {name:22s}{detector.rejects(images).mean():6.1%}")


if __name__ == "__main__":
    main()
