"""What happens inside a network: in which direction its error grows, which pixels speak for what."""

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.data import Images, Labels

# Images whose gradient is computed at once; as in an evaluation.
BATCH_SIZE = 500
# More of them change no picture that one could see.
EVIDENCE_STEPS = 64


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


def evidence(model: keras.Model, image: Images, answer: int, rival: int) -> npt.NDArray[np.float32]:
    """Find how much each pixel spoke for one digit rather than another.

    Parameters
    ----------
    model : keras.Model
        As for `gradient_signs`.
    image : ndarray of uint8, shape (28, 28)
    answer, rival : int
        The two digits.

    Returns
    -------
    ndarray of float32, shape (28, 28)
        Above 0 where the pixel spoke for ``answer``, below 0 where it spoke for ``rival``.
        The sum is how much the image changes the logarithm of the ratio of their
        probabilities from that of empty paper: integrated gradients (Sundararajan, Taly and
        Yan, "Axiomatic Attribution for Deep Networks", 2017), from black to the image in
        `EVIDENCE_STEPS` steps. Paper speaks for nothing: its own change is nought.
    """
    shares = (np.arange(EVIDENCE_STEPS, dtype=np.float32) + 0.5) / EVIDENCE_STEPS
    steps = tf.constant(shares[:, np.newaxis, np.newaxis] * image.astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(steps)
        probabilities = tf.maximum(model(steps, training=False), np.finfo(np.float32).tiny)
        ratio = tf.math.log(probabilities[:, answer]) - tf.math.log(probabilities[:, rival])
    gradients = tape.gradient(ratio, steps).numpy()
    spoken: npt.NDArray[np.float32] = gradients.mean(axis=0) * image
    return spoken
