"""Fit the temperatures of the presets, and write ``models/temperatures.csv``."""

import argparse
import dataclasses

from core.analysis.calibration import fit_temperature
from core.analysis.temperatures import _TWIN_SHARE, TEMPERATURES, _temperatures, held_out
from core.data import load_mnist
from core.presets import PRESETS
from core.recipe import Recipe


def twin(recipe: Recipe) -> Recipe:
    """The same recipe with the last 10,000 training images kept aside."""
    return dataclasses.replace(recipe, validation_share=_TWIN_SHARE)


def fit_twin(recipe: Recipe) -> float:
    """Train the twin of a recipe and fit its temperature."""
    # Imported here because they bring TensorFlow, which a look at a number does not need.
    from core.evaluation import predict
    from core.training import train

    mnist = load_mnist()
    model = train(twin(recipe), mnist).model
    kept_aside = held_out(twin(recipe))
    return fit_temperature(predict(model, mnist.train_images[kept_aside]), mnist.train_labels[kept_aside])


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
