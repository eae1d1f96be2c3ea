"""Count how many numbers are read from photographs of worksheets.

    python -m benchmarks.read_worksheets [STROKES.json.gz] [--model drawings] [--sheets 300] [--legible]

The sheets are those of `benchmarks.worksheets`, their digits those of a file as for
`benchmarks.drawings`, or else outlines of MNIST's test images. Of each kind of sheet: the share of
digits and of fields (whole numbers) that are right, and of fields that are shown as an answer, without
a warning, and right or wrong. With ``--legible`` those digits of the file are left out of which it has a
single straight stroke although they are no ones: nobody can read them.
"""

import argparse
import io
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.drawings import load
from benchmarks.worksheets import KINDS, Digit, photograph, worksheet
from core.drawing.detector import DEFAULT_FALSE_REJECTION_RATE, load_detector
from core.drawing.number import NumberReading
from core.drawing.page import PageError, find_page, read_page
from core.drawing.photo import PictureError, open_picture
from core.drawing.segmentation import NumberError
from core.drawing.strokes import Stroke, as_strokes
from core.evaluation import Model
from core.store.runs import RunStore

# The ends of a straight stroke are this share of its length apart.
_STRAIGHT = 0.95


@dataclass(frozen=True)
class Field:
    """A number that was read, and whether it is shown as an answer."""

    number: str
    shown: bool


def read(model: Model, content: bytes) -> list[Field]:
    """Return the numbers of a photograph."""
    try:
        return [as_field(reading) for reading in read_page(model, find_page(open_picture(content)))]
    except (PictureError, NumberError, PageError):
        return []


def as_field(reading: NumberReading) -> Field:
    """Return a reading as the page shows it: without a warning if all are digits for the detector."""
    images = np.stack([digit.image for digit in reading.digits])
    rejected = load_detector().rejects(images, DEFAULT_FALSE_REJECTION_RATE)
    return Field(reading.number, reading.certain and not rejected.any())


def common(one: str, other: str) -> int:
    """Return how many digits two numbers have in common, in order (longest common subsequence)."""
    row = np.zeros(len(other) + 1, dtype=int)
    for a in one:
        before = row.copy()
        for place, b in enumerate(other, 1):
            row[place] = before[place - 1] + 1 if a == b else max(before[place], row[place - 1])
    return int(row[-1])


def aligned(truth: Sequence[str], answer: Sequence[str]) -> list[tuple[int, int]]:
    """Return which fields of two lists in reading order belong together, so that most digits agree."""
    best: dict[tuple[int, int], tuple[float, list[tuple[int, int]]]] = {}
    for i in range(len(truth) + 1):
        for j in range(len(answer) + 1):
            options: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])]
            if i:
                options.append(best[i - 1, j])
            if j:
                options.append(best[i, j - 1])
            if i and j:
                score, pairs = best[i - 1, j - 1]
                gain = common(truth[i - 1], answer[j - 1]) + (truth[i - 1] == answer[j - 1])
                if gain:
                    options.append((score + gain, [*pairs, (i - 1, j - 1)]))
            best[i, j] = max(options, key=lambda option: option[0])
    return best[len(truth), len(answer)][1]


def writers(
    path: Path | None, rng: np.random.Generator, *, legible: bool = False
) -> Callable[[], Callable[[], Digit]]:
    """Return what gives the next person who fills in a sheet."""
    if path is None:
        return lambda: lambda: _outlined(rng)
    by_writer: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for digit in load(path):
        if not legible or digit["label"] == 1 or not _is_straight(as_strokes(digit["strokes"])):
            by_writer[digit["writer"]].append(digit)
    people = list(by_writer.values())

    def next_writer() -> Callable[[], Digit]:
        own = people[rng.integers(len(people))]
        return lambda: _digit(own[rng.integers(len(own))])

    return next_writer


def _is_straight(strokes: Sequence[Stroke]) -> bool:
    """Return whether a digit is a single straight stroke."""
    path = strokes[0]
    length = np.hypot(*np.diff(path, axis=0).T).sum()
    return len(strokes) == 1 and np.hypot(*(path[-1] - path[0])) >= _STRAIGHT * length


def _digit(digit: dict[str, Any]) -> Digit:
    return digit["label"], as_strokes(digit["strokes"])


def _outlined(rng: np.random.Generator) -> Digit:
    """Return a test image of MNIST as short strokes over its ink."""
    from core.data import load_mnist

    mnist = load_mnist()
    index = rng.integers(len(mnist.test_images))
    rows, columns = np.nonzero(mnist.test_images[index] > 127)
    return int(mnist.test_labels[index]), tuple(np.column_stack([columns, rows])[:, None].astype(float))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("strokes", type=Path, nargs="?")
    parser.add_argument("--model", default="drawings")
    parser.add_argument("--sheets", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--legible", action="store_true", help="leave out what nobody can read")
    parser.add_argument("--failed", type=Path, help="a folder for photographs that are not read rightly")
    arguments = parser.parse_args()

    rng = np.random.default_rng(arguments.seed)
    next_writer = writers(arguments.strokes, rng, legible=arguments.legible)
    model = RunStore().load_model(arguments.model)
    kinds = [arguments.kind] if arguments.kind else list(KINDS)
    counts: dict[str, np.ndarray] = {kind: np.zeros(7) for kind in kinds}
    seconds = []
    for index in range(arguments.sheets):
        kind = kinds[index % len(kinds)]
        sheet = worksheet(kind, next_writer(), rng)
        content = photograph(sheet, rng)
        start = time.process_time()
        answer = read(model, content)
        seconds.append(time.process_time() - start)
        pairs = aligned(sheet.fields, [field.number for field in answer])
        right = {j for i, j in pairs if sheet.fields[i] == answer[j].number}
        digits = sum(common(sheet.fields[i], answer[j].number) for i, j in pairs)
        wrong = sum(field.shown for j, field in enumerate(answer) if j not in right)
        counts[kind] += [
            1,
            len(sheet.fields),
            sum(map(len, sheet.fields)),
            digits,
            len(right),
            sum(answer[j].shown for j in right),
            wrong,
        ]
        if arguments.failed and len(right) < len(sheet.fields):
            arguments.failed.mkdir(exist_ok=True)
            Image.open(io.BytesIO(content)).save(arguments.failed / f"{index}.jpg")
            (arguments.failed / f"{index}.txt").write_text(f"{kind}\n{sheet.fields}\n{answer}\n")
    print(f"{'':16s} sheets fields  digits right  fields right  right and shown  wrong and shown")
    for kind, count in [*counts.items(), ("all", np.sum(list(counts.values()), axis=0))]:
        sheets, fields, digits, good, right, shown, wrong = count
        print(
            f"{kind:16s}{sheets:7.0f}{fields:7.0f}{good / digits:14.1%}{right / fields:14.1%}"
            f"{shown / fields:17.1%}{wrong / fields:17.1%}"
        )
    print(f"processor time of a photograph: {np.median(seconds):.2f} s, at most {max(seconds):.2f} s")


if __name__ == "__main__":
    main()
