"""The training queue: takes recipes, trains them beside the server, writes to the store."""

import contextlib
import ctypes
import gc
import logging
import os
import platform
import secrets
import socket
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from core.data import DataError, Dataset, load_mnist
from core.database import StoreError
from core.engine import EngineError, engine
from core.history import TrainingError
from core.line import Beat, Claim, ClaimLost, Line
from core.recipe import Recipe
from core.records import Run, RunError
from core.runs import RunStore, open_network
from core.teaching import Drawings, Teaching, mix

# Both cores are busy with one training already.
WORKERS = 1
# A worker says that it is alive, and asks whether it shall stop, so often.
BEAT_SECONDS = 0.5
# After so long without a sign of life its run is taken away. Long enough for the import of
# TensorFlow on a busy machine, which can hold up all threads for seconds.
LIFELESS_SECONDS = 10.0
# How often a queue looks for runs that others have left; its own wake it up.
LOOK_SECONDS = 2.0
# How long it leaves a store alone that cannot be used.
PAUSE_SECONDS = 10.0
# How long the end of the server waits for the trainings to notice it.
SHUTDOWN_SECONDS = 10.0

_log = logging.getLogger(__name__)


class TrainingQueue:
    """Trains the runs of a store, first come, first served, in the background.

    Parameters
    ----------
    store : RunStore
        Where progress and results are written; whoever shows them reads them there.
    executor : concurrent.futures.Executor, optional
        Where runs are trained: threads of this process if there is none. Another
        process or machine will do, if it reaches the store.
    workers : int
        How many runs are trained at the same time.
    load_data : callable
        Gives the `Dataset`; called by the worker.
    """

    def __init__(
        self,
        store: RunStore,
        executor: Executor | None = None,
        workers: int = WORKERS,
        load_data: Callable[[], Dataset] = load_mnist,
    ) -> None:
        self.line = Line(store)
        self._executor = executor or ThreadPoolExecutor(workers, thread_name_prefix="digit-lab-training")
        self._workers = workers
        self._load_data = load_data
        self._worker = f"{socket.gethostname()[:30]} {os.getpid()} {secrets.token_hex(4)}"
        self._claims: dict[Future[None], Claim] = {}
        self._seen: dict[Beat, float] = {}
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="digit-lab-queue", daemon=True)
        self._thread.start()
        _QUEUES.add(self)

    def submit(self, recipe: Recipe, owner: str, name: str, nickname: str = "") -> Run:
        """Line up a new run; see `Line.enqueue`."""
        return self.submit_series((recipe,), owner, name, nickname)[0]

    def submit_series(
        self, recipes: Sequence[Recipe], owner: str, name: str, nickname: str = ""
    ) -> tuple[Run, ...]:
        """Line up several new runs; see `Line.enqueue_series`."""
        runs = self.line.enqueue_series(recipes, owner, name, nickname)
        self._wake.set()
        return runs

    def extend(self, run_id: str, epochs: int, owner: str, nickname: str = "") -> Run:
        """Line up a run that goes on from another one; see `Line.extend`."""
        run = self.line.extend(run_id, epochs, owner, nickname)
        self._wake.set()
        return run

    def teach(self, run_id: str, drawings: Drawings, owner: str, nickname: str = "") -> Run:
        """Line up a run that teaches a network drawings; see `Line.teach`."""
        run = self.line.teach(run_id, drawings, owner, nickname)
        self._wake.set()
        return run

    def resume(self, run_id: str, owner: str) -> None:
        """Put an interrupted run back in line; see `Line.resume`."""
        self.line.resume(run_id, owner)
        self._wake.set()

    def stop(self, run_id: str, owner: str) -> None:
        """Stop a run, or let it leave the line; see `Line.stop`."""
        self.line.stop(run_id, owner)

    def shutdown(self) -> None:
        """Put what is being trained back in line, for the next server, and end all threads."""
        self._ended.set()
        self._wake.set()
        self._thread.join(SHUTDOWN_SECONDS)
        for claim in list(self._claims.values()):
            # The worker notices at its next beat that the run is not its own any more.
            with contextlib.suppress(ClaimLost, StoreError):
                claim.release()
        wait(list(self._claims), SHUTDOWN_SECONDS)
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._ended.is_set():
            pause = LOOK_SECONDS
            try:
                self._take_lifeless()
                while len(self._claims) < self._workers and (claim := self.line.claim(self._worker)):
                    self._start(claim)
            except Exception:
                # The store may be locked or its disk full for a while. Whatever it is, a queue
                # that gives up would keep everybody waiting.
                _log.exception("The queue cannot go on; it tries again soon.")
                pause = PAUSE_SECONDS
            self._wake.wait(pause)
            self._wake.clear()

    def _start(self, claim: Claim) -> None:
        if self._ended.is_set():
            claim.release()
            return
        try:
            future = self._executor.submit(train_run, claim, self._load_data)
        except RuntimeError:
            _log.exception("No worker for run %s.", claim.run.id)
            with contextlib.suppress(ClaimLost):
                claim.fail("The server is too busy to train now. Try again later.")
            return
        self._claims[future] = claim
        future.add_done_callback(self._done)

    def _done(self, future: Future[None]) -> None:
        self._claims.pop(future, None)
        self._wake.set()

    def _take_lifeless(self) -> None:
        """Take runs away whose beat has stood still, by this process' own clock."""
        moment = time.monotonic()
        own = {claim.run.id for claim in list(self._claims.values())}
        beats = [beat for beat in self.line.beats() if beat.run_id not in own]
        self._seen = {beat: self._seen.get(beat, moment) for beat in beats}
        for beat, since in self._seen.items():
            if moment - since > LIFELESS_SECONDS:
                self.line.take_away(beat)


_QUEUES: weakref.WeakSet[TrainingQueue] = weakref.WeakSet()


def _end_all() -> None:
    for queue in list(_QUEUES):
        queue.shutdown()


# Python waits for the threads of executors before `atexit` is asked. Nothing public comes
# earlier, and a training of minutes would hold up the end of the server.
threading._register_atexit(_end_all)  # type: ignore[attr-defined]


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
    engine.load()
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
    if isinstance(error, DataError | EngineError | TrainingError | RunError):
        return str(error)
    # TensorFlow's own error is told by its name: importing TensorFlow may be what failed.
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "The server ran out of memory. Choose a smaller network or fewer training images."
    return "The training broke off because of an error in the program. Please start it again."
