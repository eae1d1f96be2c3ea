"""Baselines measured in the background: one at a time, on one core, in a thread that ends with its work.

They are not runs: nobody stops, names, or continues them, and they have no network to keep. So they
do not wait in the queue, and give way to what does: the thread has the lowest priority.
"""

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from core.data import DataError, Dataset, load_mnist
from core.recipe import Recipe
from core.sampling import SelectionError, select, selection_key, take
from core.store.baselines import read_baselines, save_baseline
from core.store.database import Database, StoreError

THREAD_NAME = "digit-lab-baselines"
# Choices of training images that may wait: a few minutes for the last of them.
_WAITING = 5
_KEPT_FAILURES = 50
_LOWEST_PRIORITY = 19

_log = logging.getLogger(__name__)


class BaselinesRefused(Exception):
    """Raised when no further baselines can wait. The message says what to do."""


@dataclass(frozen=True)
class BaselineJob:
    """How far the baselines of some training images have come.

    Attributes
    ----------
    ahead : int
        How many others are measured before.
    failure : str
        Why they could not be measured, as a sentence; empty otherwise.
    """

    ahead: int = 0
    failure: str = ""


class BaselineWorker:
    """Measures baselines one after the other, for all visitors of a server.

    Parameters
    ----------
    database : Database
        Where they are kept.
    load_data : callable
        Returns the dataset.
    """

    def __init__(self, database: Database, load_data: Callable[[], Dataset] = load_mnist) -> None:
        self._database = database
        self._load_data = load_data
        self._lock = threading.Lock()
        self._waiting: deque[Recipe] = deque()
        self._running: Recipe | None = None
        self._failures: dict[str, str] = {}
        self._thread: threading.Thread | None = None

    def begin(self, recipe: Recipe) -> None:
        """Measure the baselines on the training images of a recipe, if that is not to come already.

        Raises
        ------
        BaselinesRefused
            If too many wait.
        """
        with self._lock:
            if self._place(recipe) is not None:
                return
            if len(self._waiting) >= _WAITING:
                raise BaselinesRefused("Other baselines are being measured now. Try again in a minute.")
            self._failures.pop(selection_key(recipe), None)
            self._waiting.append(recipe)
            if self._thread is None:
                # A daemon: the end of the server does not wait for it.
                self._thread = threading.Thread(target=self._work, name=THREAD_NAME, daemon=True)
                self._thread.start()

    def job(self, recipe: Recipe) -> BaselineJob | None:
        """Return how far the baselines of a recipe are; None if nobody has begun, or they are finished."""
        with self._lock:
            place, failure = self._place(recipe), self._failures.get(selection_key(recipe), "")
            return BaselineJob(place or 0, failure) if place is not None or failure else None

    def _place(self, recipe: Recipe) -> int | None:
        """Return how many are measured before those of a recipe; None if they are not to come."""
        jobs = [*([self._running] if self._running else []), *self._waiting]
        keys = [selection_key(job) for job in jobs]
        key = selection_key(recipe)
        return keys.index(key) if key in keys else None

    def _work(self) -> None:
        _give_way()
        while True:
            with self._lock:
                self._running = None
                if not self._waiting:
                    self._thread = None
                    return
                recipe = self._running = self._waiting.popleft()
            failure = self._measured(recipe)
            if failure:
                with self._lock:
                    self._failures[selection_key(recipe)] = failure
                    while len(self._failures) > _KEPT_FAILURES:
                        self._failures.pop(next(iter(self._failures)))

    def _measured(self, recipe: Recipe) -> str:
        """Measure what is missing; return why that was not possible, or nothing."""
        try:
            self._measure(recipe)
        except (DataError, SelectionError, StoreError) as error:
            return str(error)
        except MemoryError:
            return "The server has too little free memory to measure the baselines. Try again later."
        except Exception:
            _log.exception("The baselines could not be measured.")
            return "The baselines could not be measured because of a program error. Try again."
        return ""

    def _measure(self, recipe: Recipe) -> None:
        from core.analysis.measured_baselines import CLASSIFIERS, measure

        key, dataset = selection_key(recipe), self._load_data()
        selection = select(recipe, dataset)
        images = take(dataset.train_images, selection.fit)
        known = {found.name for found in read_baselines(self._database, key)}
        for name in CLASSIFIERS:
            if name not in known:
                found = measure(name, images, selection.fit_labels, dataset.test_images, dataset.test_labels)
                save_baseline(self._database, key, found)


def _give_way() -> None:
    """Let the trainings go first, where threads have priorities of their own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOWEST_PRIORITY)
