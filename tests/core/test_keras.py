"""Each override of Keras does what Keras does, and a test says when it can go."""

import gc
import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.model import build_model
from core.precision import has_bfloat16
from core.recipe import ARTICLE, Recipe


def test_without_the_override_tensorflow_still_keeps_the_graph_of_every_training():
    """When this fails, `_WithoutAllReduce` can go: tensorflow#109334 is in the release."""

    def graphs_left(optimizer: keras.optimizers.Optimizer) -> int:
        model = build_model(Recipe(hidden_units=(4,)))
        model.compile(optimizer, loss="sparse_categorical_crossentropy", jit_compile=False)
        model.fit(np.zeros((10, 28, 28)), np.zeros(10), verbose=0)
        del model
        gc.collect()
        return sum(type(thing).__name__ == "FuncGraph" for thing in gc.get_objects())

    before = graphs_left(keras.optimizers.SGD())
    assert graphs_left(keras.optimizers.SGD()) > before


def test_adam_of_keras_still_takes_several_passes():
    """When this fails, `Adam` can go: Keras uses the fused kernel itself."""
    assert "ResourceApplyAdam" not in inspect.getsource(inspect.getmodule(keras.optimizers.Adam))


def test_adam_in_one_pass_is_the_adam_of_keras():
    rng = np.random.default_rng(0)
    start, gradients = rng.normal(size=(20, 30)), rng.normal(size=(5, 20, 30))
    results = []
    for optimizer in (build_model(ARTICLE).optimizer, keras.optimizers.Adam(ARTICLE.learning_rate)):
        variable = keras.Variable(start)
        for gradient in gradients:
            optimizer.apply([tf.constant(gradient, tf.float32)], [variable])
        results.append(np.asarray(variable))
    np.testing.assert_allclose(*results, rtol=1e-5, atol=1e-7)
    assert np.abs(results[0] - start).mean() > 0.001


def test_accuracy_is_that_of_keras():
    rng = np.random.default_rng(0)
    ours, theirs = build_model(ARTICLE), keras.metrics.SparseCategoricalAccuracy()
    for size in (50, 20):
        answers, labels = rng.random((size, 10), np.float32), rng.integers(0, 10, size, np.uint8)
        answers[:5] = 0.1  # all alike: the first digit wins
        results = ours.compute_metrics(None, tf.constant(labels), tf.constant(answers))
        theirs.update_state(labels, answers)
    assert float(results["accuracy"]) == pytest.approx(float(theirs.result()))
    assert 0 < float(theirs.result()) < 1


@pytest.mark.skipif(not has_bfloat16(), reason="This processor has no units for bfloat16.")
def test_each_pixel_value_is_scaled_as_exactly_as_bfloat16_can():
    pixels = np.zeros((1, 28, 28), np.uint8)
    pixels.flat[:256] = np.arange(256)
    scaled = build_model(ARTICLE, "bfloat16").get_layer("scale")(pixels)
    assert scaled.dtype == tf.bfloat16
    np.testing.assert_array_equal(scaled, tf.cast(pixels / np.float32(255), tf.bfloat16))
