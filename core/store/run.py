"""The records of the run store: what a run is, and what is done to one within a transaction.

`core.store.runs` and `core.jobs.queue` build on these; pages have no business here but for the values.
"""

import dataclasses
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.fine_tuning import Teaching
from core.recipe import Recipe

_log = logging.getLogger(__name__)


class RunError(Exception):
    """A run or its network that cannot be had or changed. The message says what to do."""


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
    place : int
        Orders the line; the runs of a series share one.
    named : bool
        Whether its owner has chosen the name.
    owner : str
        Who started it; empty for a bundled run. Whoever knows it controls the run, so it
        is not for showing.
    nickname : str
        What the owner wants to be called; may be empty.
    parent : str or None
        The run that this one went on from.
    parent_epochs : int
        How many epochs of its history are those of the parent.
    stopping : bool
        Whether its owner has asked it to stop.
    created, ended, opened : str or None
        Date and time (UTC, ISO 8601) of its start in the line, of its end, and of the last
        look at its network.
    progress : float
        Share of the training done, 0.0 to 1.0.
    epochs_done : int
        The finished epochs.
    seconds : float
        Time of these epochs.
    train_accuracy, test_accuracy : float or None
        Share read right of the images trained on and of the 10,000 test images,
        measured after the training with the finished network.
    failure : str
        Why it failed or was interrupted, as a sentence; empty otherwise.
    versions : mapping of str
        What decided the result beside the recipe: versions of Python and of the libraries, and
        the ``precision`` that was used.
    has_model : bool
        Whether its network can be loaded, and its training continued.
    note : str
        What its owner wrote about it.
    marked : bool
        Whether its owner wants it kept.
    teaching : Teaching or None
        What it was taught, if it taught another run's network drawings.
    """

    id: str
    name: str
    recipe: Recipe
    state: RunState
    number: int = 0
    place: int = 0
    named: bool = False
    owner: str = ""
    nickname: str = ""
    parent: str | None = None
    parent_epochs: int = 0
    stopping: bool = False
    created: str = ""
    ended: str | None = None
    opened: str | None = None
    progress: float = 0.0
    epochs_done: int = 0
    seconds: float = 0.0
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    failure: str = ""
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    has_model: bool = False
    note: str = ""
    marked: bool = False
    teaching: Teaching | None = None

    @property
    def bundled(self) -> bool:
        """Whether the run comes with Digit Lab."""
        return not self.owner

    @property
    def label(self) -> str:
        """How lists and headings call it."""
        return f"Run {self.number}: {self.name}" if self.number else self.name
