"""Train the network of `core.drawing.instances`, which says whose ink each pixel of a number is.

It learns from numbers put together of MNIST's training digits and of digits drawn by rule
(`scripts.written_numbers`), at its own small size. Then a logistic regression learns, from numbers of
other training digits, how probable it is that a candidate of `core.drawing.segmentation_graph` is one
digit, by how well it agrees with the network and by what the detector says (`core.drawing.agreement`).

    python -m scripts.train_instances

writes ``models/instances.npz``; takes 50 minutes on two cores, and 3.5 GB of memory. With
``--regression`` the network stays as it is, and only the logistic regression is fitted again, as after
a training of the detector.
"""

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path as File
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from core.augmentation.drawn_digits import OF_EACH, load_drawn_digits
from core.data import CLASSES, MAX_PIXEL, Dataset, load_mnist
from core.drawing.agreement import digit_features
from core.drawing.detector import load_detector
from core.drawing.instances import (
    FILTERS,
    SEEN_HEIGHT,
    WEIGHTS,
    InkCenters,
    centers_in_image,
    load_instance_network,
)
from core.drawing.segmentation import segment_image
from core.drawing.segmentation_graph import find_candidates
from core.ink import to_mnist
from scripts.shapes import Random
from scripts.written_numbers import GROUND, LINK, Path, WrittenNumber, paths_of, written_number

# Digits whose paths are put together, and the numbers made of them.
DIGITS, NUMBERS, EPOCHS, BATCH = 50_000, 200_000, 4, 32
LEARNING_RATE = 2e-3
# How often each digit drawn by rule is there beside those of MNIST.
DRAWN_TIMES = 2
# What the network sees of a number at once; numbers are drawn at twice this size.
ROWS, COLUMNS, DETAIL = 32, 96, 2
# Offsets are kept as whole hundredths of the height of a digit.
_HUNDREDTHS = 100
# What the error in whether a pixel is a link counts beside that in where the center is.
LINK_WEIGHT = 0.2
# Other digits and numbers for the logistic regression and for the report.
OTHER_DIGITS, OTHER_NUMBERS = 6_000, 600
# A digit has this share of its ink in a candidate that is a digit, and this share of that is its own.
_WHOLE, _PURE = 0.9, 0.85
# A candidate that has less of any digit, or more of others, is none.
_IN_PART, _MIXED = 0.75, 0.7

Bytes = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.integer]


def training_set(paths: Sequence[Path], count: int, rng: Random) -> tuple[Bytes, npt.NDArray[np.int8]]:
    """Return what the network sees and what it has to say.

    Returns
    -------
    pictures : ndarray of uint8, shape (count, 32, 96)
    truth : ndarray of int8, shape (count, 32, 96, 3)
        Offset to the center in hundredths, whether it is ink of a digit, whether it is a link.
    """
    pictures = np.zeros((count, ROWS, COLUMNS), dtype=np.uint8)
    truth = np.zeros((count, ROWS, COLUMNS, 3), dtype=np.int8)
    for place, number in enumerate(_fitting(paths, count, rng)):
        pictures[place], truth[place] = _seen(number, rng)
    return pictures, truth


def _fitting(paths: Sequence[Path], count: int, rng: Random) -> Iterator[WrittenNumber]:
    """Return numbers that the network can see at once."""
    while count:
        number = written_number(paths, round(DETAIL * SEEN_HEIGHT * rng.uniform(0.85, 1.2)), rng)
        if number.ink.shape[0] <= DETAIL * ROWS and number.ink.shape[1] <= DETAIL * COLUMNS:
            count -= 1
            yield number


def _seen(number: WrittenNumber, rng: Random) -> tuple[Bytes, npt.NDArray[np.int8]]:
    """Return a number at a random place, as the network sees it, and the truth about it."""
    rows, columns = number.ink.shape
    top, left = rng.integers(DETAIL * ROWS - rows + 1), rng.integers(DETAIL * COLUMNS - columns + 1)
    ink = np.zeros((DETAIL * ROWS, DETAIL * COLUMNS), dtype=np.float32)
    owners = np.full(ink.shape, GROUND)
    ink[top : top + rows, left : left + columns] = number.ink
    owners[top : top + rows, left : left + columns] = number.owners
    small = ink.reshape(ROWS, DETAIL, COLUMNS, DETAIL).mean(axis=(1, 3))
    # A pixel that is ink for the most part has its owner in one of its corners.
    corners = owners.reshape(ROWS, DETAIL, COLUMNS, DETAIL).transpose(0, 2, 1, 3).reshape(ROWS, COLUMNS, -1)
    own = np.where(corners[..., 0] == GROUND, corners[..., -1], corners[..., 0])
    own = np.where(own == GROUND, corners.max(axis=-1), own)
    offsets = (number.centers[np.maximum(own, 0)] + left) / DETAIL - (np.arange(COLUMNS) + 0.5)
    truth = np.stack([_HUNDREDTHS * offsets / SEEN_HEIGHT, own >= 0, own == LINK], axis=-1)
    truth[own == GROUND] = truth[own == LINK, 0] = 0
    return (small * MAX_PIXEL).astype(np.uint8), np.clip(truth.round(), -127, 127).astype(np.int8)


def build_network() -> Any:
    """Return the network, compiled, with the layers of `core.drawing.instances.layer_shapes`."""
    import keras

    def convolution(values: Any, filters: int, side: int = 3, activation: str | None = "relu") -> Any:
        layer = keras.layers.Conv2D(
            filters, side, padding="same", activation=activation, kernel_initializer="he_normal"
        )
        return layer(values)

    values = picture = keras.Input((None, None, 1))
    levels: list[Any] = []
    for filters in FILTERS:
        values = keras.layers.MaxPooling2D()(values) if levels else values
        values = convolution(convolution(values, filters), filters)
        levels.append(values)
    for level, filters in zip(levels[-2::-1], FILTERS[-2::-1], strict=True):
        values = keras.layers.UpSampling2D()(convolution(values, filters, 1, None))
        values = convolution(keras.layers.Add()([values, level]), filters)
    network = keras.Model(picture, convolution(values, 2, 1, None))
    steps = NUMBERS * EPOCHS // BATCH
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps, warmup_target=LEARNING_RATE, warmup_steps=steps // 20
    )
    network.compile(keras.optimizers.Adam(rate, global_clipnorm=1.0), _loss)
    return network


def _loss(truth: Any, said: Any) -> Any:
    """Return the mean absolute error of the offset on digits, and the cross-entropy of links on all ink."""
    import keras

    offset, digit, link = (truth[..., place] for place in range(3))
    ink = digit + link
    wrong = keras.ops.abs(said[..., 0] - offset / _HUNDREDTHS) * digit
    surprise = keras.ops.softplus(said[..., 1]) - link * said[..., 1]
    return keras.ops.sum(wrong + LINK_WEIGHT * surprise * ink) / (keras.ops.sum(ink) + 1)


def train(pictures: Bytes, truth: npt.NDArray[np.int8], rng: Random) -> list[npt.NDArray[np.float32]]:
    """Return the trained weights, kernels and biases by turns."""
    network, start = build_network(), time.monotonic()
    for epoch in range(EPOCHS):
        losses = []
        order = rng.permutation(len(pictures))
        for batch in np.array_split(order, len(order) // BATCH):
            inputs = pictures[batch, ..., np.newaxis].astype(np.float32) / MAX_PIXEL
            losses.append(network.train_on_batch(inputs, truth[batch].astype(np.float32)))
            if len(losses) % 100 == 0:
                elapsed, loss = time.monotonic() - start, np.mean(losses[-100:])
                print(f"epoch {epoch + 1}, batch {len(losses)}: {loss:.4f}, {elapsed:.0f} s", flush=True)
    weights: list[npt.NDArray[np.float32]] = network.get_weights()
    return weights


def save(weights: Sequence[npt.NDArray[np.float32]], regression: npt.ArrayLike, path: File = WEIGHTS) -> None:
    """Write the weights of the network and those of the logistic regression in float16."""
    aside = path.with_suffix(".part.npz")
    np.savez_compressed(aside, *(np.asarray(array, dtype=np.float16) for array in (*weights, regression)))
    aside.replace(path)
    load_instance_network.cache_clear()


def candidates_of(number: WrittenNumber) -> Iterator[tuple[tuple[float, ...], bool]]:
    """Return what `digit_features` says of each candidate of a number, and whether it is one digit.

    Those of which neither is clear are left out.
    """
    found, detector = segment_image(number.ink), load_detector()
    parts = number.owners == np.arange(len(number.centers))[:, np.newaxis, np.newaxis]
    for candidate in find_candidates(found):
        place, mask = found.mask_of(candidate.labels)
        own = mask & number.ink[place]
        image = to_mnist(own)
        is_digit = _is_digit((own & parts[:, *place]).sum(axis=(1, 2)), parts.sum(axis=(1, 2)), own.sum())
        if image is not None and is_digit is not None:
            score = float(detector.score(image[np.newaxis])[0])
            yield digit_features(found.sample, candidate.labels, candidate.box, found.height, score), is_digit


def _is_digit(shared: Counts, whole: Counts, own: int) -> bool | None:
    """Return whether a candidate is one digit by how much ink it shares with each; None: hardly."""
    best = int(shared.argmax())
    share, pure = shared[best] / max(whole[best], 1), shared[best] / max(own, 1)
    if share >= _WHOLE and pure >= _PURE:
        return True
    return False if share < _IN_PART or pure < _MIXED else None


def fit_regression(numbers: Sequence[WrittenNumber]) -> npt.NDArray[np.float64]:
    """Return weights and bias of the logistic regression of `core.drawing.agreement`."""
    features, is_digit = zip(*(one for number in numbers for one in candidates_of(number)), strict=True)
    regression = LogisticRegression().fit(features, is_digit)
    print(f"candidates: {len(is_digit):,}, told rightly: {regression.score(features, is_digit):.1%}")
    return np.append(regression.coef_[0], regression.intercept_)


def numbers_of(mnist: Dataset, count: int, rng: Random, *, test: bool) -> list[WrittenNumber]:
    """Return numbers made of digits that the network was not trained on, test digits or others."""
    images, labels = (
        (mnist.test_images, mnist.test_labels) if test else (mnist.train_images, mnist.train_labels)
    )
    paths = paths_of(images[-OTHER_DIGITS:], labels[-OTHER_DIGITS:])
    return [written_number(paths, int(rng.integers(40, 120)), rng) for _ in range(count)]


def error(numbers: Sequence[WrittenNumber]) -> float:
    """Return the share of the ink of digits that points nearer to the center of another digit."""
    wrong = total = 0
    for number in numbers:
        rows, columns = np.nonzero(number.owners >= 0)
        said: InkCenters = centers_in_image(number.ink, number.height)
        centers, _ = said.at(np.column_stack([columns, rows]) + 0.5)
        nearest = np.abs(centers[:, np.newaxis] - number.centers).argmin(axis=1)
        wrong += (nearest != number.owners[rows, columns]).sum()
        total += len(rows)
    return float(wrong / total)


def train_network(mnist: Dataset, rng: Random) -> list[npt.NDArray[np.float32]]:
    """Return the weights of a network trained on numbers put together of training and drawn digits."""
    import keras

    keras.utils.set_random_seed(0)
    paths = paths_of(mnist.train_images[:DIGITS], mnist.train_labels[:DIGITS])
    drawn = np.concatenate(load_drawn_digits())
    paths += DRAWN_TIMES * paths_of(drawn, np.repeat(np.arange(CLASSES), OF_EACH))
    return train(*training_set(paths, NUMBERS, rng), rng)


def main() -> None:
    """Train, fit, write, and print how much ink of numbers of test digits is taken for another digit's."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--regression", action="store_true")
    mnist, rng = load_mnist(), np.random.default_rng(0)
    if parser.parse_args().regression:
        weights = list(itertools.chain.from_iterable(load_instance_network().layers))
    else:
        weights = train_network(mnist, rng)
        save(weights, np.zeros(4))
    save(weights, fit_regression(numbers_of(mnist, OTHER_NUMBERS, rng, test=False)))
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1e3:.0f} kB")
    wrong = error(numbers_of(mnist, OTHER_NUMBERS, rng, test=True))
    print(f"ink of test digits taken for another digit's: {wrong:.2%}")


if __name__ == "__main__":
    main()
