"""A run: one training with its recipe, its state and what was measured."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from core.fine_tuning.outcome import FineTuning
from core.inspection.operation import Operation
from core.recipe import Recipe
from core.steering.control import Control, RateChange, steered_words
from core.test_sets.halves import Part


class RunError(Exception):
    """Raised when a run or its network cannot be read or changed. The message says what to do."""


# Among the versions of a run that came as a file: when it was trained.
IMPORTED = "imported"


class RunState(StrEnum):
    """Where a run is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def active(self) -> bool:
        """Whether something will still happen to the run by itself."""
        return self in ACTIVE


ACTIVE = (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True)
class Run:
    """One training, as it stands now.

    Attributes
    ----------
    id : str
        Unique in the store; the name of a preset for a bundled run.
    name : str
        Given by its owner, or what the recipe is called.
    recipe : Recipe
    state : RunState
    number : int
        Counts the runs of the store, from 1; 0 for a bundled run.
    queue_order : int
        Orders the queue; the runs of a series share one.
    named : bool
        Whether its owner has chosen the name.
    owner : str
        Who started it; empty for a bundled run. Anyone who knows it controls the run, so it
        is not for showing.
    nickname : str
        What the owner wants to be called; may be empty.
    parent : str or None
        The run that this one continues or fine-tunes, or whose network was operated on.
    parent_epochs : int
        How many epochs of its history are those of the parent.
    stopping : bool
        Whether its owner has asked it to stop.
    created, ended, last_accessed, evicted : str or None
        Date and time (UTC, ISO 8601) when it was queued, when it ended, when somebody last
        looked at its network, and when its files were evicted.
    progress : float
        Share of the training done, 0.0 to 1.0.
    epochs_done : int
        The finished epochs.
    seconds : float
        Time of these epochs.
    train_accuracy, test_accuracy : float or None
        Accuracy on the images trained on and on the 10,000 test images, measured after the
        training with the finished network.
    open_accuracy : float or None
        Accuracy on the open half of the test images, see `core.test_sets.halves`; None for runs that were
        trained before it was measured.
    failure : str
        Why it failed or was interrupted, as a sentence; empty otherwise.
    versions : mapping of str
        What decided the result beside the recipe: versions of Python and of the libraries, and
        the ``precision`` that was used.
    has_model : bool
        Whether its network can be loaded, and its training continued.
    note : str
        What its owner wrote about it.
    pinned : bool
        Whether its owner wants it kept even when the store is full.
    fine_tuning : FineTuning or None
        What came of it, if it fine-tunes another run's network on drawings.
    eviction : str
        Why its files were evicted, as a sentence; empty otherwise.
    operation : Operation or None
        What was done to the network of its parent, if it was not trained but operated on.
    cookieless : bool
        Whether its owner came without a cookie and unknown to this server: such runs share a part
        of the queue.
    control : Control
        What its owner wants of its training.
    rate_changes : tuple of RateChange
        The learning rates that it had beside that of its recipe, if it was steered.
    """

    id: str
    name: str
    recipe: Recipe
    state: RunState
    number: int = 0
    queue_order: int = 0
    named: bool = False
    owner: str = ""
    nickname: str = ""
    parent: str | None = None
    parent_epochs: int = 0
    stopping: bool = False
    created: str = ""
    ended: str | None = None
    last_accessed: str | None = None
    progress: float = 0.0
    epochs_done: int = 0
    seconds: float = 0.0
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    open_accuracy: float | None = None
    failure: str = ""
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    has_model: bool = False
    note: str = ""
    pinned: bool = False
    fine_tuning: FineTuning | None = None
    evicted: str | None = None
    eviction: str = ""
    operation: Operation | None = None
    cookieless: bool = False
    control: Control = dataclasses.field(default_factory=Control)
    rate_changes: tuple[RateChange, ...] = ()

    def seen(self, part: Part) -> Self:
        """Return the run as somebody sees it who may see only a part of the test set.

        Its test accuracy is that on the open half, and nothing else in it says more.
        """
        if part is Part.WHOLE:
            return self
        tuning = self.fine_tuning and dataclasses.replace(self.fine_tuning, test_before=None)
        return dataclasses.replace(self, test_accuracy=self.open_accuracy, fine_tuning=tuning)

    @property
    def bundled(self) -> bool:
        """Whether the run comes with Digit Lab."""
        return not self.owner

    @property
    def imported(self) -> bool:
        """Whether it came as a file: nobody here knows how it was trained."""
        return IMPORTED in self.versions

    @property
    def follows_recipe(self) -> bool:
        """Whether nothing but its recipe decided its network, as far as anybody here knows."""
        return not (self.fine_tuning or self.operation or self.rate_changes or self.imported)

    @property
    def steps_done(self) -> int:
        """Batches trained, counted from the first epoch, as the worker has said last."""
        return round(self.progress * self.recipe.epochs * self.recipe.steps_per_epoch)

    @property
    def is_paused(self) -> bool:
        """Whether its training waits for its owner."""
        hold_at = self.control.hold_at
        reached = hold_at is not None and hold_at <= self.steps_done
        # After the last batch there is nothing to wait for: the network is evaluated.
        return self.state is RunState.RUNNING and reached and self.progress < 1

    @property
    def steered(self) -> str:
        """That and how it was steered, as a sentence; empty if it was not."""
        return steered_words(self.recipe, self.rate_changes)

    @property
    def label(self) -> str:
        """How lists and headings call it."""
        return f"Run {self.number}: {self.name}" if self.number else self.name
