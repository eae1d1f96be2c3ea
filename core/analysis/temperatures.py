"""Training images that a network has not learned from, and what is fitted on them.

A temperature must not be fitted on the test images, on which it is judged, nor on images
that the weights were fitted to, of which every network is too sure. A run that kept
images aside has some. The presets learn from all 60,000, so each has a twin: the same
recipe trained on 50,000 of them, whose temperature, fitted on the other 10,000, is used for
both. scikit-learn's ``CalibratedClassifierCV(ensemble=False)`` goes the same way.

    python -m core.analysis.temperatures [preset …]

trains the twins and writes ``models/temperatures.csv``.
"""

import csv
import functools
import logging
from collections.abc import Mapping
from pathlib import Path

from core.data import TRAINING_IMAGES
from core.recipe import Recipe

TEMPERATURES = Path(__file__).resolve().parents[2] / "models" / "temperatures.csv"
# Images to fit one number on: more would not change it, and take longer to read.
MOST_IMAGES = 10_000
# With fewer, the number would say more about these images than about the network.
FEWEST_IMAGES = 500
_TWIN_SHARE = MOST_IMAGES / TRAINING_IMAGES

_log = logging.getLogger(__name__)


def held_out(recipe: Recipe) -> slice:
    """The training images that a recipe does not fit its weights to.

    Returns
    -------
    slice
        Into the 60,000 training images: the validation images and those not used at all,
        at most 10,000; empty if there are fewer than 500.
    """
    unused = TRAINING_IMAGES - recipe.fit_size
    if unused < FEWEST_IMAGES:
        return slice(0, 0)
    return slice(recipe.fit_size, recipe.fit_size + min(unused, MOST_IMAGES))


def twin_temperature(preset: str) -> float | None:
    """The temperature of a preset's twin; None if it has none."""
    return _temperatures(TEMPERATURES).get(preset)


@functools.lru_cache(maxsize=1)
def _temperatures(path: Path) -> Mapping[str, float]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {row["preset"]: float(row["temperature"]) for row in csv.DictReader(file)}
    except (OSError, ValueError, TypeError, KeyError):
        # Without the file the page shows what it would show for any run without such images.
        _log.exception("The temperatures of the presets cannot be read from %s.", path.name)
        return {}
