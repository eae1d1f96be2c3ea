"""Run exported scripts where nothing of Digit Lab is to be found, against the accuracy of the preset's run.

    python -m benchmarks.exported_scripts [PRESET ...] [--epochs N] [--notebook]

Keras cannot download MNIST everywhere, and refuses any other file, so a ``sitecustomize`` gives it the
bundled data. ``--epochs`` shortens the training: then there is no run to compare with. ``--notebook``
runs the code cells of the notebook instead; they are those of the script.
"""

import argparse
import dataclasses
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from core.export.keras_script import keras_script
from core.export.notebook import keras_notebook
from core.presets import PRESETS
from core.recipe import Recipe
from core.store.runs import RunStore

# In percentage points; the handwriting script has another augmentation, and a goal of its own.
TOLERANCE, HANDWRITING_GOAL = 0.3, 99.0
_DATA = Path(__file__).resolve().parents[1] / "data" / "mnist.npz"
_STUB = f"""
import keras, numpy
def load_data(path=None):
    with numpy.load({str(_DATA)!r}) as mnist:
        return (mnist["x_train"], mnist["y_train"]), (mnist["x_test"], mnist["y_test"])
keras.datasets.mnist.load_data = load_data
"""


def main() -> None:
    """Print one line for each preset."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*", default=list(PRESETS))
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--notebook", action="store_true")
    said = parser.parse_args()
    for name in said.presets:
        recipe = PRESETS[name]
        if said.epochs:
            recipe = dataclasses.replace(recipe, epochs=said.epochs)
        began = time.perf_counter()
        accuracy = run(code_of(recipe, said.notebook))
        seconds = time.perf_counter() - began
        print(f"{name}: {accuracy:.1f}% in {seconds:.0f} s; {_verdict(name, recipe, accuracy)}", flush=True)


def code_of(recipe: Recipe, notebook: bool) -> str:
    """Return the script of a recipe, or the code of its notebook."""
    if not notebook:
        return keras_script(recipe, at_home=True)
    cells = json.loads(keras_notebook(recipe))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def run(code: str) -> float:
    """Return the test accuracy (in percent) that a script prints in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "script.py").write_text(code, encoding="utf-8")
        Path(folder, "sitecustomize.py").write_text(_STUB, encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": folder, "TF_CPP_MIN_LOG_LEVEL": "3"}
        ended = subprocess.run(
            [sys.executable, "script.py"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    found = re.search(r"Test accuracy: ([\d.]+)%", ended.stdout)
    if found is None:
        sys.exit(ended.stderr)
    return float(found[1])


def _verdict(name: str, recipe: Recipe, accuracy: float) -> str:
    if recipe != PRESETS[name]:
        return f"{recipe.epochs} epochs instead of {PRESETS[name].epochs}"
    if recipe.handwriting:
        return f"goal {HANDWRITING_GOAL:.1f}%: {'met' if accuracy >= HANDWRITING_GOAL else 'MISSED'}"
    expected = 100 * (RunStore().get(name).test_accuracy or 0.0)
    # The script prints one decimal.
    met = abs(accuracy - expected) <= TOLERANCE + 0.05
    return f"its run has {expected:.2f}%: {'within' if met else 'NOT within'} ±{TOLERANCE} points"


if __name__ == "__main__":
    main()
