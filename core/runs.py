"""The run store: every training, its epochs and its network, bundled ones included.

Runs live in memory and their networks in a temporary folder, both bounded and gone
with the server. The bundled networks of the presets are runs like any other.
"""

import contextlib
import dataclasses
import hashlib
import json
import logging
import shutil
import tempfile
import threading
import weakref
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.history import Epoch
from core.recipe import Recipe

if TYPE_CHECKING:
    import keras

BUNDLED_FOLDER = Path(__file__).resolve().parent.parent / "models"
# Runs kept besides the bundled ones; the oldest finished one makes room for a new one.
# Several for each student of a class; a network of the article recipe takes 1 MB of disk.
MAX_RUNS = 150

_log = logging.getLogger(__name__)


class RunError(Exception):
    """A run or its network that cannot be had. The message says what to do."""


class RunState(StrEnum):
    """Where a run is in its life."""

    STARTING = "starting"
    TRAINING = "training"
    MEASURING = "measuring"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def active(self) -> bool:
        """Whether the run is still going on."""
        return self in (RunState.STARTING, RunState.TRAINING, RunState.MEASURING)


@dataclass(frozen=True)
class Run:
    """One training, as it stands now.

    Attributes
    ----------
    id : str
        Unique in the store; the name of a preset for a bundled run.
    name : str
        Shown to people.
    recipe : Recipe
    state : RunState
    owner : str
        Who started it; empty for a bundled run.
    created : str
        Date and time (UTC, ISO 8601).
    history : tuple of Epoch
        The finished epochs.
    progress : float
        Share of the training done, 0.0 to 1.0.
    stopping : bool
        Whether its owner has asked it to stop.
    train_accuracy, test_accuracy : float or None
        Share read right of the images trained on and of the 10,000 test images,
        measured after the training with the finished network.
    failure : str
        Why it failed, as a sentence; empty otherwise.
    versions : dict of str
        Versions of Python and the libraries that trained it.
    model_sha256 : str
        Checksum of the file of the network; empty until it is saved.
    """

    id: str
    name: str
    recipe: Recipe
    state: RunState
    owner: str = ""
    created: str = dataclasses.field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    history: tuple[Epoch, ...] = ()
    progress: float = 0.0
    stopping: bool = False
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    failure: str = ""
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    model_sha256: str = ""

    @property
    def bundled(self) -> bool:
        """Whether the run comes with Digit Lab."""
        return not self.owner

    @property
    def seconds_left(self) -> float | None:
        """Estimated from the epochs so far; None before the first one is finished."""
        if not self.history:
            return None
        per_epoch = sum(epoch.seconds for epoch in self.history) / len(self.history)
        return (1 - self.progress) * self.recipe.epochs * per_epoch

    def to_json(self) -> str:
        """Write the run as a JSON object."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Run":
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If the text is not a run.
        """
        fields = json.loads(text)
        fields["recipe"] = Recipe.from_json(json.dumps(fields["recipe"]))
        fields["state"] = RunState(fields["state"])
        fields["history"] = tuple(Epoch(**epoch) for epoch in fields["history"])
        return cls(**fields)


class RunStore:
    """All runs of this server. Safe to use from several threads.

    Parameters
    ----------
    bundled_folder : Path
        Holds a card ``<id>.json`` and a network ``<id>.keras`` for each bundled run.
    """

    def __init__(self, bundled_folder: Path = BUNDLED_FOLDER) -> None:
        self._lock = threading.Lock()
        self._bundled_folder = bundled_folder
        self._bundled = {run.id: run for run in _read_cards(bundled_folder)}
        self._runs: dict[str, Run] = {}
        self._added = 0
        self._folder = Path(tempfile.mkdtemp(prefix="digit-lab-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def add(self, run: Run) -> None:
        """Add a new run; the oldest that is no longer active makes room if need be."""
        with self._lock:
            self._runs[run.id] = run
            self._added += 1
            surplus = [old for old in self._runs.values() if not old.state.active]
            for old in surplus[: max(0, len(self._runs) - MAX_RUNS)]:
                del self._runs[old.id]
                # On Windows a file that is being read cannot be deleted; it goes with the folder.
                with contextlib.suppress(OSError):
                    self.model_path(old.id).unlink(missing_ok=True)

    def next_number(self) -> int:
        """1 for the first training of this server, and so on."""
        with self._lock:
            return self._added + 1

    def update(self, run_id: str, **changes: Any) -> Run:
        """Change fields of a run and return it as it is then."""
        with self._lock:
            self._runs[run_id] = dataclasses.replace(self._runs[run_id], **changes)
            return self._runs[run_id]

    def get(self, run_id: str) -> Run:
        """The run of this id.

        Raises
        ------
        RunError
            If there is none.
        """
        with self._lock:
            run = self._runs.get(run_id) or self._bundled.get(run_id)
        if run is None:
            raise RunError("That run is not on this server any more. Choose another one, or start a new one.")
        return run

    def runs(self) -> tuple[Run, ...]:
        """Runs that were trained here, newest first."""
        with self._lock:
            return tuple(reversed(self._runs.values()))

    def models(self) -> tuple[Run, ...]:
        """Runs whose network can be loaded: those trained here, newest first, then the bundled."""
        with self._lock:
            runs = (*reversed(self._runs.values()), *self._bundled.values())
        return tuple(run for run in runs if run.model_sha256 and self.model_path(run.id).exists())

    def active(self) -> Run | None:
        """The run that is being trained now, if any."""
        return next((run for run in self.runs() if run.state.active), None)

    def save_model(self, run_id: str, model: "keras.Model") -> Run:
        """Save the network of a run."""
        from core.model import save_model

        path = self.model_path(run_id)
        path.parent.mkdir(exist_ok=True)  # Some systems empty the folder for temporary files.
        save_model(model, path)
        return self.update(run_id, model_sha256=hashlib.sha256(path.read_bytes()).hexdigest())

    def load_model(self, run_id: str) -> "keras.Model":
        """Load the network of a run, for answering only: it comes without an optimizer.

        Raises
        ------
        RunError
            If the run does not exist, has no network, or its file is missing or damaged.
        """
        run = self.get(run_id)
        path = self.model_path(run.id)
        restore = "Choose another model, or restore the folder models/ from the repository."
        try:
            content = path.read_bytes()
        except OSError as error:
            raise RunError(f"The file of this model is missing. {restore}") from error
        if hashlib.sha256(content).hexdigest() != run.model_sha256:
            raise RunError(f"The file of this model is damaged. {restore}")
        # Imported here because it brings TensorFlow, which a list of runs does not need.
        from core.model import load_model

        try:
            return load_model(path)
        except (ValueError, TypeError, OSError) as error:
            raise RunError(f"This version of Keras cannot read this model. {restore}") from error

    def model_path(self, run_id: str) -> Path:
        """Where the network of a run is, or will be."""
        folder = self._bundled_folder if run_id in self._bundled else self._folder
        return folder / f"{run_id}.keras"


def _read_cards(folder: Path) -> list[Run]:
    runs = []
    for path in sorted(folder.glob("*.json")):
        try:
            runs.append(Run.from_json(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError, OSError):
            # One damaged card must not hide the others; the page lists what is left.
            _log.exception("The card of the bundled model %s cannot be read.", path.name)
    return runs
