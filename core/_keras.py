"""Every override of Keras: why, what it gains, and which upstream issue it waits for.

Measured with Keras 3.15 and TensorFlow 2.21 on two cores; `python -m benchmarks` measures again.
"""

from typing import Any

import keras
import tensorflow as tf


class _WithoutAllReduce:
    """Leave out the sum of the gradients over all machines: there is only one.

    Why: TensorFlow makes that sum a function with a gradient of its own, and keeps the whole graph
    of the training for that gradient as long as the process lives.
    Gain: 9 MB for each run.
    Upstream: tensorflow#80895 and tensorflow#97697. It can go with the first release that has
    tensorflow#109334; a test says when.
    """

    def _all_reduce_sum_gradients(self, grads_and_vars: list[Any]) -> list[Any]:
        return grads_and_vars


class Adam(_WithoutAllReduce, keras.optimizers.Adam):
    """Adam in one pass over the weights instead of Keras' ten, by the same formula.

    Why: Keras 3 writes each term of the formula back to memory.
    Gain: a tenth of the article network's epoch (`benchmarks.speed`).
    Upstream: keras#19992 (closed without the fused kernel). It can go when Keras uses
    ``ResourceApplyAdam``; a test says when.
    """

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step,
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )


class RMSprop(_WithoutAllReduce, keras.optimizers.RMSprop):
    """RMSprop on one machine."""


class SGD(_WithoutAllReduce, keras.optimizers.SGD):
    """Stochastic gradient descent on one machine."""


class Accuracy(keras.metrics.Mean):
    """Share of images predicted correctly, in one pass over the predictions instead of four.

    Why: Keras' own squeezes, compares and casts in steps of their own.
    Gain: 2% of the article network's epoch (`benchmarks.speed`).
    Upstream: none; a test says that it still equals ``SparseCategoricalAccuracy``.
    """

    def update_state(
        self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None
    ) -> None:
        correct = tf.argmax(y_pred, axis=-1) == tf.cast(y_true, tf.int64)
        super().update_state(tf.cast(correct, tf.float32), sample_weight)


class BFloat16Rescaling(keras.layers.Layer):
    """Pixels, as uint8, to bfloat16 from 0 to 1: ``Rescaling`` in one pass instead of two.

    Why: TensorFlow's own cast and product have no fused form; oneDNN's dequantization is one.
    Gain: 6% of the article network's epoch (`benchmarks.speed`).
    Upstream: none; a test says that each pixel value is scaled as exactly as bfloat16 can.
    """

    def call(self, pixels: tf.Tensor) -> tf.Tensor:
        """Divide the pixels by 255, shape (N, 28, 28)."""
        numbers = tf.bitcast(pixels, tf.quint8)
        return tf.quantization.dequantize(numbers, 0.0, 1.0, mode="SCALED", dtype=tf.bfloat16)


class SteerableCosineDecay(keras.optimizers.schedules.CosineDecay):
    """Cosine decay times a factor that may be changed between two batches.

    Why: Keras refuses to set the learning rate of an optimizer that has a schedule.
    Gain: none in time; the product takes a microsecond of each step.
    Upstream: none.
    """

    def __init__(self, initial_learning_rate: float, decay_steps: int, **options: Any) -> None:
        super().__init__(initial_learning_rate, decay_steps, **options)
        self.factor = tf.Variable(1.0, trainable=False, name="factor")

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Return the learning rate after this number of batches."""
        return self.factor * super().__call__(step)


OPTIMIZERS = {"adam": Adam, "rmsprop": RMSprop, "sgd": SGD}
