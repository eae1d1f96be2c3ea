"""Count how many numbers of pen digits each bundled model reads entirely.

    python -m benchmarks.numbers STROKES.json.gz [--model drawings] [--held-out]

The file is that of ``benchmarks.drawings``, with the writer of each digit. A number is 2 to 6
digits of one writer, left to right on a 700×280 field with a 20-pixel pen, each a little
higher, lower, larger or smaller than its neighbor:

apart     some ground between the ink of two digits
touching  from paths that overlap by 5% of their height to ink that just meets
joined    touching, and one of the gaps crossed without lifting the pen

Beside it: the share with the right count of digits, the share of numbers of which each digit is
read when it stands alone, and the share that is wrong and shown as an answer, without a warning.
Then how many single digits are taken for several. Half of the writers are held out: where a cut was
looked at to find out what fails, it was one of the others.
"""

import argparse
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.drawings import load
from benchmarks.read_worksheets import Field, as_field
from core.drawing.number import NumberReading, read_number_from_image, read_number_from_strokes
from core.drawing.segmentation import NumberError
from core.drawing.strokes import Stroke, as_strokes, draw, strokes_to_mnist
from core.evaluation import Model, predict
from core.store.runs import RunStore

WIDTH, HEIGHT = 700, 280
PEN = 20
LENGTHS = (2, 3, 4, 5, 6)
SPACINGS = ("apart", "touching", "joined")
# Digits of a number are this tall in pixels before they are fitted into the field.
TALLEST, SHORTEST = 180, 90


@dataclass(frozen=True, eq=False)
class Case:
    """A number on its field, how its digits stand, and whether each is read when alone."""

    strokes: tuple[Stroke, ...]
    labels: tuple[int, ...]
    spacing: str
    alone: bool

    @property
    def number(self) -> str:
        """The digits written out."""
        return "".join(map(str, self.labels))


def picture(strokes: tuple[Stroke, ...]) -> npt.NDArray[np.uint8]:
    """Return strokes drawn as the canvas does: white ink on black with gray edges."""
    return draw(strokes, PEN, WIDTH, HEIGHT)


def write(digits: list[tuple[Stroke, ...]], spacing: str, rng: np.random.Generator) -> tuple[Stroke, ...]:
    """Return digits side by side on the field, in the order of their strokes."""
    tall = rng.uniform(SHORTEST, TALLEST)
    end = 0.0
    written: list[Stroke] = []
    crossing = rng.integers(1, len(digits)) if spacing == "joined" else 0
    for place, digit in enumerate(digits):
        points = np.concatenate(digit)
        extent = np.maximum(np.ptp(points, axis=0), 1)
        # A one that is all base would otherwise be as wide as the field.
        scale = tall * rng.uniform(0.85, 1.15) / max(extent[1], extent[0] / 1.5)
        gap = PEN + tall * rng.uniform(0.05, 0.5) if spacing == "apart" else rng.uniform(-0.05 * tall, PEN)
        bottom = tall * rng.uniform(-0.1, 0.1)
        corner = np.array([end + (gap if place else 0), bottom - extent[1] * scale])
        strokes = [(stroke - points.min(axis=0)) * scale + corner for stroke in digit]
        end = corner[0] + extent[0] * scale
        if place and place == crossing:
            strokes[0] = np.concatenate([written.pop(), strokes[0]])
        written += strokes
    points = np.concatenate(written)
    room = np.array([WIDTH, HEIGHT]) - PEN - 2
    shrink = min(1.0, *(room / np.maximum(np.ptp(points, axis=0), 1)))
    free = room - np.ptp(points, axis=0) * shrink
    corner = PEN / 2 + 1 + rng.random(2) * free
    return tuple((stroke - points.min(axis=0)) * shrink + corner for stroke in written)


def cases(
    digits: list[dict[str, Any]], count: int, seed: int, correct: npt.NDArray[np.bool_]
) -> Iterator[Case]:
    """Return numbers of each length and spacing, each by one writer."""
    rng = np.random.default_rng(seed)
    by_writer = defaultdict(list)
    for index, digit in enumerate(digits):
        by_writer[digit["writer"]].append(index)
    for spacing in SPACINGS:
        for length in LENGTHS:
            writers = [writer for writer, own in by_writer.items() if len(own) >= length]
            for _ in range(count):
                chosen = rng.choice(by_writer[writers[rng.integers(len(writers))]], length, replace=False)
                strokes = [as_strokes(digits[i]["strokes"]) for i in chosen]
                labels = tuple(digits[i]["label"] for i in chosen)
                yield Case(write(strokes, spacing, rng), labels, spacing, bool(correct[chosen].all()))


def read_as(read: Callable[[Model, Any], NumberReading | None], model: Model, drawing: Any) -> Field:
    """Return the number that is read and whether it is shown; an empty string if it is rejected."""
    try:
        reading = read(model, drawing)
    except NumberError:
        return Field("", shown=False)
    return as_field(reading) if reading else Field("", shown=False)


def held_out(digits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the digits of half of the writers."""
    return [digit for digit in digits if zlib.crc32(digit["writer"].encode()) % 2]


def measure(model: Model, digits: list[dict[str, Any]], count: int, seed: int) -> None:
    """Print what one model reads."""
    drawn = (strokes_to_mnist(as_strokes(digit["strokes"])) for digit in digits)
    alone = np.stack([image for image in drawn if image is not None])
    correct = predict(model, alone).argmax(axis=1) == [digit["label"] for digit in digits]
    print(f"  single digits read: {correct.mean():.1%}")

    numbers = list(cases(digits, count, seed, correct))
    readers = {
        "strokes": lambda case: read_as(read_number_from_strokes, model, case.strokes),
        "pixels": lambda case: read_as(read_number_from_image, model, picture(case.strokes)),
    }
    expected = np.array([case.alone for case in numbers])
    for name, read in readers.items():
        answers = [read(case) for case in numbers]
        print(f"  from {name}: read entirely, with the right count, of digits read alone, wrong and shown")
        pairs = list(zip(answers, numbers, strict=True))
        entirely = np.array([answer.number == case.number for answer, case in pairs])
        counted = np.array([len(answer.number) == len(case.labels) for answer, case in pairs])
        misleading = ~entirely & [answer.shown for answer in answers]
        for title, chosen in groups(numbers):
            shares = (share[chosen].mean() for share in (entirely, counted, expected, misleading))
            print(f"    {title:12s}", *(f"{share:6.1%}" for share in shares))
    splits(model, digits, seed)
    speed(model, numbers)


def groups(numbers: list[Case]) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
    """Return what the numbers are counted by, and which belong to it."""
    spacings = np.array([case.spacing for case in numbers])
    lengths = np.array([len(case.labels) for case in numbers])
    yield "all", np.ones(len(numbers), dtype=bool)
    for spacing in SPACINGS:
        yield spacing, spacings == spacing
    for length in LENGTHS:
        yield f"{length} digits", lengths == length


def splits(model: Model, digits: list[dict[str, Any]], seed: int) -> None:
    """Print how many single digits, small to as large as the field, are taken for several."""
    rng = np.random.default_rng(seed)
    from_strokes = from_pixels = 0
    for digit in digits:
        strokes = as_strokes(digit["strokes"])
        points = np.concatenate(strokes)
        extent = np.maximum(np.ptp(points, axis=0), 1)
        room = np.array([WIDTH, HEIGHT]) - PEN
        scale = rng.uniform(0.25, 1.0) * min(room / extent)
        corner = PEN / 2 + rng.random(2) * (room - extent * scale)
        drawn = tuple((stroke - points.min(axis=0)) * scale + corner for stroke in strokes)
        from_strokes += len(read_as(read_number_from_strokes, model, drawn).number) != 1
        from_pixels += len(read_as(read_number_from_image, model, picture(drawn)).number) != 1
    print(f"  single digits split: {from_strokes} from strokes, {from_pixels} from pixels, of {len(digits)}")


def speed(model: Model, numbers: list[Case]) -> None:
    """Print how long numbers of four digits take."""
    for name, read in (("strokes", read_number_from_strokes), ("pixels", read_number_from_image)):
        fours = [case.strokes for case in numbers if len(case.labels) == 4][:100]
        drawings = fours if name == "strokes" else [picture(strokes) for strokes in fours]
        times = []
        for drawing in drawings:
            start = time.perf_counter()
            read_as(read, model, drawing)
            times.append(1000 * (time.perf_counter() - start))
        median, slow = np.percentile(times, [50, 95])
        print(f"  four digits from {name}: {median:.0f} ms at the median, 95 of 100 within {slow:.0f} ms")


def main() -> None:
    """Print what each bundled model, or the one named, reads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("strokes", type=Path)
    parser.add_argument("--model", help="only this preset")
    parser.add_argument("--numbers", type=int, default=60, help="of each length and spacing")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--held-out", action="store_true", help="only the writers that are held out")
    arguments = parser.parse_args()

    digits = load(arguments.strokes)
    if arguments.held_out:
        digits = held_out(digits)
    store = RunStore()
    for run in store.models():
        if arguments.model in (None, run.id):
            print(run.name)
            measure(store.load_model(run.id), digits, arguments.numbers, arguments.seed)


if __name__ == "__main__":
    main()
