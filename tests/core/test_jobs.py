import dataclasses
import threading

import pytest
import tensorflow as tf

from core.data import DataError, Dataset
from core.jobs import Trainer, TrainingRefused
from core.recipe import Recipe
from core.runs import RunState, RunStore


@pytest.fixture
def store() -> RunStore:
    return RunStore()


@pytest.fixture
def trainer(store: RunStore):
    trainer = Trainer(store)
    yield trainer
    trainer.shutdown()


def wait_for(store: RunStore, run_id: str, condition) -> None:
    for _ in range(3000):
        if condition(store.get(run_id)):
            return
        threading.Event().wait(0.01)
    raise AssertionError(store.get(run_id))


def test_a_training_from_start_to_end(trainer: Trainer, store: RunStore, small_recipe: Recipe):
    run = trainer.submit(small_recipe, "ann", "First")
    assert (run.state, run.owner, run.name) == (RunState.STARTING, "ann", "First")
    trainer.join(120)
    run = store.get(run.id)
    assert run.state is RunState.FINISHED
    assert len(run.history) == small_recipe.epochs
    assert run.progress == 1.0
    assert run.train_accuracy > 0.8
    assert run.test_accuracy > 0.8
    assert run.versions["keras"]
    assert store.models()[0].id == run.id
    assert store.load_model(run.id).count_params() == small_recipe.parameters


def test_epochs_are_in_the_store_while_it_trains(trainer: Trainer, store: RunStore, small_recipe: Recipe):
    run = trainer.submit(dataclasses.replace(small_recipe, epochs=50), "ann", "Long")
    wait_for(store, run.id, lambda run: len(run.history) >= 2)
    seen = store.get(run.id)
    assert seen.state is RunState.TRAINING
    assert 0 < seen.progress < 1
    assert store.active() == store.get(run.id)
    trainer.stop(run.id, "ann")
    trainer.join(60)


def test_one_at_a_time_and_only_the_owner_stops(trainer: Trainer, store: RunStore, small_recipe: Recipe):
    run = trainer.submit(dataclasses.replace(small_recipe, epochs=50), "ann", "Ann's")
    with pytest.raises(TrainingRefused, match="Somebody else is training"):
        trainer.submit(small_recipe, "bob", "Bob's")
    with pytest.raises(TrainingRefused, match="Your training is still going on"):
        trainer.submit(small_recipe, "ann", "Ann's second")
    with pytest.raises(TrainingRefused, match="Only the person who started"):
        trainer.stop(run.id, "bob")
    wait_for(store, run.id, lambda run: run.history)
    trainer.stop(run.id, "ann")
    trainer.join(60)
    stopped = store.get(run.id)
    assert stopped.state is RunState.STOPPED
    assert 0 < len(stopped.history) < 50
    assert stopped.test_accuracy > 0.5
    trainer.stop(run.id, "bob")  # It has ended: nothing to do, nothing to refuse.

    second = trainer.submit(small_recipe, "bob", "Bob's")
    trainer.join(60)
    assert store.get(second.id).state is RunState.FINISHED


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (DataError("MNIST is missing. Restore it."), "MNIST is missing. Restore it."),
        (MemoryError(), "The server ran out of memory"),
        (RuntimeError("0x3f"), "an error in the program"),
        (tf.errors.ResourceExhaustedError(None, None, "OOM when allocating"), "ran out of memory"),
        (SystemExit(1), "an error in the program"),
    ],
)
def test_a_failure_is_a_sentence_and_the_next_training_works(
    store: RunStore, small_recipe: Recipe, mnist: Dataset, error: BaseException, sentence: str
):
    answers = iter([error, mnist])

    def load() -> Dataset:
        answer = next(answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    trainer = Trainer(store, load)
    failed = trainer.submit(small_recipe, "ann", "Fails")
    trainer.join(60)
    assert store.get(failed.id).state is RunState.FAILED
    assert sentence in store.get(failed.id).failure
    assert "0x3f" not in store.get(failed.id).failure

    second = trainer.submit(small_recipe, "ann", "Works")
    trainer.join(60)
    assert store.get(second.id).state is RunState.FINISHED
    trainer.shutdown()


def test_the_worker_is_named_and_ends_with_the_trainer(store: RunStore, small_recipe: Recipe):
    trainer = Trainer(store)
    run = trainer.submit(dataclasses.replace(small_recipe, epochs=50), "ann", "Long")
    wait_for(store, run.id, lambda run: run.state is RunState.TRAINING)
    workers = [thread for thread in threading.enumerate() if thread.name == "digit-lab-training"]
    assert len(workers) == 1
    trainer.shutdown()
    assert not workers[0].is_alive()
    assert store.get(run.id).state is RunState.STOPPED


def test_a_worker_that_cannot_start_is_a_sentence_and_blocks_nobody(
    trainer: Trainer, store: RunStore, small_recipe: Recipe, monkeypatch: pytest.MonkeyPatch
):
    def fail(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        with pytest.raises(TrainingRefused, match="too busy to train now"):
            trainer.submit(small_recipe, "ann", "Fails")
    assert store.active() is None
    run = trainer.submit(small_recipe, "ann", "Works")
    trainer.join(60)
    assert store.get(run.id).state is RunState.FINISHED
