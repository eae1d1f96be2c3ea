"""Batches of images as tf.data streams."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.data import Labels
from core.recipe import Recipe


class _Shared(np.ndarray[Any, Any]):
    """An array whose memory a tensor uses as it is, if it begins where TensorFlow wants it.

    Why: ``tf.constant`` copies an array, and then once more if it does not begin at a multiple of
    `core.data.ALIGNMENT`, because somebody might change it; nobody changes what is trained on.
    Gain: 94 MB when a training on all of MNIST begins, and 47 MB as long as it lasts.
    Upstream: tensorflow#33254 (closed without a way that is public).
    """

    def copy(self, order: object = "C") -> Self:
        """Return the array itself."""
        return self


def _tensor(array: npt.NDArray[Any]) -> tf.Tensor:
    return tf.constant(array.view(_Shared))


def shuffled_batches(
    images: npt.NDArray[Any],
    labels: Labels,
    recipe: Recipe,
    first_epoch: int = 0,
    augment: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
) -> tf.data.Dataset:
    """Return the batches of one epoch after another, without end, gathered outside Python.

    It is one stream, since TensorFlow takes 20 ms to begin another, a twentieth of an epoch
    of the article network.

    Parameters
    ----------
    images : ndarray, shape (n, 28, 28)
    labels : ndarray of uint8, shape (n,)
    recipe : Recipe
        Its seed and the number of the epoch decide the order of the images.
    first_epoch : int, default 0
        How many epochs have been trained before.
    augment : callable, optional
        Makes the images of a batch from those gathered, their labels, and a seed of this batch.
    """
    image_tensor, label_tensor = _tensor(images), _tensor(labels)
    steps = recipe.steps_per_epoch

    def each_batch_with_order(first_step: tf.Tensor) -> tf.data.Dataset:
        # Not `index_shuffle`, which needs no memory for the order: its four rounds leave two
        # epochs alike.
        order = tf.random.experimental.stateless_shuffle(tf.range(len(images)), [recipe.seed, first_step])
        return tf.data.Dataset.from_tensors(order).repeat(steps)

    def batch(order: tf.Tensor, step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        start = step % steps * recipe.batch_size
        chosen = order[start : start + recipe.batch_size]
        batch_images, batch_labels = tf.gather(image_tensor, chosen), tf.gather(label_tensor, chosen)
        if augment is not None:
            seed = tf.stack([recipe.seed, step - step % steps]) + start
            batch_images = augment(batch_images, batch_labels, seed)
        return batch_images, batch_labels

    # Not `counter`, of which TensorFlow keeps the graph forever.
    ever = (first_epoch * steps, tf.int32.max)
    orders = tf.data.Dataset.range(*ever, steps, output_type=tf.int32).flat_map(each_batch_with_order)
    return _prefetched(
        tf.data.Dataset.zip(orders, tf.data.Dataset.range(*ever, output_type=tf.int32)).map(batch)
    )


def ordered_batches(images: npt.NDArray[Any], labels: Labels, batch_size: int) -> tf.data.Dataset:
    """Return the batches in the order of the arrays, once."""
    image_tensor, label_tensor = _tensor(images), _tensor(labels)

    def batch(start: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chosen = slice(start, start + batch_size)
        return image_tensor[chosen], label_tensor[chosen]

    return _prefetched(tf.data.Dataset.range(0, len(images), batch_size).map(batch))


def _prefetched(batches: tf.data.Dataset) -> tf.data.Dataset:
    """Prepare batches while the model trains on the one before."""
    options = tf.data.Options()
    # The autotuner has nothing to tune here, and ending it took up to 2 s after a training.
    options.autotune.enabled = False
    # Nor is there anything to rewrite in these three steps. For it, TensorFlow makes up images in the
    # place of those that there are, 47 MB, and keeps the room, 64 MB, as long as the process lives.
    options.experimental_optimization.apply_default_optimizations = False
    # Batches are gathered by a thread of its own: among the threads that multiply, each would
    # delay a multiplication.
    options.threading.private_threadpool_size = 1
    return batches.prefetch(2).with_options(options)
