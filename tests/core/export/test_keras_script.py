import contextlib
import io
import re
from pathlib import Path

import keras
import numpy as np
import pytest

from core.data import Dataset
from core.export.keras_script import keras_script
from core.presets import PRESETS
from core.recipe import ARTICLE, Recipe

ROOT = Path(__file__).resolve().parents[3]
SMALL = {"epochs": 1, "train_size": 300, "batch_size": 100}
# Together they have every line that a script can have.
VARIANTS = {
    "dropout, validation split": Recipe(hidden_units=(16, 8), dropout=0.3, validation_share=0.1, **SMALL),
    "convolution, augmentation, RMSprop, decay": Recipe(
        conv_filters=(4, 2),
        activation="relu",
        optimizer="rmsprop",
        learning_rate=0.002,
        augmentation=True,
        decay=True,
        **SMALL,
    ),
    "no hidden layer, SGD, handwriting, validation split, bfloat16": Recipe(
        hidden_units=(),
        optimizer="sgd",
        learning_rate=0.01,
        handwriting=True,
        validation_share=0.1,
        precision="bfloat16",
        **SMALL,
    ),
}


@pytest.fixture(autouse=True)
def precision():
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture(scope="module")
def folder_of_few(tmp_path_factory: pytest.TempPathFactory, mnist: Dataset) -> Path:
    """A folder of the project with as many images as the variants train on, and not many to test on."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "data").mkdir()
    train, test = slice(SMALL["train_size"]), slice(500)
    np.savez(
        folder / "data" / "mnist.npz",
        x_train=mnist.train_images[train],
        y_train=mnist.train_labels[train],
        x_test=mnist.test_images[test],
        y_test=mnist.test_labels[test],
    )
    return folder


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_script_trains_the_network_of_its_recipe(
    variant: str, folder_of_few: Path, monkeypatch: pytest.MonkeyPatch
):
    recipe = VARIANTS[variant]
    monkeypatch.chdir(folder_of_few)
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(compile(keras_script(recipe), "script.py", "exec"), names)
    assert re.search(r"Test accuracy: [\d.]+%", output.getvalue())
    model, history = names["model"], names["model"].history
    assert model.count_params() == recipe.parameters
    assert model.optimizer.iterations == recipe.steps_per_epoch
    assert type(model.optimizer).__name__.lower() == recipe.optimizer
    assert ("val_accuracy" in history.history) == (recipe.validation_size > 0)


def test_the_example_is_the_script_of_the_article_network():
    assert keras_script(ARTICLE) == (ROOT / "examples" / "train.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("recipe", [*PRESETS.values(), *VARIANTS.values()])
def test_no_line_is_wider_than_the_page(recipe: Recipe):
    for at_home in (False, True):
        assert max(map(len, keras_script(recipe, at_home=at_home).splitlines())) <= 110


def test_at_home_the_weights_begin_as_those_of_the_run():
    from core.model import build_model

    recipe = Recipe(conv_filters=(2,), hidden_units=(4,), seed=7)
    code = keras_script(recipe, at_home=True)
    names: dict = {"keras": keras}
    exec("from keras.initializers import GlorotUniform", names)
    exec(code[code.index("model = ") : code.index("model.compile")], names)
    for ours, theirs in zip(build_model(recipe).get_weights(), names["model"].get_weights(), strict=True):
        assert (ours == theirs).all()
