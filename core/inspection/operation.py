"""What is done to the weights of a network, as one frozen value."""

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Self

# Bits of a weight as it is trained.
FULL_BITS = 32
FEWEST_BITS = 2


class OperationError(ValueError):
    """Raised when an operation cannot be done. The message says what to change."""


@dataclass(frozen=True)
class Operation:
    """What is done to the weights of a network.

    Attributes
    ----------
    off : tuple of (str, int)
        Layers and the numbers of their units or filters that are switched off: their output counts
        as zero. The ten digits of the last layer cannot be.
    drop : float
        Share of the units of each hidden layer to switch off, chosen at random.
    prune : float
        Share of the weights of each layer that become zero, those closest to it.
    bits : int
        Bits of a rounded weight, 2 to 32; 32 leaves them as they are.
    noise : float
        Standard deviation of the Gaussian noise that is added to the weights of each layer, in
        standard deviations of these weights.
    seed : int
        Decides the units that are dropped, and the noise.

    Raises
    ------
    OperationError
        If a value is outside of its range.

    Examples
    --------
    >>> Operation.from_json(Operation(prune=0.5, bits=4).to_json()) == Operation(prune=0.5, bits=4)
    True
    >>> str(Operation(prune=0.5, bits=4))
    '50% of the weights pruned · weights rounded to 4 bits'
    """

    off: tuple[tuple[str, int], ...] = ()
    drop: float = 0.0
    prune: float = 0.0
    bits: int = FULL_BITS
    noise: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.drop <= 1 and 0 <= self.prune <= 1):
            raise OperationError("The share of units or weights must be from 0 to 100%.")
        if not FEWEST_BITS <= self.bits <= FULL_BITS:
            raise OperationError(f"Choose from {FEWEST_BITS} to {FULL_BITS} bits.")
        if not 0 <= self.noise < math.inf:
            raise OperationError("The noise must be a number from 0 up.")

    def __str__(self) -> str:
        """What it does, for people; empty if it does nothing."""
        names = ", ".join(f"{layer} {unit}" for layer, unit in self.off)
        seed = f" (seed {self.seed})"
        parts = {
            f"switched off: {names}": bool(self.off),
            f"{self.drop:.0%} of the units switched off{seed}": self.drop,
            f"{self.prune:.0%} of the weights pruned": self.prune,
            f"weights rounded to {self.bits} bits": self.bits < FULL_BITS,
            f"noise of {self.noise:.0%} added{seed}": self.noise,
        }
        return " · ".join(text for text, done in parts.items() if done)

    def to_json(self) -> str:
        """Return it as a JSON object."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        values = json.loads(text)
        off = tuple((str(layer), int(unit)) for layer, unit in values.pop("off"))
        return cls(off=off, **values)
