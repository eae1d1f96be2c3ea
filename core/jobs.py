"""The training worker: takes a recipe, trains it beside the server, writes to the store.

One training runs at a time; a second one is refused. A queue belongs here, in place
of `Trainer`: nobody else knows that there is only one worker.
"""

import atexit
import gc
import logging
import platform
import secrets
import threading
from collections.abc import Callable

from core.data import DataError, Dataset, load_mnist
from core.history import Epoch, TrainingError
from core.recipe import Recipe
from core.runs import Run, RunState, RunStore

# How long the end of the server waits for a training to stop between two batches.
SHUTDOWN_SECONDS = 10

_log = logging.getLogger(__name__)


class TrainingRefused(Exception):
    """A training that cannot be started or stopped now. The message says why."""


class Trainer:
    """Trains recipes one at a time in a thread of its own.

    Parameters
    ----------
    store : RunStore
        Where progress and results are written; whoever shows them reads them there.
    load_data : callable
        Gives the `Dataset`; called in the worker.
    """

    def __init__(self, store: RunStore, load_data: Callable[[], Dataset] = load_mnist) -> None:
        self._store = store
        self._load_data = load_data
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None
        self._stop = threading.Event()
        atexit.register(self.shutdown)

    def submit(self, recipe: Recipe, owner: str, name: str) -> Run:
        """Start a training and return its run at once.

        Raises
        ------
        TrainingRefused
            If another training is going on.
        """
        with self._lock:
            active = self._store.active()
            if active:
                if active.owner == owner:
                    raise TrainingRefused("Your training is still going on. Stop it, or wait until it ends.")
                raise TrainingRefused(
                    "Somebody else is training on this server. Wait until that has ended, then start again."
                )
            run = Run(secrets.token_hex(4), name, recipe, RunState.STARTING, owner=owner)
            stop = threading.Event()
            worker = threading.Thread(
                target=self._work,
                args=(run, stop),
                name="digit-lab-training",
                # Never in the way of the server's end; `shutdown` gives it time to stop.
                daemon=True,
            )
            self._store.add(run)
            try:
                worker.start()
            except RuntimeError as error:
                self._store.update(run.id, state=RunState.FAILED, failure=_sentence(error))
                raise TrainingRefused("The server is too busy to train now. Try again later.") from error
            self._stop, self._worker = stop, worker
            return run

    def stop(self, run_id: str, owner: str) -> None:
        """Stop a training after the current batches; the network keeps what it has learned.

        Raises
        ------
        TrainingRefused
            If the training belongs to somebody else.
        """
        with self._lock:
            active = self._store.active()
            if active is None or active.id != run_id:
                return
            if active.owner != owner:
                raise TrainingRefused("Only the person who started this training can stop it.")
            self._store.update(run_id, stopping=True)
            self._stop.set()

    def shutdown(self) -> None:
        """Stop the training, if any, and wait a little for its thread to end."""
        with self._lock:
            stop, worker = self._stop, self._worker
        stop.set()
        if worker:
            worker.join(SHUTDOWN_SECONDS)

    def join(self, timeout: float | None = None) -> None:
        """Wait until no training is going on, at most ``timeout`` seconds."""
        if self._worker:
            self._worker.join(timeout)

    def _work(self, run: Run, stop: threading.Event) -> None:
        try:
            self._train(run, stop)
        except BaseException as error:
            # Whatever happened: a run that stays active would keep everybody from training.
            _log.exception("Run %s failed.", run.id)
            self._store.update(run.id, state=RunState.FAILED, failure=_sentence(error))
        finally:
            gc.collect()

    def _train(self, run: Run, stop: threading.Event) -> None:
        # Imported here because TensorFlow takes seconds to import: the page that
        # submitted the recipe shows "starting" meanwhile.
        from core.evaluation import evaluate
        from core.model import spare_garbage_collection
        from core.training import train

        spare_garbage_collection()
        store = self._store
        dataset = self._load_data()
        history: list[Epoch] = []

        def on_epoch(epoch: Epoch) -> None:
            history.append(epoch)
            store.update(run.id, history=tuple(history))

        def on_progress(share: float) -> None:
            store.update(run.id, state=RunState.TRAINING, progress=share)

        result = train(
            run.recipe,
            dataset,
            on_epoch=on_epoch,
            should_stop=stop.is_set,
            on_progress=on_progress,
        )
        store.update(run.id, state=RunState.MEASURING)
        fitted = slice(run.recipe.fit_size)
        train_images, train_labels = dataset.train_images[fitted], dataset.train_labels[fitted]
        train_accuracy = evaluate(result.model, train_images, train_labels).accuracy
        test_accuracy = evaluate(result.model, dataset.test_images, dataset.test_labels).accuracy
        store.save_model(run.id, result.model)
        store.update(
            run.id,
            state=RunState.STOPPED if result.stopped else RunState.FINISHED,
            train_accuracy=train_accuracy,
            test_accuracy=test_accuracy,
            versions=library_versions(),
        )


def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that decide what a training gives."""
    import keras
    import numpy as np
    import tensorflow as tf

    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
    }


def _sentence(error: BaseException) -> str:
    if isinstance(error, DataError | TrainingError):
        return str(error)
    # TensorFlow's own error is told by its name: importing TensorFlow may be what failed.
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "The server ran out of memory. Choose a smaller network or fewer training images."
    return "The training broke off because of an error in the program. Please start it again."
