"""Two sides of a comparison, measured in turn: medians, and their ratio."""

import argparse
import statistics
from collections.abc import Callable, Mapping, Sequence

ROUNDS = 5


def rounds(description: str | None) -> int:
    """How often a benchmark measures: five times, or once with ``--quick``, to see that it runs."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="measure once, to see that it runs")
    return 1 if parser.parse_args().quick else ROUNDS


def in_turn(sides: Mapping[str, Callable[[], float]], count: int) -> dict[str, list[float]]:
    """Measure each side so often, one after the other, so that a busy machine is busy for all."""
    measured: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(count):
        for name, measure in sides.items():
            measured[name].append(measure())
    return measured


def print_table(title: str, measured: Mapping[str, Sequence[float]], unit: str, digits: int = 2) -> None:
    """Print the median of each side, and its ratio to the first one."""
    first = statistics.median(next(iter(measured.values())))
    print(f"\n{title}\n")
    print(f"| | median, {unit} | lowest | highest | ratio |")
    print("|---|---|---|---|---|")
    for name, values in measured.items():
        median = statistics.median(values)
        figures = " | ".join(f"{value:,.{digits}f}" for value in (median, min(values), max(values)))
        print(f"| {name} | {figures} | {median / first:.2f} |", flush=True)


def print_growth(title: str, of: str, measured: Mapping[int, Mapping[str, Sequence[float]]]) -> None:
    """Print a row of medians for each size, with the columns that the first one has."""
    print(f"\n{title}\n")
    names = [of, *next(iter(measured.values()))]
    print("| " + " | ".join(names) + " |")
    print("|---" * len(names) + "|")
    for size, columns in measured.items():
        medians = (statistics.median(values) for values in columns.values())
        figures = " | ".join(f"{median:,.{0 if median > 100 else 3}f}" for median in medians)
        print(f"| {size:,} | {figures} |", flush=True)
