"""Count how many digits each bundled model reads from photographs of them.

    python -m benchmarks.photos STROKES.json.gz [--letters LETTERS.json.gz]

The file is as for `benchmarks.drawings`. Each digit is drawn, and photographed by
simulation: written on paper with grain, under uneven light, turned by up to five degrees,
out of focus, with the noise of a camera, and saved as a JPEG. Each kind of photograph adds
one difficulty to the plain one; "all at random" has each of them three times in ten. The share read from
the same drawings, turned alike, but clean, is in the first row of figures.

Then plain photographs turned by 30 to 40 degrees are read as the page does, with the preset for drawings,
and so are the letters of a file of the same form: how many are shown as an answer, right or wrong.
"""

import argparse
import io
import statistics
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from benchmarks.drawings import CANVAS, PEN, load, place
from benchmarks.read_worksheets import as_field
from benchmarks.rejection import LIKE_PEN_DIGITS
from core.data import IMAGE_SIZE
from core.drawing.page import find_page, read_page
from core.drawing.photo import open_picture
from core.drawing.strokes import as_strokes, draw
from core.evaluation import evaluate
from core.ink import to_mnist
from core.store.runs import RunStore

# The picture, with the drawing in the middle of it.
WIDTH, HEIGHT = 1200, 900
DRAWING = 840
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """What makes a photograph difficult."""

    shadow: bool = False
    light_on_dark: bool = False
    colored: bool = False
    faint: bool = False
    ruled: bool = False
    squared: bool = False
    table: bool = False
    poor: bool = False


LOOKS = {
    "plain": Look(),
    "hard shadow": Look(shadow=True),
    "light on dark": Look(light_on_dark=True),
    "colored pen": Look(colored=True),
    "pencil": Look(faint=True),
    "ruled paper": Look(ruled=True),
    "squared paper": Look(squared=True),
    "on a table": Look(table=True),
    "poor camera": Look(poor=True),
}
PENS = ((30, 60, 160), (190, 30, 40), (20, 120, 60), (230, 120, 20), (110, 40, 130))


def turned(drawing: npt.NDArray[np.uint8], degrees: float) -> npt.NDArray[np.uint8]:
    """Return a drawing held not quite straight."""
    return np.asarray(Image.fromarray(drawing).rotate(degrees, Image.Resampling.BICUBIC))


def photograph(drawing: npt.NDArray[np.uint8], look: Look, rng: np.random.Generator) -> Image.Image:
    """Return a simulated photograph of a drawing.

    Parameters
    ----------
    drawing : ndarray of uint8, shape (280, 280)
        White ink on black.
    look : Look
    rng : numpy.random.Generator

    Returns
    -------
    PIL.Image.Image
        RGB, 1200×900.
    """
    ink = np.zeros((HEIGHT, WIDTH))
    top, left = (HEIGHT - DRAWING) // 2, (WIDTH - DRAWING) // 2
    large = Image.fromarray(drawing).resize((DRAWING, DRAWING), Image.Resampling.BICUBIC)
    ink[top : top + DRAWING, left : left + DRAWING] = np.asarray(large) / 255

    paper = np.array([235, 232, 222]) if not look.light_on_dark else np.array([40, 52, 46])
    pen = np.array([30, 30, 34]) if not look.light_on_dark else np.array([225, 225, 220])
    if look.colored:
        pen = np.array(PENS[rng.integers(len(PENS))])
        pen = 255 - pen // 2 if look.light_on_dark else pen
    if look.faint:
        pen = paper + (pen - paper) * rng.uniform(0.35, 0.55)

    ground = np.ones((HEIGHT, WIDTH, 3)) * paper
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    if look.ruled or look.squared:
        lines = rows % 75 < 3
        if look.squared:
            lines |= columns % 75 < 3
        strength = rng.uniform(0.1, 0.3) if look.light_on_dark else rng.uniform(0.4, 0.9)
        ground[lines] = paper + (np.array([150, 175, 215]) - paper) * strength
    scene = (ground + ink[..., None] * (pen - ground)).astype(np.float32)
    grain = ndimage.gaussian_filter(rng.standard_normal((HEIGHT, WIDTH), np.float32), 2) * 4
    scene *= 1 + 0.02 * grain[..., None]
    if look.table:
        scene[table(rows, columns, rng)] = np.array([95, 70, 50]) * rng.uniform(0.5, 1.2)
    scene *= light(rows, columns, look, rng)[..., None].astype(np.float32)

    scene = ndimage.gaussian_filter(
        scene, (*[rng.uniform(1, 4) if look.poor else rng.uniform(0.5, 1.5)] * 2, 0)
    )
    scene += rng.standard_normal(scene.shape, np.float32) * (
        rng.uniform(8, 16) if look.poor else rng.uniform(2, 6)
    )
    return Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))


def table(
    rows: npt.NDArray[np.int_], columns: npt.NDArray[np.int_], rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Return what is beside a sheet that lies a little askew and leaves two sides free."""
    slope = rng.uniform(-0.03, 0.03)
    across, up = (
        (columns if rng.random() < 0.5 else WIDTH - columns),
        (rows if rng.random() < 0.5 else HEIGHT - rows),
    )
    return (across + slope * rows < rng.uniform(20, 150)) | (up - slope * columns < rng.uniform(0, 25))


def light(
    rows: npt.NDArray[np.int_], columns: npt.NDArray[np.int_], look: Look, rng: np.random.Generator
) -> Floats:
    """Return the light at each pixel: brighter to one side, less in the corners, perhaps a shadow."""
    angle = rng.uniform(0, 2 * np.pi)
    along = (np.cos(angle) * (columns - WIDTH / 2) + np.sin(angle) * (rows - HEIGHT / 2)) / WIDTH
    corner = np.hypot(columns - WIDTH / 2, rows - HEIGHT / 2) / np.hypot(WIDTH, HEIGHT) * 2
    amount = (1 - rng.uniform(0, 0.6) * (along + 0.5)) * (1 - rng.uniform(0, 0.3) * corner**2)
    if look.shadow:
        edge = along - rng.uniform(-0.2, 0.2) + rng.uniform(-0.3, 0.3) * (columns - rows) / WIDTH
        softness = rng.uniform(0.001, 0.03)
        amount = amount * (1 - rng.uniform(0.3, 0.6) / (1 + np.exp(-np.clip(edge / softness, -50, 50))))
    return np.asarray(amount)


def as_file(photo: Image.Image, look: Look, rng: np.random.Generator) -> bytes:
    """Return the file of a camera: a JPEG of quality 40 to 80."""
    content = io.BytesIO()
    photo.save(content, "JPEG", quality=40 if look.poor else int(rng.integers(50, 81)))
    return content.getvalue()


def written(strokes: list[list[list[float]]], size: float, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Return a digit on the canvas, ``size`` pixels large, anywhere on it."""
    return draw(place(as_strokes(strokes), size, PEN, rng), PEN, CANVAS, CANVAS)


def seen(drawings: Iterable[npt.NDArray[np.uint8]]) -> npt.NDArray[np.uint8]:
    """Return what a network sees of drawings; where no ink was found, an empty picture."""
    images = map(to_mnist, drawings)
    return np.stack([np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8) if i is None else i for i in images])


def show_turned(digits: list[dict[str, Any]], title: str, low: float, high: float, seed: int) -> None:
    """Print what the page shows of plain photographs turned by so many degrees, either way."""
    model, rng = RunStore().load_model("drawings"), np.random.default_rng(seed)
    counts: Counter[str] = Counter()
    for digit in digits:
        degrees = rng.uniform(low, high) * rng.choice([-1, 1])
        drawing = written(digit["strokes"], CANVAS * rng.uniform(0.25, 0.9), rng)
        drawing = turned(np.pad(drawing, CANVAS // 4), degrees)  # Whole, also in a corner.
        photo = as_file(photograph(drawing, Look(), rng), Look(), rng)
        fields = [as_field(number) for number in read_page(model, find_page(open_picture(photo)))]
        right = [field.number for field in fields] == [str(digit["label"])]
        shown = bool(fields) and all(field.shown for field in fields)
        counts[f"{'right' if right else 'wrong'}, {'shown' if shown else 'uncertain'}"] += 1
    shares = (f"{kind} {count / len(digits):.1%}" for kind, count in sorted(counts.items()))
    print(f"{title}, {len(digits)}: " + "; ".join(shares))


def time_a_large_one(drawing: npt.NDArray[np.uint8]) -> None:
    """Print how long a photograph of twelve megapixels takes."""
    rng = np.random.default_rng(0)
    photo = photograph(drawing, Look(), rng).resize((4000, 3000), Image.Resampling.BICUBIC)
    content, seconds = as_file(photo, Look(), rng), []
    for _ in range(7):
        start = time.perf_counter()
        to_mnist(find_page(open_picture(content)).ink)
        seconds.append(time.perf_counter() - start)
    print(f"JPEG of 12 megapixels, {len(content) / 1e6:.1f} MB: {statistics.median(seconds):.2f} s")


def show(digits: list[dict[str, Any]], seed: int, count: int) -> None:
    """Print what each model reads of each kind."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(digits))[:count]
    truth = np.array([digits[i]["label"] for i in chosen], dtype=np.uint8)
    clean = [
        turned(written(digits[i]["strokes"], CANVAS * rng.uniform(0.25, 0.9), rng), rng.uniform(-5, 5))
        for i in chosen
    ]
    time_a_large_one(clean[0])

    pictures = {"clean drawing": seen(clean)}
    for name in [*LOOKS, "all at random"]:
        found = []
        for drawing in clean:
            look = LOOKS.get(name) or Look(*(rng.random(len(fields(Look))) < 0.3))
            found.append(find_page(open_picture(as_file(photograph(drawing, look, rng), look, rng))).ink)
        pictures[name] = seen(found)

    store = RunStore()
    models = {run.name: store.load_model(run.id) for run in store.bundled()}
    print(" " * 16 + "".join(f"{name[:14]:>16s}" for name in models))
    for name, images in pictures.items():
        shares = [evaluate(model, images, truth).accuracy for model in models.values()]
        print(f"{name:16s}" + "".join(f"{share:16.1%}" for share in shares))


def main() -> None:
    """Print the share that each bundled model reads of each kind of photograph."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("strokes", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--letters", type=Path)
    arguments = parser.parse_args()

    digits = load(arguments.strokes)
    show(digits, arguments.seed, arguments.count)
    chosen = np.random.default_rng(arguments.seed).permutation(len(digits))[: arguments.count]
    some = [digits[i] for i in chosen]
    show_turned(some, "upright", 0, 5, arguments.seed)
    show_turned(some, "turned by 15 to 25°", 15, 25, arguments.seed)
    show_turned(some, "turned by 30 to 40°", 30, 40, arguments.seed)
    if arguments.letters:
        letters = [one for one in load(arguments.letters) if one["label"] not in LIKE_PEN_DIGITS]
        chosen = np.random.default_rng(arguments.seed).permutation(len(letters))[: arguments.count]
        show_turned([letters[i] for i in chosen], "no digits", 0, 5, arguments.seed)


if __name__ == "__main__":
    main()
