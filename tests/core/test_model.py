import io
import random
import re
import zipfile
from collections.abc import Iterator

import keras
import numpy as np
import pytest

from core.data import Dataset
from core.model import ModelError, build_model, from_bytes, to_bytes
from core.precision import has_bfloat16
from core.presets import PRESETS
from core.recipe import ARTICLE, Recipe
from core.store.bundled import BUNDLED_FOLDER

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
    answers = np.asarray(model(images))
    assert answers.shape == (5, 10)
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(answers, np.asarray(model(images.astype(np.float64))))


def test_augmentation_moves_images_in_training_only(mnist: Dataset):
    model = build_model(PRESETS["augmented"])
    images = mnist.test_images[:5]
    moved = keras.Model(model.input, model.get_layer("augmentation").output)
    still = np.asarray(moved(images))[..., 0]
    np.testing.assert_allclose(still, images / 255, atol=1e-6)
    once, twice = (np.asarray(moved(images, training=True))[..., 0] for _ in range(2))
    assert np.abs(once - still).mean() > 0.01
    assert np.abs(once - twice).mean() > 0.01
    np.testing.assert_allclose(once.sum(axis=(1, 2)), still.sum(axis=(1, 2)), rtol=0.5)


def test_with_decay_the_learning_rate_falls_to_nought_over_the_training():
    recipe = Recipe(learning_rate=0.01, epochs=4, batch_size=1000, decay=True)
    rate = build_model(recipe).optimizer._learning_rate
    rates = [float(rate(step)) for step in (0, 120, 240)]
    assert rates == pytest.approx([0.01, 0.005, 0.0], abs=1e-8)


def test_whole_model_with_augmentation_can_be_saved_and_loaded(tmp_path, mnist: Dataset):
    model = build_model(PRESETS["augmented"])
    model.save(tmp_path / "whole.keras")
    loaded = from_bytes((tmp_path / "whole.keras").read_bytes())
    images = mnist.test_images[:3]
    np.testing.assert_array_equal(np.asarray(loaded(images)), np.asarray(model(images)))


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
def test_saved_network_answers_the_same_and_has_no_optimizer(name: str, mnist: Dataset):
    model = build_model(PRESETS[name])
    content = to_bytes(model)
    assert len(content) < 4 * PRESETS[name].parameters * 1.1 + 60_000
    images = mnist.test_images[:20]
    loaded = from_bytes(content)
    np.testing.assert_array_equal(np.asarray(loaded(images)), np.asarray(model(images)))
    assert "augmentation" not in [layer.name for layer in loaded.layers]


def test_a_file_with_code_in_it_is_not_run(tmp_path):
    bomb = keras.Sequential([keras.Input((28, 28), name="image"), keras.layers.Lambda(lambda x: x)])
    path = tmp_path / "bomb.keras"
    bomb.save(path)
    assert zipfile.is_zipfile(path)
    with pytest.raises(ModelError) as refused:
        from_bytes(path.read_bytes())
    assert "Lambda" in str(refused.value.__cause__)


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def mutants(content: bytes, count: int) -> Iterator[bytes]:
    """The file with a few changed bytes: anywhere, in its directory, in its configuration, in its weights."""
    rng, files = random.Random(17), members(content)

    def changed(part: bytes) -> bytes:
        new = bytearray(part)
        for _ in range(rng.choice((1, 3, 10))):
            new[rng.randrange(len(new))] = rng.randrange(256)
        return bytes(new)

    for _ in range(count):
        yield changed(content)
        yield content[:-300] + changed(content[-300:])
        yield packed({**files, "config.json": changed(files["config.json"])})
        weights = files["model.weights.h5"]
        yield packed({**files, "model.weights.h5": changed(weights[:4096]) + weights[4096:]})
        config = files["config.json"].decode()
        value = rng.choice(("null", "-1", "0", "[]", '"x"', "1e300"))
        place = rng.choice([match.span(1) for match in re.finditer(r": ?(\d+|true|false|null)", config)])
        yield packed({**files, "config.json": (config[: place[0]] + value + config[place[1] :]).encode()})


@pytest.mark.filterwarnings("ignore")
def test_a_changed_file_is_a_model_or_no_model(mnist: Dataset):
    content = (BUNDLED_FOLDER / "softmax.keras").read_bytes()
    refused = 0
    for mutant in mutants(content, 12):
        try:
            assert from_bytes(mutant)(mnist.test_images[:2]).shape == (2, 10)
        except ModelError:
            refused += 1
    assert refused > 12


def test_a_model_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.keras"
    keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(3)]).save(path)
    with pytest.raises(ModelError, match="ten outputs"):
        from_bytes(path.read_bytes())


def test_a_file_that_unpacks_to_far_more_is_refused_unread():
    bomb = packed({"config.json": b" " * 10_000_000}, zipfile.ZIP_DEFLATED)
    with pytest.raises(ModelError) as refused:
        from_bytes(bomb)
    assert "more than its size" in str(refused.value.__cause__)


@pytest.mark.skipif(not has_bfloat16(), reason="This processor has no units for bfloat16.")
@pytest.mark.parametrize("name", PRESETS)
def test_bfloat16_multiplies_coarsely_and_keeps_exact_weights_and_sums_of_probabilities(
    name: str, mnist: Dataset
):
    coarse, exact = (build_model(PRESETS[name], precision) for precision in ("bfloat16", "float32"))
    assert coarse.layers[-2].compute_dtype == "bfloat16"
    assert {str(weight.dtype) for weight in coarse.trainable_weights} == {"float32"}
    answers, exact_answers = (np.asarray(model(mnist.test_images[:50])) for model in (coarse, exact))
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(answers, exact_answers, atol=0.02)
    assert (answers != exact_answers).any()
