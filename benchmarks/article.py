"""Train the article recipe with three seeds: accuracies and seconds.

python -m benchmarks.article
"""

import dataclasses
import time

from core.data import load_mnist
from core.evaluation import evaluate
from core.recipe import ARTICLE
from core.training import train

SEEDS = (0, 1, 2)


def main() -> None:
    """Print one line for each seed."""
    mnist = load_mnist()
    for seed in SEEDS:
        start = time.perf_counter()
        result = train(dataclasses.replace(ARTICLE, seed=seed), mnist)
        seconds = time.perf_counter() - start
        training = evaluate(result.model, mnist.train_images, mnist.train_labels).accuracy
        test = evaluate(result.model, mnist.test_images, mnist.test_labels).accuracy
        print(f"seed {seed}: training {training:.2%}, test {test:.2%}, {seconds:.1f} s")


if __name__ == "__main__":
    main()
