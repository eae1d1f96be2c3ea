"""Count how many real pen digits each bundled model reads.

    python -m benchmarks.drawings STROKES.json.gz [model …]

The file is a gzipped JSON list of ``{"label": 7, "strokes": [[[x, y], …], …]}`` with
the longest side of a digit 1000 units and y downwards. Each digit is drawn on a
280-pixel canvas at a random 25 to 90% of its side, anywhere on it, with a round pen of
20 pixels, as a visitor of the Predict page would; then with pens of other widths. It is
read from the strokes, as the page does, and from the pixels, as an upload is.
"""

import argparse
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.data import Images
from core.drawing.strokes import Stroke, as_strokes, draw, extent, strokes_to_mnist
from core.evaluation import predict
from core.ink import to_mnist
from core.store.runs import RunStore

CANVAS = 280
PEN = 20
PENS = (8, 14, 20, 30, 40)
SIZES = ((0.25, 0.40), (0.40, 0.60), (0.60, 0.90))


@dataclass(frozen=True, eq=False)
class Sheet:
    """Digits drawn on the canvas, as a network sees them.

    Attributes
    ----------
    from_strokes, from_pixels : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of int, shape (n,)
    sizes : ndarray of float, shape (n,)
        Of the strokes, as a share of the canvas.
    """

    from_strokes: Images
    from_pixels: Images
    labels: np.ndarray
    sizes: np.ndarray


def load(path: Path) -> list[dict[str, Any]]:
    """Return the digits of a file."""
    digits: list[dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))
    return digits


def place(
    strokes: tuple[Stroke, ...], size: float, pen: float, rng: np.random.Generator, canvas: int = CANVAS
) -> tuple[Stroke, ...]:
    """Return strokes on the canvas, their longest side ``size`` pixels, at a random place."""
    corner = np.concatenate(strokes).min(axis=0)
    scale = size / max(extent(strokes), 1.0)
    reach = np.ptp(np.concatenate(strokes), axis=0) * scale
    start = pen / 2 + rng.random(2) * np.maximum(canvas - pen - reach, 0)
    return tuple((stroke - corner) * scale + start for stroke in strokes)


def sheet(digits: list[dict[str, Any]], seed: int, pen: float = PEN) -> Sheet:
    """Return every digit drawn once."""
    rng = np.random.default_rng(seed)
    sizes = rng.uniform(SIZES[0][0], SIZES[-1][1], len(digits))
    drawn, inked = [], []
    for digit, size in zip(digits, sizes, strict=True):
        strokes = place(as_strokes(digit["strokes"]), CANVAS * size, pen, rng)
        redrawn, shrunk = strokes_to_mnist(strokes), to_mnist(draw(strokes, pen, CANVAS, CANVAS))
        assert redrawn is not None
        assert shrunk is not None
        drawn.append(redrawn)
        inked.append(shrunk)
    labels = np.array([digit["label"] for digit in digits])
    return Sheet(np.stack(drawn), np.stack(inked), labels, sizes)


def main() -> None:
    """Print the share that each bundled model reads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("strokes", type=Path)
    parser.add_argument("models", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    digits = load(arguments.strokes)
    sheets = {pen: sheet(digits, arguments.seed, pen) for pen in PENS}
    print(f"{len(digits)} digits. From strokes / from pixels, in percent.")
    by_size = [f"{low:.0%}–{high:.0%}" for low, high in SIZES]
    heads = [f"pen {PEN}", *by_size, *(f"pen {pen}" for pen in PENS)]
    print(f"{'':28s}" + "".join(f"{head:>14s}" for head in heads))
    store = RunStore()
    for run in store.bundled():
        if arguments.models and run.id not in arguments.models:
            continue
        network = store.load_model(run.id)

        def correct(images: Images, sheet: Sheet, network: Any = network) -> np.ndarray:
            return predict(network, images).argmax(axis=1) == sheet.labels

        read = {
            pen: (correct(drawn.from_strokes, drawn), correct(drawn.from_pixels, drawn))
            for pen, drawn in sheets.items()
        }
        sizes = sheets[PEN].sizes
        parts = [(sizes >= low) & (sizes < high) for low, high in SIZES]
        cells = [read[PEN], *((a[part], b[part]) for part in parts for a, b in [read[PEN]])]
        cells += [read[pen] for pen in PENS]
        print(f"{run.name:28s}" + "".join(f"{_pair(*cell):>14s}" for cell in cells), flush=True)


def _pair(strokes: np.ndarray, pixels: np.ndarray) -> str:
    return f"{100 * strokes.mean():.1f} / {100 * pixels.mean():.1f}"


if __name__ == "__main__":
    main()
