"""The files of a network, opened as somebody opens them at home."""

import contextlib
import io
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.data import load_mnist
from core.export.pocket import pocket_page, pocket_size
from core.export.snippets import keras_snippet, tflite_snippet
from core.export.tflite import to_tflite
from core.presets import PRESETS
from core.store.bundled import BUNDLED_FOLDER
from core.store.networks import open_network


def bundled(preset: str) -> keras.Model:
    return open_network((BUNDLED_FOLDER / f"{preset}.keras").read_bytes())


@pytest.mark.filterwarnings("ignore")
def test_tensorflow_lite_gives_the_answers_of_keras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    model, data = bundled("convolutional"), load_mnist()
    file = tmp_path / "network.tflite"
    file.write_bytes(to_tflite(model))
    read = tf.lite.Interpreter(str(file)).get_signature_runner()
    images = data.test_images[:50].astype(np.float32)
    found = np.concatenate([read(image=image[None])["output_0"] for image in images])
    np.testing.assert_allclose(found, model(images), atol=1e-5)

    monkeypatch.chdir(tmp_path)
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(tflite_snippet(file.name), {})
    assert "[[" in output.getvalue()


def test_the_keras_file_opens_with_the_lines_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = load_mnist()
    arrays = ((data.train_images, data.train_labels), (data.test_images, data.test_labels))
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: arrays)
    monkeypatch.chdir(BUNDLED_FOLDER)
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(keras_snippet("softmax.keras"), {})
    assert f"{data.test_labels[0]} [[" in output.getvalue()


@pytest.mark.parametrize("preset", PRESETS)
def test_the_pocket_file_of_each_preset_has_at_most_two_megabytes(preset: str):
    page = pocket_page(bundled(preset), "<b>{{network}}</b>", load_mnist())
    size = len(page.encode())
    assert size <= 2e6
    assert size == pytest.approx(pocket_size(PRESETS[preset]), rel=0.1, abs=5000)
    assert "<title>&lt;b&gt;{{network}}&lt;/b&gt;</title>" in page
    assert "http" not in page, "it asks nobody for anything"
