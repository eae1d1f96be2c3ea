"""What a training measures, epoch by epoch."""

from dataclasses import dataclass

from core.snapshot import Snapshot


class TrainingError(Exception):
    """Raised when a training cannot go on. The message says what to change."""


class DivergenceError(TrainingError):
    """Raised when more batches would not make the network any better.

    Attributes
    ----------
    reason : str
        ``nan`` if the loss is infinite or not a number, ``flat`` if it can no longer change, ``born
        flat`` if it never could, with the weights that the seed gives.
    epoch : int
        In which it was noticed, from 1.
    learning_rate : float
        The one at that time, or that of the recipe if it decays.
    """

    def __init__(self, reason: str, epoch: int, learning_rate: float) -> None:
        super().__init__(_DIVERGED[reason])
        self.reason = reason
        self.epoch = epoch
        self.learning_rate = learning_rate


_DIVERGED = {
    "nan": "The loss is no longer a number (NaN): training diverged. Choose a smaller learning rate.",
    "flat": "The loss no longer changes: the units of the network are dead. Choose a smaller learning rate.",
    "born flat": "The loss cannot change: the units of the network are dead from the start. Choose another "
    "random seed, or more units in each hidden layer.",
}


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
        Measured after the epoch on the validation split; None if there is none.
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
    """The state of a training: enough to continue as if it had never been interrupted.

    Attributes
    ----------
    history : tuple of Epoch
        The finished epochs.
    state : bytes
        Weights, optimizer and random generators, as a NumPy ``.npz`` file.
    snapshots : tuple of Snapshot
        The weights after the last epoch; after the first one also those before it. None of a
        network that is too large for them, see `core.snapshot`.
    """

    history: tuple[Epoch, ...]
    state: bytes
    snapshots: tuple[Snapshot, ...] = ()
