"""A network that was operated on, kept as a run of its own."""

import pytest

from core.inspection.operation import Operation
from core.jobs.queue import RunQueue
from core.recipe import ARTICLE, Recipe
from core.store.operated import keep_operated
from core.store.run import RunError, RunState
from core.store.runs import RunStore
from core.store.seeds import alike
from tests.postgres import ON_EVERY_DATABASE
from tests.stored import finished_run, set_size

pytestmark = ON_EVERY_DATABASE

PRUNED = Operation((("hidden_1", 3),), prune=0.5, seed=2)


def test_it_has_the_recipe_and_curve_of_its_parent_and_says_what_was_done(store: RunStore):
    parent = finished_run(store, Recipe(epochs=2), name="Mine")
    kept = keep_operated(store, parent.id, PRUNED, b"operated", "bob", "Bob", test_accuracy=0.7)
    assert kept == store.get(kept.id)
    assert (kept.name, kept.number, kept.owner, kept.nickname) == ("Mine · operated", 2, "bob", "Bob")
    assert (kept.state, kept.parent, kept.recipe) == (RunState.FINISHED, parent.id, parent.recipe)
    assert (kept.operation, kept.test_accuracy, kept.train_accuracy) == (PRUNED, 0.7, None)
    assert store.model_file(kept.id) == b"operated"
    assert store.history(kept.id) == store.history(parent.id)
    assert store.model_file(parent.id) == b"network", "the parent stays as it is"
    again = keep_operated(store, kept.id, PRUNED, b"twice", "bob", test_accuracy=0.6)
    assert (again.name, again.parent) == ("Mine · operated", kept.id)
    assert finished_run(store, Recipe(epochs=1)).number == 4


def test_a_bundled_network_can_be_kept_operated_on(store: RunStore):
    kept = keep_operated(store, "article", PRUNED, b"operated", "bob", test_accuracy=0.7)
    assert (kept.parent, kept.recipe, kept.bundled) == ("article", ARTICLE, False)
    assert [run.id for run in store.models() if not run.bundled] == [kept.id]


def test_it_is_no_other_seed_of_its_parent_and_cannot_be_continued(store: RunStore):
    parent = finished_run(store, Recipe(epochs=1))
    kept = keep_operated(store, parent.id, PRUNED, b"operated", "ann", test_accuracy=0.7)
    assert alike(kept, kept)
    assert not alike(parent, kept)
    with pytest.raises(RunError, match="cannot be continued"):
        RunQueue(store).extend(kept.id, 1, "ann")


def test_it_counts_for_its_owner_s_quota(store: RunStore):
    old = finished_run(store, Recipe(epochs=1))
    set_size(store, old.id, 120)
    store.pin(old.id, "ann", True)
    with pytest.raises(RunError, match="in use, leave too little"):
        keep_operated(store, old.id, PRUNED, b"operated", "ann", test_accuracy=0.7)
    assert [run.id for run in store.runs()] == [old.id], "nothing is half written"
    store.pin(old.id, "ann", False)
    kept = keep_operated(store, old.id, PRUNED, b"operated", "ann", test_accuracy=0.7)
    assert kept.has_model
    assert not store.get(old.id).has_model, "the older model made room"


def test_what_was_not_changed_is_not_kept(store: RunStore):
    with pytest.raises(RunError, match="Nothing has been changed yet"):
        keep_operated(store, "article", Operation(), b"same", "ann", test_accuracy=0.9)
    with pytest.raises(RunError, match="no longer on this server"):
        keep_operated(store, "gone", PRUNED, b"network", "ann", test_accuracy=0.9)
