"""Training images that a network has not learned from, and what is fitted on them.

A temperature must not be fitted on the test images, on which it is judged, nor on images
that the weights were fitted to, of which every network is too sure. A run that kept
images aside has some. The presets learn from all 60,000, so each has a twin: the same
recipe trained on 50,000 of them, whose temperature, fitted on the other 10,000, is used for
both. scikit-learn's ``CalibratedClassifierCV(ensemble=False)`` goes the same way.

    python -m core.heldout [preset …]

trains the twins and writes ``models/temperatures.csv``.
"""

import argparse
import csv
import dataclasses
import functools
import logging
from collections.abc import Mapping
from pathlib import Path

from core.calibration import fit_temperature
from core.data import TRAINING_IMAGES, load_mnist
from core.recipe import PRESETS, Recipe

TEMPERATURES = Path(__file__).resolve().parent.parent / "models" / "temperatures.csv"
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


def twin(recipe: Recipe) -> Recipe:
    """The same recipe with the last 10,000 training images kept aside."""
    return dataclasses.replace(recipe, validation_share=_TWIN_SHARE)


def twin_temperature(preset: str) -> float | None:
    """The temperature of a preset's twin; None if it has none."""
    return _temperatures(TEMPERATURES).get(preset)


def fit_twin(recipe: Recipe) -> float:
    """Train the twin of a recipe and fit its temperature."""
    # Imported here because they bring TensorFlow, which a look at a number does not need.
    from core.evaluation import predict
    from core.training import train

    mnist = load_mnist()
    model = train(twin(recipe), mnist).model
    kept_aside = held_out(twin(recipe))
    return fit_temperature(predict(model, mnist.train_images[kept_aside]), mnist.train_labels[kept_aside])


@functools.lru_cache(maxsize=1)
def _temperatures(path: Path) -> Mapping[str, float]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {row["preset"]: float(row["temperature"]) for row in csv.DictReader(file)}
    except (OSError, ValueError, TypeError, KeyError):
        # Without the file the page shows what it would show for any run without such images.
        _log.exception("The temperatures of the presets cannot be read from %s.", path.name)
        return {}


def main() -> None:
    """Fit the temperatures of the presets named on the command line, or of all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("presets", nargs="*", metavar="preset", default=list(PRESETS))
    for preset in parser.parse_args().presets:
        temperature = fit_twin(PRESETS[preset])
        known = {**_temperatures(TEMPERATURES), preset: temperature}
        lines = ["preset,temperature", *(f"{name},{value:.4f}" for name, value in known.items())]
        aside = TEMPERATURES.with_suffix(".part")
        aside.write_text("\n".join(lines) + "\n", encoding="utf-8")
        aside.replace(TEMPERATURES)
        _temperatures.cache_clear()
        print(f"{preset}: {temperature:.4f}", flush=True)


if __name__ == "__main__":
    main()
