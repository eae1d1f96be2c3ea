import zipfile

import numpy as np
import pytest

from core.data import Dataset
from core.model import build_model, load_model, save_model
from core.recipe import ARTICLE, PRESETS, Recipe

RECIPES = {
    **PRESETS,
    "deep": Recipe(hidden_units=(9, 8, 7, 6), activation="tanh", optimizer="sgd", dropout=0.5),
    "deep convolutional": Recipe(hidden_units=(), conv_filters=(3, 4, 5), optimizer="rmsprop"),
}


@pytest.mark.parametrize("name", RECIPES)
def test_parameters_counted_without_building_are_right(name: str):
    assert RECIPES[name].parameters == build_model(RECIPES[name]).count_params()


def test_the_article_network():
    model = build_model(ARTICLE)
    assert model.count_params() == 238_510
    assert [layer.name for layer in model.layers] == ["image", "scale", "flatten", "hidden_1", "digit"]
    assert model.get_layer("hidden_1").activation.__name__ == "sigmoid"
    assert model.get_layer("digit").activation.__name__ == "softmax"
    assert model.optimizer.name == "adam"
    assert model.loss.name == "loss"


@pytest.mark.parametrize("name", RECIPES)
def test_answers_are_probabilities_for_pixels_of_any_type(name: str, mnist: Dataset):
    model = build_model(RECIPES[name])
    images = mnist.test_images[:5]
    answers = np.asarray(model(images, training=False))
    assert answers.shape == (5, 10)
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(answers, np.asarray(model(images.astype(np.float64), training=False)))


def test_seed_decides_the_first_weights():
    def first(seed: int) -> np.ndarray:
        return np.asarray(build_model(Recipe(seed=seed)).get_layer("hidden_1").kernel)

    np.testing.assert_array_equal(first(1), first(1))
    assert not np.array_equal(first(1), first(2))


def test_every_layer_is_named_by_us():
    """Automatic names would change when Streamlit clears Keras' session."""
    for recipe in RECIPES.values():
        names = [layer.name for layer in build_model(recipe).layers]
        assert names == [layer.name for layer in build_model(recipe).layers]


@pytest.mark.parametrize("name", ["augmented", "convolutional"])
def test_saved_network_answers_the_same_and_has_no_optimizer(name: str, tmp_path, mnist: Dataset):
    model = build_model(PRESETS[name])
    path = tmp_path / "model.keras"
    save_model(model, path)
    assert [file.name for file in tmp_path.iterdir()] == ["model.keras"]
    assert path.stat().st_size < 4 * PRESETS[name].parameters * 1.1 + 60_000
    images = mnist.test_images[:20]
    before, after = (np.asarray(m(images, training=False)) for m in (model, load_model(path)))
    np.testing.assert_array_equal(before, after)


def test_a_file_with_code_in_it_is_not_run(tmp_path):
    import keras

    bomb = keras.Sequential([keras.Input((28, 28), name="image"), keras.layers.Lambda(lambda x: x)])
    path = tmp_path / "bomb.keras"
    bomb.save(path)
    assert zipfile.is_zipfile(path)
    with pytest.raises(ValueError, match="Lambda"):
        load_model(path)
