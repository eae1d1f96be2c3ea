"""Runs that begin with another network: trained further, or fine-tuned on drawings."""

import pytest
from sqlalchemy import select

from core.fine_tuning.outcome import FineTuning
from core.history import Checkpoint
from core.hyperparameters.validation import RecipeError
from core.jobs.queue import RunQueue
from core.jobs.queue_admission import RunRefused
from core.recipe import Recipe
from core.store.run import RunError
from core.store.runs import RunStore
from core.store.tables import FILES
from tests.core.jobs.queued import EPOCHS, RECIPE, finish, leased, save, some_drawings
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE


def test_train_further(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 3)
    finish(lease)
    child = queue.extend(lease.run.id, 2, "bob", "Bob")
    assert (child.owner, child.parent, child.parent_epochs) == ("bob", lease.run.id, 3)
    assert child.recipe == Recipe(epochs=5)
    assert child.label == "Run 2: Run"
    assert store.history(child.id) == EPOCHS
    taken = queue.lease("worker")
    assert taken.checkpoint() == Checkpoint(EPOCHS, b"end state")
    assert store.get(child.id).progress == pytest.approx(3 / 5)

    with pytest.raises(RecipeError, match="Epochs must be a whole number"):
        queue.extend(lease.run.id, 98, "cem")
    with pytest.raises(RunError, match="cannot be continued"):
        queue.extend(child.id, 1, "cem")
    store.delete(lease.run.id, "ann")
    assert store.history(child.id) == EPOCHS, "the parent may go"


def test_a_child_that_has_not_begun_is_cancelled_altogether(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 3)
    finish(lease)
    child = queue.extend(lease.run.id, 2, "ann")
    queue.stop(child.id, "ann")
    assert [run.id for run in store.runs()] == [lease.run.id]


def kinds_of_files(store: RunStore, run_id: str) -> set[str]:
    with store.database.reading() as connection:
        return set(connection.scalars(select(FILES.c.kind).where(FILES.c.run_id == run_id)))


def test_fine_tuning_is_a_new_run_that_brings_all_it_needs(queue: RunQueue, store: RunStore):
    run = queue.fine_tune("softmax", some_drawings(), "ann")
    assert run.parent == "softmax"
    assert run.name == "Softmax regression (no hidden layer) · fine-tuned"
    assert run.fine_tuning == FineTuning(train_size=9, holdout_size=3)
    assert run.recipe.hidden_units == ()
    lease = queue.lease("worker 1")
    assert lease
    network, drawings = lease.fine_tuning_files()
    assert network == store.model_file("softmax")
    assert drawings.labels.tolist() == some_drawings().labels.tolist()

    outcome = FineTuning(9, 3, before=0.0, after=1.0, test_before=0.9)
    lease.finish(b"network", b"state", False, 0.9, 0.9, {}, outcome)
    assert store.get(run.id).fine_tuning == outcome
    assert kinds_of_files(store, run.id) == {"network", "state"}, "drawings stay with their owner only"
    with pytest.raises(RunError, match="fine-tune it on more drawings"):
        queue.extend(run.id, 1, "ann")


def test_fine_tuning_needs_a_network_and_some_drawings(queue: RunQueue):
    with pytest.raises(RunRefused, match="at least 8"):
        queue.fine_tune("softmax", some_drawings(7), "ann")
    with pytest.raises(RunError, match="no longer on this server"):
        queue.fine_tune("nothing", some_drawings(), "ann")
    waiting = queue.enqueue(RECIPE, "ann", "Run")
    with pytest.raises(RunError, match="no model yet"):
        queue.fine_tune(waiting.id, some_drawings(), "bob")
    with pytest.raises(RunRefused, match="already have a queued run"):
        queue.fine_tune("softmax", some_drawings(), "ann")


def test_fine_tuning_that_is_cancelled_leaves_no_drawings(queue: RunQueue, store: RunStore):
    run = queue.fine_tune("softmax", some_drawings(), "ann")
    queue.stop(run.id, "ann")
    assert kinds_of_files(store, run.id) == set()
