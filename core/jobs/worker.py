"""Train a run that has been taken from the queue, and write all there is to know of it."""

import contextlib
import ctypes
import gc
import logging
import platform
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from core.data import DataError, Dataset, load_mnist
from core.fine_tuning import Drawings, Teaching, mix
from core.history import TrainingError
from core.jobs.lease import Claim, ClaimLost
from core.jobs.tensorflow_loader import TensorFlowLoadError, tensorflow_loader
from core.store.database import StoreError
from core.store.run import RunError
from core.store.runs import open_network

_log = logging.getLogger(__name__)

# A worker says that it is alive, and asks whether it shall stop, so often.
BEAT_SECONDS = 0.5


def train_run(claim: Claim, load_data: Callable[[], Dataset] = load_mnist) -> None:
    """Train a run that has been taken from the line, and write all there is to know of it.

    Whatever happens, the run ends as finished, stopped, failed or interrupted, with a
    sentence, or belongs to another worker.
    """
    try:
        with _beating(claim) as pulse:
            _train(claim, pulse, load_data)
    except ClaimLost:
        _log.info("Run %s was taken away from this worker.", claim.run.id)
    except StoreError as error:
        with contextlib.suppress(ClaimLost, StoreError):
            claim.interrupt(str(error))
    except BaseException as error:
        # A run that stays active would keep everybody from training.
        _log.exception("Run %s failed.", claim.run.id)
        with contextlib.suppress(ClaimLost, StoreError):
            claim.fail(_sentence(error))
    finally:
        _give_memory_back()


def _train(claim: Claim, pulse: "_Pulse", load_data: Callable[[], Dataset]) -> None:
    # Takes seconds where nobody has done it before: the page shows the run as starting meanwhile.
    tensorflow_loader.load()
    from core.evaluation import evaluate
    from core.model import to_bytes
    from core.training import train

    recipe = claim.run.recipe
    dataset = load_data()
    lesson = _Lesson.of(claim) if claim.run.teaching else None
    if lesson:
        dataset = mix(dataset, lesson.learned, recipe.seed)

    result = train(
        recipe,
        dataset,
        should_stop=pulse.told_to_stop.is_set,
        on_progress=pulse.report,
        on_checkpoint=claim.save,
        resume=claim.checkpoint(),
        start=lesson.network if lesson else None,
    )
    if pulse.lost:
        raise ClaimLost
    pulse.report(1.0)
    fitted = slice(recipe.fit_size)
    train_images, train_labels = dataset.train_images[fitted], dataset.train_labels[fitted]
    claim.finish(
        to_bytes(result.model),
        result.checkpoint.state,
        stopped=result.stopped,
        train_accuracy=evaluate(result.model, train_images, train_labels).accuracy,
        test_accuracy=evaluate(result.model, dataset.test_images, dataset.test_labels).accuracy,
        versions={"precision": result.precision, **library_versions()},
        teaching=lesson.outcome(result.model, dataset) if lesson else None,
    )


@dataclass(frozen=True, eq=False)
class _Lesson:
    """A network that is taught, and the drawings."""

    network: Any
    learned: Drawings
    held_out: Drawings

    @classmethod
    def of(cls, claim: Claim) -> "_Lesson":
        content, drawings = claim.lesson()
        return cls(open_network(content), *drawings.part())

    def outcome(self, taught: Any, dataset: Dataset) -> Teaching:
        from core.evaluation import evaluate

        images, labels = self.held_out.images, self.held_out.labels
        return Teaching(
            learned=len(self.learned),
            held_out=len(self.held_out),
            before=evaluate(self.network, images, labels).accuracy,
            after=evaluate(taught, images, labels).accuracy,
            test_before=evaluate(self.network, dataset.test_images, dataset.test_labels).accuracy,
        )


class _Pulse:
    """What a training and the thread that speaks for it tell each other."""

    def __init__(self, progress: float) -> None:
        self.progress = progress
        self.told_to_stop = threading.Event()
        self.lost = False

    def report(self, progress: float) -> None:
        self.progress = progress


@contextlib.contextmanager
def _beating(claim: Claim) -> Iterator[_Pulse]:
    """Say for a run that its worker is alive, as long as the block lasts."""
    pulse = _Pulse(claim.run.progress)
    done = threading.Event()

    def beat() -> None:
        while not done.is_set():
            try:
                if claim.beat(pulse.progress):
                    pulse.told_to_stop.set()
            except ClaimLost:
                pulse.lost = True
                pulse.told_to_stop.set()
                return
            except StoreError:
                _log.warning("Run %s cannot report how far it is; it goes on.", claim.run.id)
            done.wait(BEAT_SECONDS)

    thread = threading.Thread(target=beat, name="digit-lab-pulse", daemon=True)
    thread.start()
    try:
        yield pulse
    finally:
        done.set()
        thread.join()


def _give_memory_back() -> None:
    """Return what the training took to the system; the C library would keep most of it."""
    gc.collect()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)


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
    if isinstance(error, DataError | TensorFlowLoadError | TrainingError | RunError):
        return str(error)
    # TensorFlow's own error is told by its name: importing TensorFlow may be what failed.
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "The server ran out of memory. Choose a smaller network or fewer training images."
    return "The training broke off because of an error in the program. Please start it again."
