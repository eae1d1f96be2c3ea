"""Count how many real pen digits each bundled model reads.

    python -m benchmarks.drawings STROKES.json.gz

The file is a gzipped JSON list of ``{"label": 7, "strokes": [[[x, y], …], …]}`` with
the longest side of a digit 1000 units and y downwards. Each digit is drawn on a
280-pixel canvas at a random 25 to 90 % of its side, anywhere on it, with a
20-pixel round pen, as a visitor of the Predict page would.
"""

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from core.evaluation import evaluate
from core.ink import to_mnist
from core.runs import RunStore

CANVAS = 280
PEN = 20
SUPERSAMPLING = 3


def draw(
    strokes: list[list[list[float]]], size: float, rng: np.random.Generator, pen: float = PEN
) -> npt.NDArray[np.uint8]:
    """Draw strokes on a canvas, the longest side ``size`` pixels, at a random place.

    Returns
    -------
    ndarray of uint8, shape (280, 280)
        White ink on black.
    """
    points = np.concatenate([np.array(stroke, dtype=float) for stroke in strokes])
    scale = size / max(float(np.ptp(points, axis=0).max()), 1.0)
    extent = np.ptp(points, axis=0) * scale
    margin = pen / 2
    corner = margin + rng.random(2) * np.maximum(CANVAS - 2 * margin - extent, 0)
    big = Image.new("L", (CANVAS * SUPERSAMPLING, CANVAS * SUPERSAMPLING))
    brush = ImageDraw.Draw(big)
    radius = pen / 2 * SUPERSAMPLING
    for stroke in strokes:
        path = ((np.array(stroke, dtype=float) - points.min(axis=0)) * scale + corner) * SUPERSAMPLING
        brush.line([tuple(p) for p in path], fill=255, width=round(2 * radius), joint="curve")
        for x, y in path:
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(big.resize((CANVAS, CANVAS), Image.Resampling.BOX))


def drawings(
    digits: list[dict[str, Any]], seed: int, pen: float = PEN
) -> Iterator[tuple[npt.NDArray[np.uint8], int]]:
    """Each digit on its canvas, with its label."""
    rng = np.random.default_rng(seed)
    for digit in digits:
        size = CANVAS * rng.uniform(0.25, 0.90)
        yield draw(digit["strokes"], size, rng, pen), digit["label"]


def main() -> None:
    """Print the share that each bundled model reads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("strokes", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pen", type=float, default=PEN)
    arguments = parser.parse_args()

    digits = json.loads(gzip.decompress(arguments.strokes.read_bytes()))
    images, labels = [], []
    for canvas, label in drawings(digits, arguments.seed, arguments.pen):
        image = to_mnist(canvas)
        if image is not None:
            images.append(image)
            labels.append(label)
    seen, truth = np.stack(images), np.array(labels, dtype=np.uint8)
    print(f"{len(digits)} digits, {len(images)} with ink")

    store = RunStore()
    for run in store.models():
        share = evaluate(store.load_model(run.id), seen, truth).accuracy
        print(f"{run.name:32s} {share:6.1%}")


if __name__ == "__main__":
    main()
