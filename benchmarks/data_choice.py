"""Train a small network on chosen data: NIST's mistake, and planted wrong labels found by their loss.

    python -m benchmarks.data_choice [--seeds 3]

The network has 64 ReLU units and learns for 8 epochs, so that each training takes seconds.
"""

import argparse
import dataclasses

import numpy as np

from core.analysis.label_errors import loss_by_image, planted_found, rank_by_loss
from core.data import Dataset, is_student, load_mnist
from core.evaluation import evaluate, predict
from core.recipe import Recipe
from core.sampling import select
from core.training import train

SMALL = Recipe(hidden_units=(64,), activation="relu", epochs=8, batch_size=100, train_size=20_000)
NOISE = (0.01, 0.05, 0.1)


def nists_mistake(mnist: Dataset, seed: int) -> dict[str, float]:
    """Return the accuracy on students' test digits after training on 20,000 digits of each group."""
    if mnist.test_writers is None:
        raise SystemExit("data/mnist_writers.npz is missing or does not match.")
    student = is_student(mnist.test_writers)
    accuracies = {}
    for writers in ("employees", "students", "everyone"):
        model = train(dataclasses.replace(SMALL, writers=writers, seed=seed), mnist).model
        accuracies[writers] = evaluate(model, mnist.test_images[student], mnist.test_labels[student]).accuracy
    return accuracies


def planted_shares(mnist: Dataset, noise: float, seed: int) -> list[float]:
    """Return what share of the first training labels by loss were planted (see `label_errors.FIRST`)."""
    recipe = dataclasses.replace(SMALL, label_noise=noise, seed=seed)
    model, selection = train(recipe, mnist).model, select(recipe, mnist)
    probabilities = predict(model, mnist.train_images[selection.fit])
    order = rank_by_loss(loss_by_image(probabilities, selection.fit_labels))
    return [found.share for found in planted_found(selection.planted, order)]


def main() -> None:
    """Print both tables, each a mean with its smallest and largest value over the seeds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(parser.parse_args().seeds)
    mnist = load_mnist()
    results = [nists_mistake(mnist, seed) for seed in seeds]
    print("| trained on 20,000 digits of | accuracy on students' test digits |\n|---|---|")
    for writers in results[0]:
        print(f"| {writers} | {_spread([one[writers] for one in results])} |")
    print("\n| wrong labels | first 100 | first 500 | first 1,000 |\n|---|---|---|---|")
    for noise in NOISE:
        found = np.array([planted_shares(mnist, noise, seed) for seed in seeds])
        print(f"| {noise:.0%} | {' | '.join(_spread(list(column)) for column in found.T)} |")


def _spread(values: list[float]) -> str:
    return f"{np.mean(values):.1%} ({min(values):.1%} to {max(values):.1%})"


if __name__ == "__main__":
    main()
