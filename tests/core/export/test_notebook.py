import contextlib
import io
import json
import re

import keras
import pytest

from core.data import load_mnist
from core.export.keras_script import keras_script
from core.export.notebook import keras_notebook
from core.presets import PRESETS
from core.recipe import Recipe

SMALL = Recipe(hidden_units=(8,), epochs=1, train_size=300, batch_size=100)


@pytest.fixture(autouse=True)
def mnist_from_here(monkeypatch: pytest.MonkeyPatch):
    """Keras would download it. Fewer test images take less time."""
    data = load_mnist()
    arrays = ((data.train_images, data.train_labels), (data.test_images[:500], data.test_labels[:500]))
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: arrays)


def code_of(notebook: str) -> list[str]:
    cells = json.loads(notebook)["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def run_all(cells: list[str]) -> str:
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as output:
        for cell in cells:
            exec(compile(cell, "cell", "exec"), names)
    return output.getvalue()


def test_the_cells_run_one_after_the_other_and_give_what_the_script_gives():
    notebook, script = keras_notebook(SMALL), keras_script(SMALL, at_home=True)
    accuracy = re.compile(r"Test accuracy: [\d.]+%")
    from_cells, from_script = run_all(code_of(notebook)), run_all([script])
    assert accuracy.search(from_cells).group() == accuracy.search(from_script).group()


@pytest.mark.parametrize("preset", PRESETS)
def test_there_is_a_sentence_before_each_cell(preset: str):
    cells = json.loads(keras_notebook(PRESETS[preset], ("It was stopped after 2 of 10 epochs.",)))["cells"]
    kinds = [cell["cell_type"] for cell in cells]
    assert kinds == ["markdown", *["markdown", "code"] * 5]
    assert "It was stopped after 2 of 10 epochs." in "".join(cells[0]["source"])
    assert len({cell["id"] for cell in cells}) == len(cells)


def test_at_home_no_script_needs_digit_lab_and_handwriting_says_what_stands_in_for_it():
    for name, recipe in PRESETS.items():
        script = keras_script(recipe, at_home=True)
        assert "core." not in script
        assert ("Keras' own layers shift, rotate and zoom" in script.split('"""')[1]) == (name == "drawings")
        assert ("RandomRotation" in script) == (name in ("drawings", "augmented"))
        compile(script, name, "exec")
