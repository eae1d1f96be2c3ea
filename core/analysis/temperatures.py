"""Which training images a temperature is fitted on, and the temperatures of the presets.

A temperature must not be fitted on the test images, on which it is measured, nor on images
that the weights were fitted to, on which every network is overconfident. A run with a
validation split has others: its calibration split. The presets learn from all 60,000 images, the
ReLU network from nearly all, so each has a holdout recipe: the same recipe trained on 50,000 of
them. Its temperature, fitted on the other 10,000, is used for the preset, too. scikit-learn's
``CalibratedClassifierCV(ensemble=False)`` goes the same way.

``python -m scripts.fit_temperatures`` writes ``models/temperatures.csv``.
"""

import csv
import functools
import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data import TRAINING_IMAGES, Dataset
from core.recipe import Recipe
from core.sampling import select

TEMPERATURES = Path(__file__).resolve().parents[2] / "models" / "temperatures.csv"
# Images to fit one number on: more would not change it, and would take longer to predict.
MAX_IMAGES = 10_000
# With fewer, the number would say more about these images than about the network.
MIN_IMAGES = 500
# The validation split of a holdout recipe.
HOLDOUT_SHARE = MAX_IMAGES / TRAINING_IMAGES

_log = logging.getLogger(__name__)


def calibration_split(recipe: Recipe, dataset: Dataset) -> npt.NDArray[np.int64]:
    """Return which training images a recipe does not fit its weights to.

    Returns
    -------
    ndarray of int64
        Indices of training images: the validation split, then those of the same kind that are not
        used at all, at most 10,000; none if there are fewer than 500.

    Raises
    ------
    SelectionError
        If the dataset cannot give the images that the recipe asks for.
    """
    selection = select(recipe, dataset)
    held_out = np.concatenate([selection.validation, selection.unused])
    return held_out[: MAX_IMAGES if len(held_out) >= MIN_IMAGES else 0]


def preset_temperature(preset: str) -> float | None:
    """Return the temperature of a preset's holdout recipe; None if it has none."""
    return read_temperatures(TEMPERATURES).get(preset)


@functools.lru_cache(maxsize=1)
def read_temperatures(path: Path) -> Mapping[str, float]:
    """Return the temperatures in a file by preset; none if it cannot be read."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {row["preset"]: float(row["temperature"]) for row in csv.DictReader(file)}
    except (OSError, ValueError, TypeError, KeyError, csv.Error) as error:
        # Without the file the page shows what it shows for any run without a calibration split.
        _log.warning("The temperatures of the presets cannot be read from %s: %s", path.name, error)
        return {}
