"""Train on the drawings of a class, and count what is read of classmates no network has seen.

    python -m benchmarks.pooled STROKES.json.gz [model …]

The file is that of `benchmarks.drawings`, each digit with its writer. The thirty writers with most
digits are a class; they take their seats in an order drawn by a seed, so that others are held out each
time. Each model is trained from scratch on MNIST, on the class's drawings and on both, and fine-tuned on
both, as on the page Class.
"""

import argparse
import statistics
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.drawings import load
from core.data import Dataset, load_mnist
from core.drawing.strokes import as_strokes, strokes_to_mnist
from core.evaluation import evaluate
from core.fine_tuning.drawings import Drawings
from core.fine_tuning.outcome import FineTuning
from core.fine_tuning.rehearsal import mixture_recipe
from core.fine_tuning.training import fine_tune
from core.mixture import Mixture, plan
from core.store.run import Run
from core.store.runs import RunStore

MEMBERS = 30
CHOICES = (("mnist", True), ("class", True), ("both", True), ("both", False))


def class_of(digits: list[dict[str, Any]], seed: int) -> Drawings:
    """Return the digits of the writers with most of them, who sit in an order drawn by the seed."""
    counts = Counter(digit["writer"] for digit in digits)
    writers = [writer for writer, _ in counts.most_common(MEMBERS)]
    order = np.random.default_rng(seed).permutation(MEMBERS)
    seats = {writers[place]: seat for seat, place in enumerate(order, 1)}
    own = [digit for digit in digits if digit["writer"] in seats]
    return Drawings(
        np.array([strokes_to_mnist(as_strokes(digit["strokes"])) for digit in own], dtype=np.uint8),
        np.array([digit["label"] for digit in own], dtype=np.uint8),
        np.array([seats[digit["writer"]] for digit in own], dtype=np.int64),
    )


def train(
    store: RunStore, run: Run, dataset: Dataset, drawings: Drawings, data: str, from_scratch: bool
) -> tuple[FineTuning, float]:
    """Return what came of a training for a class, and the accuracy on MNIST's test images."""
    training, _ = drawings.split()
    images, repeats = plan(run.recipe, data, from_scratch, len(training))
    mixture = Mixture("", data, from_scratch, images, repeats, 0, 0)
    recipe = mixture_recipe(run.recipe, mixture, len(training))
    start = None if from_scratch else store.load_model(run.id)
    result, outcome = fine_tune(recipe, dataset, start, drawings, mixture)
    return outcome, evaluate(result.model, dataset.test_images, dataset.test_labels).accuracy


def main() -> None:
    """Print the accuracy of each model on held-out people's drawings, by what it was trained on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("strokes", type=Path)
    parser.add_argument("models", nargs="*", default=["article", "relu"])
    parser.add_argument("--seeds", type=int, default=3, help="orders of the seats")
    arguments = parser.parse_args()
    digits, dataset, store = load(arguments.strokes), load_mnist(), RunStore()
    print(f"{'model':12s} {'data':6s} {'start':12s} {'held-out people':>22s} {'MNIST test':>11s}")
    for name in arguments.models:
        run = store.get(name)
        for data, from_scratch in CHOICES:
            outcomes = []
            for seed in range(arguments.seeds):
                drawings = class_of(digits, seed)
                outcomes.append(train(store, run, dataset, drawings, data, from_scratch))
            after = [outcome.after or 0.0 for outcome, _ in outcomes]
            before = statistics.mean(outcome.before or 0.0 for outcome, _ in outcomes)
            shown = f"{statistics.mean(after):.1%} ({min(after):.1%}–{max(after):.1%})"
            shown = shown if from_scratch else f"{before:.1%} → {shown}"
            test = statistics.mean(accuracy for _, accuracy in outcomes)
            start = "from scratch" if from_scratch else "fine-tuned"
            print(f"{name:12s} {data:6s} {start:12s} {shown:>22s} {test:11.2%}", flush=True)
        training, holdout = drawings.split()
        print(f"  {len(training)} drawings to train on, {len(holdout)} held out (last order)")


if __name__ == "__main__":
    main()
