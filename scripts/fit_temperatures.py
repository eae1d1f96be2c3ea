"""Fit the temperatures of the presets, and write ``models/temperatures.csv``."""

import argparse
import dataclasses

from core.analysis.calibration import fit_temperature
from core.analysis.temperatures import HOLDOUT_SHARE, TEMPERATURES, calibration_split, read_temperatures
from core.data import load_mnist
from core.presets import PRESETS
from core.recipe import Recipe


def holdout_recipe(recipe: Recipe) -> Recipe:
    """Return the same recipe with the last 10,000 training images as its validation split."""
    return dataclasses.replace(recipe, validation_share=HOLDOUT_SHARE, validation_by="images")


def fit_holdout(recipe: Recipe) -> float:
    """Return the temperature of a recipe's holdout recipe, which is trained for it."""
    # Imported here because training brings TensorFlow.
    from core.evaluation import predict
    from core.training import train

    mnist = load_mnist()
    holdout = holdout_recipe(recipe)
    model = train(holdout, mnist).model
    split = calibration_split(holdout, mnist)
    return fit_temperature(predict(model, mnist.train_images[split]), mnist.train_labels[split])


def main() -> None:
    """Fit the temperatures of the presets named on the command line, or of all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("presets", nargs="*", metavar="preset", default=list(PRESETS))
    for preset in parser.parse_args().presets:
        temperature = fit_holdout(PRESETS[preset])
        known = {**read_temperatures(TEMPERATURES), preset: temperature}
        lines = ["preset,temperature", *(f"{name},{value:.4f}" for name, value in known.items())]
        aside = TEMPERATURES.with_suffix(".part")
        aside.write_text("\n".join(lines) + "\n", encoding="utf-8")
        aside.replace(TEMPERATURES)
        read_temperatures.cache_clear()
        print(f"{preset}: {temperature:.4f}", flush=True)


if __name__ == "__main__":
    main()
