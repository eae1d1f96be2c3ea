import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from core.export.onnx_file import to_onnx


@pytest.mark.parametrize("name", ["article", "convolutional"])
def test_an_onnx_file_gives_the_probabilities_of_keras_for_any_number_of_images(
    name: str, bundled_model, mnist
):
    model = bundled_model(name)
    network = onnx.load_from_string(to_onnx(model))
    (given,) = network.graph.input
    assert given.name == "image"
    for images in (mnist.test_images[:1], mnist.test_images[:20]):
        (answer,) = ReferenceEvaluator(network).run(None, {"image": images.astype(np.float32)})
        assert np.abs(answer - model.predict_on_batch(images)).max() < 1e-5
