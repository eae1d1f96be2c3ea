"""Training images shifted, rotated and zoomed at random."""

from typing import Any

import keras
import tensorflow as tf
from keras import layers

from core.augmentation.ranges import ROTATION, SHIFT, ZOOM


# The registered name is data: it stands in every whole model that was saved.
@keras.saving.register_keras_serializable("digit_lab", name="Augmentation")
class AffineAugmentation(layers.Layer):
    """Shifts, rotates and zooms each image a little at random, in training only.

    Keras' own random layers also do so when a model is called without saying whether
    it is training; then a trained network would predict from a moved image.

    Parameters
    ----------
    seed : int
    **kwargs
        As for every Keras layer.
    """

    def __init__(self, seed: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        # They move images in float32, whatever the precision of the network.
        filled = {"fill_mode": "constant", "fill_value": 0.0}
        self.shift = layers.RandomTranslation(SHIFT, SHIFT, seed=seed + 1, name="shift", **filled)
        self.rotate = layers.RandomRotation(ROTATION, seed=seed + 2, name="rotate", **filled)
        self.zoom = layers.RandomZoom(ZOOM, ZOOM, seed=seed + 3, name="zoom", **filled)

    def get_config(self) -> dict[str, Any]:
        """What Keras needs to build the layer again."""
        return {**super().get_config(), "seed": self.seed}

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Build the three layers; a call outside training does not reach them."""
        for layer in (self.shift, self.rotate, self.zoom):
            layer.build(input_shape)

    def call(self, images: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Move the images, shape (N, 28, 28, 1), or leave them as they are."""
        if not training:
            return images
        return self.zoom(self.rotate(self.shift(images, training=True), training=True), training=True)
