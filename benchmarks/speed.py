"""Compare the lab's training with a plain Keras script of the article recipe.

    python -m benchmarks.speed [--quick]

All sides run in turn in one process. Seconds are medians over the epochs after the first,
in which TensorFlow still compiles. "Matrix products" are the two large ones of each step
alone, forward and backward: no training of this network can be faster. Then the accuracy on
the test images after all ten epochs, in both precisions, with five seeds.
"""

import dataclasses
import functools
import statistics
import time
from itertools import pairwise

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from benchmarks.compare import in_turn, print_table, rounds
from core.data import Dataset, load_mnist
from core.evaluation import evaluate
from core.precision import has_bfloat16
from core.recipe import ARTICLE
from core.training import train

EPOCHS = 6


def plain_epoch(images: npt.NDArray[np.float64], labels: npt.NDArray[np.uint8], units: int = 300) -> float:
    """Seconds of an epoch of a newcomer's script: float64 images into ``fit``."""
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(units, activation="sigmoid"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    ends = [time.perf_counter()]

    class Clock(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            ends.append(time.perf_counter())

    model.fit(images, labels, epochs=EPOCHS, batch_size=1000, verbose=0, callbacks=[Clock()])
    return statistics.median([end - start for start, end in pairwise(ends)][1:])


def lab_epoch(mnist: Dataset, precision: str) -> float:
    """Seconds of an epoch of the same recipe in the lab."""
    result = train(dataclasses.replace(ARTICLE, epochs=EPOCHS, precision=precision), mnist)
    return statistics.median([epoch.seconds for epoch in result.history][1:])


def matrix_products(precision: str) -> float:
    """Seconds of the products of an epoch: images with weights, and images with errors."""
    images, weights, errors = (
        tf.cast(tf.random.stateless_uniform(shape, (0, 0)), precision)
        for shape in ((1000, 784), (784, 300), (1000, 300))
    )
    seconds = []
    for _ in range(EPOCHS):
        start = time.perf_counter()
        for _ in range(ARTICLE.steps_per_epoch):
            tf.matmul(images, weights)
            tf.matmul(images, errors, transpose_a=True)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def test_accuracy(mnist: Dataset, precision: str, seed: int) -> float:
    """Per cent of the test images that the article network reads right."""
    result = train(dataclasses.replace(ARTICLE, precision=precision, seed=seed), mnist)
    return 100 * evaluate(result.model, mnist.test_images, mnist.test_labels).accuracy


def main() -> None:
    """Print all sides and their ratios to the plain script."""
    count = rounds(__doc__)
    mnist = load_mnist()
    precisions = ("float32", "bfloat16") if has_bfloat16() else ("float32",)
    scaled = mnist.train_images / 255.0
    sides = {"plain script": functools.partial(plain_epoch, scaled, mnist.train_labels)}
    for precision in precisions:
        sides[f"Digit Lab, {precision}"] = functools.partial(lab_epoch, mnist, precision)
        sides[f"matrix products, {precision}"] = functools.partial(matrix_products, precision)
    print_table("An epoch of the article recipe", in_turn(sides, count), "seconds", 3)
    accuracies = {
        precision: [test_accuracy(mnist, precision, seed) for seed in range(count)]
        for precision in precisions
    }
    print_table("Test accuracy", accuracies, "%")


if __name__ == "__main__":
    main()
