"""Train a run that has been taken from the queue, and write all there is to know of it."""

import contextlib
import errno
import logging
import platform
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from core.data import DataError, Dataset, load_mnist
from core.fine_tuning.training import fine_tune
from core.history import DivergenceError, TrainingError
from core.jobs import process_memory
from core.jobs.heartbeat_thread import HeartbeatThread, kept_alive
from core.jobs.lease import Lease, LeaseLost
from core.jobs.tensorflow_loader import TensorFlowLoadError, tensorflow_loader
from core.recipe import Recipe
from core.sampling import SelectionError
from core.store.database import DiskFullError, StoreError
from core.store.networks import open_network
from core.store.run import RunError
from core.test_sets.confusion import TestConfusion
from core.test_sets.halves import TestAnswers

# How soon a store that could not be used is tried again.
AGAIN_SECONDS = 1.0
_TOO_LITTLE_NOW = (
    "The server ran out of memory. What this run has learned is saved: resume it later, or train a smaller "
    "network."
)
_PROGRAM_ERROR = "Training stopped because of a program error. Please start it again."

T = TypeVar("T")

_log = logging.getLogger(__name__)


def train_run(lease: Lease, load_data: Callable[[], Dataset] = load_mnist) -> None:
    """Train a run that has been taken from the queue, and write all there is to know of it.

    In any case the run ends as finished, stopped, failed or interrupted, with a message, or
    belongs to another worker.
    """
    named: dict[str, Any] = {"run": lease.run.id}
    began = time.monotonic()
    try:
        with kept_alive(lease) as heartbeat:
            _train(lease, heartbeat, load_data)
        named["seconds"] = time.monotonic() - began
        _log.info("Run %s has ended.", lease.run.id, extra=named)
    except LeaseLost:
        _log.info("Run %s is no longer this worker's.", lease.run.id, extra=named)
    except StoreError as error:
        _log.warning("Run %s is interrupted. %s", lease.run.id, error, extra=named)
        with contextlib.suppress(LeaseLost, StoreError):
            lease.interrupt(str(error))
    except BaseException as error:
        # A run that stays active would keep everybody from training.
        message, named["seconds"] = _user_message(lease.run.recipe, error), time.monotonic() - began
        # Of what has a sentence of its own, a traceback tells an operator nothing.
        unknown = error if message == _PROGRAM_ERROR else None
        _log.error("Run %s failed. %s", lease.run.id, message, extra=named, exc_info=unknown)
        with contextlib.suppress(LeaseLost, StoreError):
            _end_without_result(lease, message, error)
    finally:
        # Before the next training begins: two at the same time would take twice as much.
        process_memory.release()


def _train(lease: Lease, heartbeat: HeartbeatThread, load_data: Callable[[], Dataset]) -> None:
    # Takes seconds where nobody has done it before: the page shows the run as starting meanwhile.
    tensorflow_loader.load()
    from core.evaluation import evaluate
    from core.model import to_bytes
    from core.steering.loop import Steering
    from core.training import train

    def patiently(call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        return _when_the_store_answers(heartbeat, partial(call, *arguments, **named))

    recipe, dataset = lease.run.recipe, load_data()
    options: dict[str, Any] = {
        "should_stop": heartbeat.should_stop,
        "on_progress": heartbeat.report,
        "on_checkpoint": partial(patiently, lease.save),
        "resume": patiently(lease.checkpoint),
    }
    if lease.run.fine_tuning:
        start, drawings = patiently(lease.fine_tuning_files)
        network = open_network(start) if start else None
        planned = lease.run.fine_tuning
        result, fine_tuning = fine_tune(
            recipe, dataset, network, drawings, planned.mixture, planned.rehearsed, **options
        )
    else:
        steering = Steering(
            heartbeat.control,
            partial(patiently, lease.record),
            partial(patiently, lease.show),
            lease.run.rate_changes,
        )
        result, fine_tuning = train(recipe, dataset, steering=steering, **options), None
    heartbeat.report(1.0)
    test = evaluate(result.model, dataset.test_images, dataset.test_labels)
    patiently(
        lease.finish,
        to_bytes(result.model),
        result.checkpoint.state,
        stopped=result.stopped,
        train_accuracy=evaluate(result.model, result.fit_images, result.fit_labels).accuracy,
        test_accuracy=test.accuracy,
        versions={"precision": result.precision, **library_versions()},
        fine_tuning=fine_tuning,
        test_confusion=TestConfusion.of(test.predictions, test.labels, dataset.test_writers),
        answers=TestAnswers.of(test.predictions, dataset),
    )


def _when_the_store_answers(heartbeat: HeartbeatThread, call: Callable[[], T]) -> T:
    """Return what a call gives; while the store is away, wait for it: what was trained is not lost.

    Raises
    ------
    LeaseLost
        If the run is another worker's by then.
    DiskFullError
        At once: to wait makes no room.
    """
    while True:
        try:
            return call()
        except DiskFullError:
            raise
        except StoreError:
            heartbeat.should_stop()
            time.sleep(AGAIN_SECONDS)


def library_versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that decide what a training gives."""
    import keras
    import numpy as np
    import tensorflow as tf

    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
    }


def _end_without_result(lease: Lease, message: str, error: BaseException) -> None:
    """End a run that broke off; what it has learned stays if that was only for want of memory."""
    if _is_out_of_memory(error) and lease.checkpoint():
        lease.interrupt(_TOO_LITTLE_NOW)
    else:
        lease.fail(message)


def _is_out_of_memory(error: BaseException | None) -> bool:
    """Return whether an error, or one before it, is what a library raises without memory."""
    # TensorFlow's own error is known by its name: importing TensorFlow may be what failed.
    return error is not None and (
        isinstance(error, MemoryError)
        or type(error).__name__ == "ResourceExhaustedError"
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        # Of a library in C that could not even make the error.
        or (isinstance(error, SystemError) and "without exception set" in str(error))
        or _is_out_of_memory(error.__cause__ or error.__context__)
    )


def _user_message(recipe: Recipe, error: BaseException) -> str:
    if isinstance(error, DivergenceError):
        from core.analysis.verdict import divergence_verdict

        return divergence_verdict(recipe, error)
    if isinstance(error, DataError | SelectionError | TensorFlowLoadError | TrainingError | RunError):
        return str(error)
    if _is_out_of_memory(error):
        return "The server ran out of memory. Choose a smaller network or fewer training images."
    return _PROGRAM_ERROR
