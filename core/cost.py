"""What a network costs to train, from the sizes of its layers; what is too much, and why.

All costs are in the multiply–adds of a dense layer: what else a training does is weighted by
how long it takes beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.data import CLASSES, IMAGE_SIZE

CONV_KERNEL = 3

# The three limits keep one student from occupying, or crashing, a small shared server: on two
# cores a training ends within about five minutes and takes less than half a gigabyte. (Dense
# layers do 5e10 multiply–adds in a second of processor time, convolutions half as many.)
MAX_STEPS = 100_000
MAX_TRAINING_COST = 2e13
MAX_BATCH_VALUES = 40_000_000

# Multiply–adds of a training step for each one of a prediction: one forward, two backward.
_BACKWARD_AND_FORWARD = 3
# A multiply–add in a convolution takes about as long as three in a dense layer, measured
# with TensorFlow 2.21 on two cores.
_CONV_COST = 3
# The handwriting augmentation of an image takes about as long as this many multiply–adds: it adds
# 4.1 s of processor time to the article network's epoch of 60,000 images.
HANDWRITING_COST = 4_000_000
# The affine augmentation of an image: 32 µs of processor time.
AFFINE_COST = 1_600_000


@dataclass(frozen=True)
class LayerSize:
    """Size of a layer with weights: at each position, each unit sums its inputs.

    Attributes
    ----------
    positions : int
        Places at which the layer is applied: pixels for a convolution, 1 for a dense layer.
    inputs : int
        Inputs of a unit at one position.
    units : int
        Units of a dense layer, filters of a convolution.
    pooled : int
        Positions that max pooling leaves; 0 for a dense layer.
    """

    positions: int
    inputs: int
    units: int
    pooled: int


@dataclass(frozen=True)
class NetworkSize:
    """Sizes of the layers that have weights, first to last.

    Attributes
    ----------
    layers : tuple of LayerSize
    """

    layers: tuple[LayerSize, ...]

    @classmethod
    def of(cls, conv_filters: Sequence[int], hidden_units: Sequence[int]) -> "NetworkSize":
        """Return the size of a network of convolutions, hidden dense layers and ten outputs."""
        layers = []
        side, channels = IMAGE_SIZE, 1
        for filters in conv_filters:
            layers.append(LayerSize(side**2, CONV_KERNEL**2 * channels, filters, pooled=(side // 2) ** 2))
            side, channels = side // 2, filters
        inputs = side**2 * channels
        for units in (*hidden_units, CLASSES):
            layers.append(LayerSize(1, inputs, units, pooled=0))
            inputs = units
        return cls(tuple(layers))

    @property
    def parameters(self) -> int:
        """Number of trainable parameters.

        A dense layer has (inputs + 1) × units, a convolution (3 × 3 × channels + 1) × filters;
        the 1 is the bias.
        """
        return sum((layer.inputs + 1) * layer.units for layer in self.layers)

    @property
    def cost_per_image(self) -> int:
        """Cost of one training step for one image, in multiply–adds of a dense layer."""
        return _BACKWARD_AND_FORWARD * sum(
            (_CONV_COST if layer.pooled else 1) * layer.positions * layer.inputs * layer.units
            for layer in self.layers
        )

    @property
    def values_per_image(self) -> int:
        """Outputs of all layers for one image, which training keeps for backpropagation."""
        return sum((layer.positions + layer.pooled) * layer.units for layer in self.layers)


def refusal(steps: int, training_cost: float, batch_values: int) -> str | None:
    """Return why a training is refused and what to change, or None if it is not.

    Parameters
    ----------
    steps : int
        Updates of the weights in the whole training.
    training_cost : float
        Of the whole training, in multiply–adds of a dense layer.
    batch_values : int
        Values that a batch keeps for backpropagation.
    """
    if steps > MAX_STEPS:
        return (
            f"This training would update the weights more than {MAX_STEPS:,} times. "
            "Choose fewer epochs, a larger batch size or fewer training images."
        )
    if training_cost > MAX_TRAINING_COST:
        return (
            "This training would take too long on a shared server. "
            "Choose fewer epochs or training images, or a smaller network."
        )
    if batch_values > MAX_BATCH_VALUES:
        return (
            "One batch of this network needs more memory than a small server has. "
            "Choose a smaller batch size or fewer filters."
        )
    return None
