import keras
import numpy as np
import pytest

from core.drawing.convolution import convolve


@pytest.mark.parametrize("side", [1, 3, 5])
@pytest.mark.parametrize("stride", [1, 2])
def test_sums_are_those_of_keras(side: int, stride: int):
    rng = np.random.default_rng(0)
    images = rng.normal(size=(2, 14, 9, 3)).astype(np.float32)
    layer = keras.layers.Conv2D(4, side, stride, padding="same")
    layer.build(images.shape)
    kernel, bias = (rng.normal(size=weights.shape).astype(np.float32) for weights in layer.get_weights())
    layer.set_weights([kernel, bias])
    np.testing.assert_allclose(convolve(images, kernel, bias, stride), layer(images), atol=1e-4)
