"""What the owner of a run wants of its training now, and which learning rates it has had."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from core.hyperparameters.validation import LIMITS
from core.recipe import Recipe

# By what the learning rate of a recipe, or its schedule, can be multiplied.
FACTORS = (0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)
# More changes of one run than this are not taken: a curve with so many marks says nothing.
MAX_CHANGES = 50


@dataclass(frozen=True)
class Control:
    """What the owner of a run wants of its training.

    Attributes
    ----------
    factor : float
        What the learning rate is multiplied by.
    hold_at : int or None
        After how many batches, counted from the first epoch, the training pauses; a number that is
        over means at once, None never.
    pause_ended : str
        Why its last pause was ended for its owner, as a sentence; empty if it was not.
    """

    factor: float = 1.0
    hold_at: int | None = None
    pause_ended: str = ""

    def to_json(self) -> str:
        """Return it as a JSON object."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Control":
        """Return what `to_json` wrote. Raises `ValueError`, `TypeError` or `KeyError` for anything else."""
        fields = json.loads(text)
        hold_at = fields["hold_at"]
        return cls(
            _factor(fields["factor"]),
            None if hold_at is None else int(hold_at),
            str(fields.get("pause_ended", "")),
        )


@dataclass(frozen=True)
class RateChange:
    """A change of the learning rate while a run was trained.

    Attributes
    ----------
    step : int
        After how many batches, counted from the first epoch as if each had as many as its recipe says.
    factor : float
        What the learning rate of the recipe, or its schedule, is multiplied by from then on.
    """

    step: int
    factor: float


def changes_to_json(changes: Sequence[RateChange]) -> str:
    """Return changes as a JSON array."""
    return json.dumps([asdict(change) for change in changes])


def changes_from_json(text: str) -> tuple[RateChange, ...]:
    """Return what `changes_to_json` wrote. Raises as `Control.from_json`."""
    return tuple(RateChange(int(change["step"]), _factor(change["factor"])) for change in json.loads(text))


def factor_at(changes: Sequence[RateChange], step: int) -> float:
    """Return what the learning rate is multiplied by after ``step`` batches.

    Examples
    --------
    >>> factor_at([RateChange(60, 0.1), RateChange(90, 3.0)], 89)
    0.1
    """
    return next((change.factor for change in reversed(changes) if change.step <= step), 1.0)


def changes_until(changes: Sequence[RateChange], step: int) -> tuple[RateChange, ...]:
    """Return the changes of a training that goes on at ``step`` with what came of all of them.

    Examples
    --------
    >>> changes_until([RateChange(30, 0.1), RateChange(70, 0.3), RateChange(80, 3.0)], 60)
    (RateChange(step=30, factor=0.1), RateChange(step=60, factor=3.0))
    """
    factors = {min(change.step, step): change.factor for change in changes}
    return tuple(RateChange(*change) for change in factors.items())


def factors_of(recipe: Recipe) -> tuple[float, ...]:
    """Return by what the learning rate of a recipe can be multiplied without leaving its limits.

    Examples
    --------
    >>> factors_of(Recipe(learning_rate=0.001))
    (0.1, 0.3, 1.0, 3.0, 10.0, 100.0)
    """
    limit = LIMITS["learning_rate"]
    # Rounding makes 0.001 × 0.1 a little less than 0.0001.
    return tuple(
        factor
        for factor in FACTORS
        if factor == 1 or limit.low * (1 - 1e-9) <= recipe.learning_rate * factor <= limit.high
    )


def rate_words(recipe: Recipe, factor: float) -> str:
    """Return what the learning rate is when it is multiplied by a factor.

    Examples
    --------
    >>> rate_words(Recipe(), 0.1), rate_words(Recipe(decay=True), 0.1)
    ('0.0001', '×0.1')
    """
    return f"×{factor:g}" if recipe.decay else f"{recipe.learning_rate * factor:g}"


def steered_words(recipe: Recipe, changes: Sequence[RateChange]) -> str:
    """Return that and how a run was steered, as a sentence; empty if it was not.

    Examples
    --------
    >>> steered_words(Recipe(), [RateChange(90, 0.1)])
    'Steered while it was trained: learning rate 0.0001 from epoch 2, batch 31.'
    """
    if not changes:
        return ""
    parts = []
    for change in changes:
        epoch, batch = divmod(change.step, recipe.steps_per_epoch)
        parts.append(f"{rate_words(recipe, change.factor)} from epoch {epoch + 1}, batch {batch + 1}")
    kind = "learning-rate schedule" if recipe.decay else "learning rate"
    return f"Steered while it was trained: {kind} {'; '.join(parts)}."


def _factor(value: object) -> float:
    factor = float(value)  # type: ignore[arg-type]
    if not (math.isfinite(factor) and factor > 0):
        raise ValueError("A learning rate is multiplied by a positive number.")
    return factor
