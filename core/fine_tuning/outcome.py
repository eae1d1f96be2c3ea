"""What a fine-tuning was, and what came of it."""

import json
from dataclasses import dataclass
from typing import Any, Self

from core.mixture import Mixture
from core.recipe import Recipe


@dataclass(frozen=True)
class FineTuning:
    """What a network was fine-tuned on, and what came of it.

    Attributes
    ----------
    train_size, holdout_size : int
        Drawings trained on, and drawings held out to measure on.
    before, after : float or None
        Accuracy on the holdout drawings; None until the run has ended, and if there are none.
    test_before : float or None
        Accuracy on the 10,000 test images of MNIST before.
    mixture : Mixture or None
        For a network of a class, what it was trained on. If that was from scratch, there is no
        accuracy before.
    rehearsed : Recipe or None
        What chose the images of MNIST that the network had learned from: these are rehearsed, with
        the labels that it was shown. None for all of MNIST.
    """

    train_size: int
    holdout_size: int
    before: float | None = None
    after: float | None = None
    test_before: float | None = None
    mixture: Mixture | None = None
    rehearsed: Recipe | None = None

    @property
    def from_scratch(self) -> bool:
        """Whether the network began with random weights, not as another one."""
        return self.mixture is not None and self.mixture.from_scratch

    def to_json(self) -> str:
        """Return it as a JSON object, with the names that stores have had from the beginning."""
        values: dict[str, Any] = {
            "learned": self.train_size,
            "held_out": self.holdout_size,
            "before": self.before,
            "after": self.after,
            "test_before": self.test_before,
        }
        # Without them, an older version reads the run, too.
        if self.mixture:
            values["mixture"] = self.mixture.to_dict()
        if self.rehearsed:
            values["rehearsed"] = json.loads(self.rehearsed.to_json())
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        values = json.loads(text)
        mixture, rehearsed = values.pop("mixture", None), values.pop("rehearsed", None)
        return cls(
            train_size=values.pop("learned"),
            holdout_size=values.pop("held_out"),
            mixture=Mixture.from_dict(mixture) if mixture else None,
            rehearsed=Recipe.from_json(json.dumps(rehearsed)) if rehearsed else None,
            **values,
        )
