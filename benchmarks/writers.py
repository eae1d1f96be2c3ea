"""Measure each preset on the digits of both groups of writers, and by person.

    python -m benchmarks.writers

Prints a row for each preset: the error rate on the digits of employees and of students, their
ratio, the range over the people with at least 15 test digits, and the lowest accuracy that chance
alone would give.
"""

from core.analysis.writers import binomial_band, by_group, by_writer, error_ratio
from core.data import load_mnist
from core.evaluation import evaluate
from core.presets import PRESETS
from core.store.runs import RunStore


def main() -> None:
    """Print the table."""
    mnist, store = load_mnist(), RunStore()
    if mnist.test_writers is None:
        raise SystemExit("data/mnist_writers.npz is missing or does not match.")
    print("| preset | employees' | students' | ratio | people | lowest by chance |")
    print("|---|---|---|---|---|---|")
    for preset in PRESETS:
        correct = evaluate(store.load_model(preset), mnist.test_images, mnist.test_labels).correct
        groups = by_group(correct, mnist.test_writers)
        people = by_writer(correct, mnist.test_writers)
        low, high = binomial_band(people)
        errors = " | ".join(f"{one.errors / one.images:.2%} ({one.errors})" for one in groups)
        span = f"{people[0].accuracy:.1%} to {people[-1].accuracy:.0%}"
        print(f"| {preset} | {errors} | {error_ratio(groups):.1f} | {span} | {low[0]:.0%} to {high[0]:.0%} |")


if __name__ == "__main__":
    main()
