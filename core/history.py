"""What a training measures, epoch by epoch."""

from dataclasses import dataclass


class TrainingError(Exception):
    """A training that cannot go on. The message says what to change."""


@dataclass(frozen=True)
class Epoch:
    """What was measured in one pass through the training images.

    Attributes
    ----------
    number : int
        1 for the first epoch.
    loss, accuracy : float
        Averages over the batches of this epoch, while the weights were changing.
    val_loss, val_accuracy : float or None
        Measured after the epoch on the images kept aside; None if there are none.
    seconds : float
        Wall time, with the validation.
    """

    number: int
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    seconds: float


@dataclass(frozen=True)
class Checkpoint:
    """Where a training is: enough to go on as if it had never been interrupted.

    Attributes
    ----------
    history : tuple of Epoch
        The finished epochs.
    state : bytes
        Weights, optimizer and random generators, as a NumPy ``.npz`` file.
    """

    history: tuple[Epoch, ...]
    state: bytes
