"""What happens inside a network: so far, in which direction its error grows."""

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.data import Images, Labels

# Images whose gradient is computed at once; as in an evaluation.
BATCH_SIZE = 500


def gradient_signs(model: keras.Model, images: Images, labels: Labels) -> npt.NDArray[np.int8]:
    """Find for each pixel whether more or less ink makes the error of the network larger.

    Parameters
    ----------
    model : keras.Model
        Takes images of shape (n, 28, 28) and gives ten probabilities for each.
    images : ndarray of uint8, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)

    Returns
    -------
    ndarray of int8, shape (n, 28, 28)
        Sign of the gradient of the cross-entropy by the pixel: 1, −1, or 0. A step along
        it is the fast gradient sign method (Goodfellow, Shlens and Szegedy, "Explaining
        and Harnessing Adversarial Examples", 2015).
    """
    batches = range(0, len(images), BATCH_SIZE)
    signs = [
        _signs(model, images[start : start + BATCH_SIZE], labels[start : start + BATCH_SIZE])
        for start in batches
    ]
    return np.concatenate(signs)


def _signs(model: keras.Model, images: Images, labels: Labels) -> npt.NDArray[np.int8]:
    pixels = tf.constant(images, dtype=tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        probabilities = model(pixels, training=False)
        # Not Keras' cross-entropy: it cuts probabilities off at 1 − 1e-7, where the gradient of
        # an image that the network is sure of would be nought.
        of_truth = tf.gather(probabilities, labels.astype(np.int32), batch_dims=1)
        error = -tf.math.log(tf.maximum(of_truth, np.finfo(np.float32).tiny))
    gradient = tape.gradient(error, pixels)
    signs: npt.NDArray[np.int8] = np.sign(gradient.numpy()).astype(np.int8)
    return signs
