"""Random numbers of a batch that are the same for the same seed, inside a TensorFlow graph."""

import tensorflow as tf

from core.data import IMAGE_SIZE


class StatelessRandom:
    """A random generator for a batch of images; each draw has a stateless seed of its own.

    Parameters
    ----------
    seed : tensor of int, shape (2,)
    size : tensor of int, shape ()
        Images of the batch, n.
    """

    def __init__(self, seed: tf.Tensor, size: tf.Tensor) -> None:
        self._seed = tf.cast(seed, tf.int32)
        self._size = size
        self._draws = 0

    def _next_seed(self) -> tf.Tensor:
        # Further apart than trainings are long: their batches count up the same number.
        self._draws += 1
        return self._seed + tf.constant([0, 1_000_003 * self._draws])

    def uniform(self, low: float, high: float) -> tf.Tensor:
        """Return a number from low to high for each image, shape (n,)."""
        return tf.random.stateless_uniform([self._size], self._next_seed(), low, high)

    def uniform_pixels(self) -> tf.Tensor:
        """Return a number from 0 to 1 for each pixel of each image, shape (n, 784)."""
        return tf.random.stateless_uniform([self._size, IMAGE_SIZE**2], self._next_seed())

    def normal(self, *shape: int) -> tf.Tensor:
        """Return numbers with mean 0 and deviation 1 for each image, shape (n, …)."""
        return tf.random.stateless_normal([self._size, *shape], self._next_seed())

    def bernoulli(self, probability: float) -> tf.Tensor:
        """Return True with this probability for each image, shape (n,)."""
        return self.uniform(0.0, 1.0) < probability
