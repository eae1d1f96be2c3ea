"""Train the detector of `core.drawing.detector` on digits and on synthetic negatives.

The digits are those of MNIST, plain and with handwriting augmentation, and drawn ones
(`scripts.characters`). The negatives are made by rule: pieces of numbers (`scripts.number_crops`), altered
digits (`scripts.altered_digits`), letters and symbols, and the doodles of `scripts.doodles`.

The network learns to tell all kinds of negatives apart, not only that they are none of the digits: that
leaves it with a better idea of each (Hendrycks, Mazeika and Dietterich, "Deep Anomaly Detection with
Outlier Exposure", 2019, teach a network of digits with outliers; here they have names).

    python -m scripts.train_detector

writes ``models/detector.npz``; takes half an hour on two cores.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data import CLASSES, IMAGE_SIZE, MAX_PIXEL, Images, Labels, load_mnist
from core.drawing.detector import (
    CONVOLUTIONS,
    DEFAULT_FALSE_REJECTION_RATE,
    HIDDEN_UNITS,
    WEIGHTS,
    Detector,
    Likeness,
    load_detector,
)
from core.drawing.strokes import strokes_to_mnist
from scripts import characters, doodles
from scripts.altered_digits import altered_digits
from scripts.number_crops import NO_DIGIT, number_crops
from scripts.shapes import Random

EPOCHS, BATCH, LEARNING_RATE, DROPOUT = 10, 500, 2e-3, 0.2
# Pictures of a training: crops of numbers, doodles of each kind, digits altered into negatives, ones of a
# single line, and drawings of each digit and of each other character.
NUMBER_CROPS, OF_EACH_KIND, ALTERED, PLAIN_ONES, OF_EACH_DIGIT, OF_EACH_CHARACTER = (
    100_000,
    3_000,
    40_000,
    12_000,
    3_000,
    1_500,
)
# What the network tells apart, after the ten digits.
NEGATIVES = (*characters.CHARACTERS, *doodles.KINDS, "piece of a number", "altered digit")
SCRIBBLES = ("scribble", "zigzag", "spiral", "tangle", "hatching", "specks")

Classes = npt.NDArray[np.intp]


def plain_ones(count: int, rng: Random) -> Images:
    """Return ones of a single line, upright or slanted, some with a short flag or a serif.

    That is how a one is drawn with a mouse. In MNIST hardly any stands quite upright, but many
    pieces of other digits do.
    """
    images: list[Images] = []
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


def _augment(images: Images, classes: Classes, seed: int) -> Images:
    """Return pictures with handwriting augmentation; what is no digit gets no stroke."""
    from core.augmentation.distance_fields import signed_distance_fields
    from core.augmentation.handwriting import augment

    labels = np.where(classes < CLASSES, classes, NO_DIGIT)
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


def training_set(digits: Images, labels: Labels, rng: Random) -> Iterator[tuple[Images, Classes]]:
    """Return the pictures of a training in parts, with the class of each.

    Digits and negatives get the same augmentation: otherwise the detector would learn how
    neatly they are drawn.
    """
    number = {name: CLASSES + place for place, name in enumerate(NEGATIVES)}
    ones = plain_ones(PLAIN_ONES, rng)
    crops, whole = number_crops(digits, labels, NUMBER_CROPS, rng)
    drawings, kinds = doodles.synthetic_negatives(OF_EACH_KIND, rng)
    altered = altered_digits(digits, labels, ALTERED, rng)
    parts = [
        (digits, labels.astype(np.intp)),
        (ones, np.ones(len(ones), dtype=np.intp)),
        (crops, np.where(whole == NO_DIGIT, number["piece of a number"], whole)),
        _drawn(characters.DIGITS, {digit: int(digit) for digit in characters.DIGITS}, OF_EACH_DIGIT, rng),
        _drawn(characters.CHARACTERS, number, OF_EACH_CHARACTER, rng),
        (drawings, np.array([number[kind] for kind in kinds.tolist()])),
        (altered, np.full(len(altered), number["altered digit"])),
    ]
    # Those of which there are few are augmented twice.
    copies = (1, 1, 1, 2, 2, 2, 1)
    for seed, ((images, classes), count) in enumerate(zip(parts, copies, strict=True)):
        yield images, classes
        for copy in range(count):
            yield _augment(images, classes, 10 * seed + copy), classes


def _drawn(
    forms: Mapping[str, Sequence[str]], number: Mapping[str, int], of_each: int, rng: Random
) -> tuple[Images, Classes]:
    """Return drawings of each character, and their classes."""
    drawn = [characters.draw_character(forms[name], rng) for name in forms for _ in range(of_each)]
    return np.stack(drawn), np.repeat([number[name] for name in forms], of_each)


def build_network(steps: int) -> Any:
    """Return the network, with the layers of the detector, compiled for a training of this many steps."""
    import keras

    layers = keras.layers
    network = keras.Sequential([keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1)), layers.Rescaling(1 / MAX_PIXEL)])
    for filters, side, stride in CONVOLUTIONS:
        network.add(layers.Conv2D(filters, side, stride, padding="same", activation="relu"))
    network.add(layers.Flatten())
    network.add(layers.Dropout(DROPOUT))
    network.add(layers.Dense(HIDDEN_UNITS, activation="relu"))
    network.add(layers.Dropout(DROPOUT))
    network.add(layers.Dense(CLASSES + len(NEGATIVES)))
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps, warmup_target=LEARNING_RATE, warmup_steps=steps // 40
    )
    network.compile(keras.optimizers.Adam(rate), _loss)
    return network


def _loss(truth: Any, logits: Any) -> Any:
    """Return the cross-entropy of the class, and that of whether it is a digit."""
    from keras import ops

    classes = ops.reshape(truth, (-1,))
    digit = ops.logsumexp(logits[:, :CLASSES], axis=1) - ops.logsumexp(logits[:, CLASSES:], axis=1)
    is_digit = ops.cast(classes < CLASSES, digit.dtype)
    kind = ops.sparse_categorical_crossentropy(classes, logits, from_logits=True)
    return kind + ops.maximum(digit, 0) - digit * is_digit + ops.log1p(ops.exp(-ops.abs(digit)))


def main() -> None:
    """Train, write the weights, and print what is rejected of new pictures of the same kinds."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    import keras

    mnist = load_mnist()
    parts = list(training_set(mnist.train_images, mnist.train_labels, np.random.default_rng(0)))
    images = np.concatenate([images for images, _ in parts])
    classes = np.concatenate([classes for _, classes in parts])
    print(f"{(classes < CLASSES).sum():,} digits, {(classes >= CLASSES).sum():,} negatives", flush=True)
    keras.utils.set_random_seed(0)
    network = build_network(EPOCHS * len(images) // BATCH)
    network.fit(images[..., np.newaxis], classes, BATCH, EPOCHS, verbose=2)
    arrays = [array.astype(np.float16) for array in network.get_weights()]
    rounded = [array.astype(np.float32) for array in arrays]
    pairs = tuple(zip(rounded[::2], rounded[1::2], strict=True))
    count = len(CONVOLUTIONS)
    likenesses = np.array([likeness(kind).value for kind in NEGATIVES], dtype=np.uint8)
    detector = Detector(pairs[:count], pairs[count:], likenesses, np.zeros(0, dtype=np.float32))
    aside = WEIGHTS.with_suffix(".part.npz")
    np.savez_compressed(aside, *arrays, likenesses, np.sort(detector.score(mnist.test_images)))
    aside.replace(WEIGHTS)
    load_detector.cache_clear()
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1e3:.0f} kB")
    report()


def likeness(kind: str) -> Likeness:
    """Return what a kind of negatives is like."""
    if kind in SCRIBBLES:
        return Likeness.SCRIBBLE
    last = {"piece of a number": Likeness.PART, "altered digit": Likeness.CHANGED_DIGIT}
    return last.get(kind, Likeness.SYMBOL)


def report() -> None:
    """Print what is rejected of pictures made from MNIST's test digits, and of new drawings."""
    mnist, detector, rng = load_mnist(), load_detector(), np.random.default_rng(1)
    crops, labels = number_crops(mnist.test_images, mnist.test_labels, 6_000, rng)
    drawings, kinds = doodles.synthetic_negatives(200, rng)
    parts = {
        "varied digits": crops[labels != NO_DIGIT],
        "plain ones": plain_ones(200, rng),
        "drawn digits": _drawn(characters.DIGITS, dict.fromkeys(characters.DIGITS, 0), 100, rng)[0],
        "pairs and pieces": crops[labels == NO_DIGIT],
        "altered digits": altered_digits(mnist.test_images, mnist.test_labels, 2_000, rng),
        "characters": _drawn(characters.CHARACTERS, dict.fromkeys(characters.CHARACTERS, 0), 20, rng)[0],
    }
    parts |= {str(kind): drawings[kinds == kind] for kind in dict.fromkeys(kinds)}
    print(f"rejected at a false rejection rate of {DEFAULT_FALSE_REJECTION_RATE:.0%}")
    for name, images in parts.items():
        print(f"  {name:22s}{detector.rejects(images).mean():6.1%}")


if __name__ == "__main__":
    main()
