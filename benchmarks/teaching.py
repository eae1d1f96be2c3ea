"""Teach each bundled model drawings of some writers; count what it reads of others.

    python -m benchmarks.teaching STROKES.json.gz [model …]

The file is that of `benchmarks.drawings`, each digit with its writer. So many drawings are
taken from writers chosen by chance, as ten of each digit as there are, and the network is
taught them as on the page Teach; the drawings of all other writers show what it has learned,
the 10,000 test images what it has forgotten.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.drawings import load
from core.data import Dataset, load_mnist
from core.drawing.strokes import as_strokes, strokes_to_mnist
from core.evaluation import evaluate
from core.fine_tuning.drawings import Drawings
from core.fine_tuning.rehearsal import fine_tuning_recipe, rehearsal_dataset
from core.store.runs import RunStore
from core.training import train


def part_by_writer(digits: list[dict[str, Any]], taught: int, seed: int) -> tuple[Drawings, Drawings]:
    """Drawings to teach, about so many of them, and those of all other writers."""
    writers = sorted({digit["writer"] for digit in digits})
    np.random.default_rng(seed).shuffle(writers)
    chosen: set[str] = set()
    for writer in writers:
        if sum(digit["writer"] in chosen for digit in digits) >= taught:
            break
        chosen.add(writer)
    learned = [digit for digit in digits if digit["writer"] in chosen][:taught]
    return as_drawings(learned), as_drawings([digit for digit in digits if digit["writer"] not in chosen])


def as_drawings(digits: list[dict[str, Any]]) -> Drawings:
    """Strokes as the network sees them."""
    images = [strokes_to_mnist(as_strokes(digit["strokes"])) for digit in digits]
    return Drawings(np.array(images, dtype=np.uint8), np.array([d["label"] for d in digits], dtype=np.uint8))


def main() -> None:
    """Print what each model reads before and after."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("strokes", type=Path)
    parser.add_argument("models", nargs="*")
    parser.add_argument("--drawings", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=3, help="choices of writers")
    arguments = parser.parse_args()

    digits = load(arguments.strokes)
    dataset, store = load_mnist(), RunStore()
    print(f"{'model':28s} {'others before':>14s} {'after':>7s} {'MNIST before':>13s} {'after':>7s}")
    for run in store.bundled():
        if arguments.models and run.id not in arguments.models:
            continue
        shares = []
        for seed in range(arguments.seeds):
            learned, others = part_by_writer(digits, arguments.drawings, seed)
            network = store.load_model(run.id)
            recipe = fine_tuning_recipe(run.recipe, len(learned))
            taught = train(recipe, rehearsal_dataset(dataset, learned, seed), start=network).model
            shares.append([*_read(network, others, dataset), *_read(taught, others, dataset)])
        drawn, mnist, drawn_after, mnist_after = np.mean(shares, axis=0)
        print(f"{run.name:28s} {drawn:14.1%} {drawn_after:7.1%} {mnist:13.2%} {mnist_after:7.2%}", flush=True)


def _read(model: Any, drawings: Drawings, dataset: Dataset) -> tuple[float, float]:
    return (
        evaluate(model, drawings.images, drawings.labels).accuracy,
        evaluate(model, dataset.test_images, dataset.test_labels).accuracy,
    )


if __name__ == "__main__":
    main()
