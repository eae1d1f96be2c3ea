"""Do the experiments of Train, each over three seeds.

python -m benchmarks.experiments [nist images labels unseen validation]
"""

import argparse
import time

from core.data import Dataset, load_mnist
from core.evaluation import evaluate
from core.recipe import Recipe
from core.series.experiments import EXPERIMENTS
from core.series.series import Result, points
from core.test_sets.confusion import TestConfusion
from core.training import train


def measure(recipe: Recipe, mnist: Dataset) -> Result:
    """Train a recipe, and measure it as a worker does."""
    result = train(recipe, mnist)
    test = evaluate(result.model, mnist.test_images, mnist.test_labels)
    return Result(
        evaluate(result.model, result.fit_images, result.fit_labels).accuracy,
        test.accuracy,
        result.history[-1].val_accuracy,
        TestConfusion.of(test.predictions, mnist.test_labels, mnist.test_writers),
    )


def main() -> None:
    """Print a table of each experiment, with the finding that the page would show."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=list(EXPERIMENTS))
    mnist = load_mnist()
    for name in parser.parse_args().names:
        experiment = EXPERIMENTS[name]
        series, began = experiment.series, time.perf_counter()
        results = {recipe.to_json(): measure(recipe, mnist) for recipe in series.recipes}
        seconds = time.perf_counter() - began
        print(f"\n{experiment.title}: {len(results)} runs in {seconds:.0f} s\n")
        print(f"| {series.axis} | measure | mean | range |\n|---|---|---|---|")
        for point in points(series, results):
            print(
                f"| {point.arm} | {point.measure} | {point.mean:.1%} | {point.low:.1%} to {point.high:.1%} |"
            )
        finding = experiment.find(series, results)
        print(f"\n{finding.answer}: {finding.sentence}", flush=True)


if __name__ == "__main__":
    main()
