import dataclasses
import threading

import pytest

from core.data import DataError, Dataset
from core.jobs.baseline_worker import THREAD_NAME, BaselinesRefused, BaselineWorker
from core.recipe import Recipe
from core.sampling import selection_key
from core.store.baselines import read_baselines
from core.store.runs import RunStore

TINY = Recipe(train_size=300)


def wait() -> None:
    for thread in threading.enumerate():
        if thread.name == THREAD_NAME:
            thread.join()


def test_baselines_are_measured_once_and_kept(store: RunStore, mnist: Dataset):
    small = dataclasses.replace(
        mnist, test_images=mnist.test_images[:200], test_labels=mnist.test_labels[:200]
    )
    worker = BaselineWorker(store.database, lambda: small)
    worker.begin(TINY)
    wait()
    found = read_baselines(store.database, selection_key(TINY))
    assert [one.name for one in found] == ["Nearest class mean", "Logistic regression", "1-nearest neighbor"]
    assert all(one.accuracy > 0.5 and one.images == 300 for one in found)
    assert worker.job(TINY) is None
    # Another network that learns from the same images has the same baselines.
    assert selection_key(dataclasses.replace(TINY, epochs=3, seed=5)) == selection_key(TINY)
    assert selection_key(dataclasses.replace(TINY, label_noise=0.1)) != selection_key(TINY)


def test_what_cannot_be_measured_says_why_and_can_be_tried_again(store: RunStore):
    def missing() -> Dataset:
        raise DataError("The data is missing.")

    worker = BaselineWorker(store.database, missing)
    worker.begin(TINY)
    wait()
    job = worker.job(TINY)
    assert job
    assert job.failure == "The data is missing."
    worker.begin(TINY)
    wait()


def test_only_some_may_wait(store: RunStore):
    go = threading.Event()

    def load() -> Dataset:
        go.wait(60)
        raise DataError("The test is over.")

    def ask_for_many() -> None:
        for size in range(300, 310):
            worker.begin(dataclasses.replace(TINY, train_size=size))

    worker = BaselineWorker(store.database, load)
    with pytest.raises(BaselinesRefused, match="Try again"):
        ask_for_many()
    go.set()
    wait()
