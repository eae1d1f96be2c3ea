"""What the judge learns: one digit, and all that is none.

The digits are those of MNIST, also in many other hands. The rest is made by rule: digits side
by side as in a row, cut, turned, struck through, put together of two, and the drawings of
`scripts.doodles`.

    python -m scripts.train_detector

trains it and writes ``models/judge.npz``; takes a few minutes.
"""

import itertools
import warnings
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from core.data import IMAGE_SIZE, MAX_PIXEL, Images, load_mnist
from core.drawing.detector import DEFAULT_REFUSED, WEIGHTS, Judge, features, load_judge
from core.drawing.strokes import strokes_to_mnist
from core.ink import ink_box, to_mnist
from scripts.doodles import Random, drawings

HIDDEN_UNITS = (160, 32)
EPOCHS = 10
# Pictures of a training: rows of digits and what is cut from them, drawings of each kind of
# `scripts.doodles`, and digits that were changed into none.
IN_ROWS, OF_EACH_KIND, CHANGED = 100_000, 3_000, 40_000
PLAIN_ONES = 12_000
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
# Digits that are none when turned to the left, on their head, or in a mirror. Two and five
# are almost a five and a two in the mirror.
_LEFT = (2, 3, 4, 5, 6, 7, 8, 9, 1)
_ON_ITS_HEAD = (3, 4, 7)
_MIRRORED = (3, 4, 6, 7, 9)
# A one with a stroke more may be a four or a seven, a zero may be slashed and a seven crossed.
_STRUCK_THROUGH = (2, 3, 4, 5, 6, 8, 9)

Picture = npt.NDArray[np.uint8]


def in_rows(digits: Images, count: int, rng: Random) -> tuple[Images, npt.NDArray[np.bool_]]:
    """Single digits (a third), and pairs and pieces as `core.drawing.number` has them; and which is which."""
    made = list(itertools.islice(_in_rows(digits, rng), count))
    return np.stack([image for image, _ in made]), np.array([one for _, one in made])


def _in_rows(digits: Images, rng: Random) -> Iterator[tuple[Picture, bool]]:
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


def _varied(digit: Picture, rng: Random) -> Picture:
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


def _beside(left: Picture, right: Picture, rng: Random) -> tuple[Picture, int]:
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


def changed(digits: Images, labels: npt.NDArray[np.integer], count: int, rng: Random) -> Images:
    """Digits turned, mirrored, struck through, or put together of two, so that they are none."""
    pictures: list[Picture] = []
    by_label = [digits[labels == label] for label in range(10)]

    def one_of(allowed: tuple[int, ...]) -> Picture:
        own = by_label[rng.choice(allowed)]
        digit: Picture = own[rng.integers(len(own))]
        return digit

    while len(pictures) < count:
        for picture in (
            np.rot90(one_of(_LEFT), rng.choice([1, 3])),
            one_of(_ON_ITS_HEAD)[::-1, ::-1],
            one_of(_MIRRORED)[:, ::-1],
            _struck_through(one_of(_STRUCK_THROUGH), rng),
            _put_together(by_label, rng),
        ):
            image = to_mnist(picture)
            if image is not None:
                pictures.append(image)
    return np.stack(pictures[:count])


def _struck_through(digit: Picture, rng: Random) -> Picture:
    """With one or two long lines more."""
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
    """Half of one digit beside or above half of another, not quite in line."""
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
    """Ones of a single line, upright or slanted, some with a short flag or a serif.

    That is how a One is drawn with a mouse. In MNIST hardly any stands quite upright, but many
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


def _anew(images: Images, labels: npt.NDArray[np.integer], seed: int) -> Images:
    """Written by other hands, with other pens; a label that is no digit adds nothing to it."""
    from core.augmentation.handwriting import augment, signed_distance_fields

    written = [
        np.asarray(
            augment(
                signed_distance_fields(images[start : start + 1000]),
                labels[start : start + 1000],
                (seed, start),
            )
        )
        for start in range(0, len(images), 1000)
    ]
    return np.concatenate(written)


def examples(
    digits: Images, labels: npt.NDArray[np.integer], rng: Random
) -> Iterator[tuple[str, Images, npt.NDArray[np.bool_]]]:
    """The pictures of a training by their source, with whether each is one digit.

    Digits and the rest go through the same hands and pens: else it would learn how neatly
    they are drawn.
    """
    yield "digits", digits, np.ones(len(digits), dtype=bool)
    yield "digits anew", _anew(digits, labels, 1), np.ones(len(digits), dtype=bool)
    ones = plain_ones(PLAIN_ONES, rng)
    for image_set in (ones, _anew(ones, np.full(len(ones), 1), 6)):
        yield "plain ones", image_set, np.ones(len(ones), dtype=bool)
    rows, one = in_rows(digits, IN_ROWS, rng)
    yield "rows", rows, one
    some = rng.permutation(len(rows))[: len(rows) // 2]
    yield "rows anew", _anew(rows[some], np.full(len(some), -1), 2), one[some]
    drawn, kinds = drawings(OF_EACH_KIND, rng)
    for seed in (3, 4):
        anew = _anew(drawn, np.full(len(drawn), -1), seed)
        for kind in dict.fromkeys(kinds):
            yield kind, anew[kinds == kind], np.zeros((kinds == kind).sum(), dtype=bool)
    none = changed(digits, labels, CHANGED, rng)
    yield "changed", _anew(none, np.full(len(none), -1), 5), np.zeros(len(none), dtype=bool)


def main() -> None:
    """Train, write the weights, and say what is refused of pictures of the same kinds made anew."""
    mnist = load_mnist()
    sources = list(examples(mnist.train_images, mnist.train_labels, np.random.default_rng(0)))
    seen = np.concatenate([features(images) for _, images, _ in sources])
    one = np.concatenate([truth for *_, truth in sources])
    print(f"{one.sum():,} digits, {(~one).sum():,} others")
    network = MLPClassifier(
        HIDDEN_UNITS,
        batch_size=500,
        learning_rate_init=0.002,
        max_iter=EPOCHS,
        random_state=0,
        verbose=True,
    )
    with warnings.catch_warnings():
        # It learns for as long as it is told to.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(seen, one)
    layers = zip(network.coefs_, network.intercepts_, strict=True)
    arrays = [array.astype(np.float16) for layer in layers for array in layer]
    rounded = [array.astype(np.float32) for array in arrays]
    judge = Judge(tuple(zip(rounded[::2], rounded[1::2], strict=True)), np.zeros(0, dtype=np.float32))
    aside = WEIGHTS.with_suffix(".part.npz")
    np.savez_compressed(aside, *arrays, np.sort(judge.score(mnist.test_images)))
    aside.replace(WEIGHTS)
    load_judge.cache_clear()
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1e3:.0f} kB")
    report()


def report() -> None:
    """Print what is refused of pictures made from MNIST's test digits, and of new drawings."""
    mnist, judge, rng = load_mnist(), load_judge(), np.random.default_rng(1)
    rows, one = in_rows(mnist.test_images, 6_000, rng)
    none = changed(mnist.test_images, mnist.test_labels, 2_000, rng)
    drawn, kinds = drawings(200, rng)
    parts = {
        "digits in other hands": rows[one],
        "plain ones": plain_ones(200, rng),
        "pairs and pieces": rows[~one],
        "changed digits": none,
    }
    parts |= {str(kind): drawn[kinds == kind] for kind in dict.fromkeys(kinds)}
    print(f"refused when {DEFAULT_REFUSED:.0%} of MNIST's test digits are")
    for name, images in parts.items():
        print(f"  {name:22s}{judge.refuses(images).mean():6.1%}")


if __name__ == "__main__":
    main()
