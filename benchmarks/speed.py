"""Compare the lab's training with a plain Keras script of the article recipe.

    python -m benchmarks.speed

Both run in turn in one process. Seconds are medians over the epochs after the first,
in which TensorFlow still compiles.
"""

import dataclasses
import statistics
import time
from itertools import pairwise

import keras
import numpy as np
import numpy.typing as npt

from core.data import Dataset, load_mnist
from core.recipe import ARTICLE
from core.training import train

ROUNDS = 5
EPOCHS = 4


def plain_epochs(images: npt.NDArray[np.float64], labels: npt.NDArray[np.uint8]) -> list[float]:
    """Seconds of each epoch of a newcomer's script: float64 images into ``fit``."""
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(300, activation="sigmoid"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    ends = [time.perf_counter()]

    class Clock(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: object = None) -> None:
            ends.append(time.perf_counter())

    model.fit(images, labels, epochs=EPOCHS, batch_size=1000, verbose=0, callbacks=[Clock()])
    return [end - start for start, end in pairwise(ends)]


def lab_epochs(mnist: Dataset, seed: int) -> list[float]:
    """Seconds of each epoch of the same recipe in the lab."""
    result = train(dataclasses.replace(ARTICLE, epochs=EPOCHS, seed=seed), mnist)
    return [epoch.seconds for epoch in result.history]


def main() -> None:
    """Print both sides and their ratio."""
    mnist = load_mnist()
    scaled = mnist.train_images / 255.0
    plain: list[float] = []
    lab: list[float] = []
    for seed in range(ROUNDS):
        plain += plain_epochs(scaled, mnist.train_labels)[1:]
        lab += lab_epochs(mnist, seed)[1:]
    plain_median, lab_median = statistics.median(plain), statistics.median(lab)
    print(f"plain script {plain_median:.2f} s an epoch")
    print(f"Digit Lab    {lab_median:.2f} s an epoch, {lab_median / plain_median:.2f} of the plain script")


if __name__ == "__main__":
    main()
