"""The queue: who waits, who is next, and whose run it is."""

import threading

import pytest

from core.jobs.queue import RunQueue
from core.jobs.queue_admission import RunRefused
from core.jobs.queue_order import move_first
from core.recipe import Recipe
from core.steering.control import Control
from core.store.run import RunError, RunState
from core.store.runs import RunStore
from tests.core.jobs.queued import OTHER, RECIPE, finish, leased, save, some_drawings
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE


def test_a_run_is_steered_from_its_first_batch_on(queue: RunQueue):
    """In a second transaction the worker could have begun before."""
    queue.enqueue(RECIPE, "ann", "Run", control=Control(hold_at=0))
    lease = queue.lease("worker")
    assert lease
    assert lease.run.control.hold_at == 0


def test_first_come_first_served(queue: RunQueue, store: RunStore):
    ids = [queue.enqueue(RECIPE, f"owner {number}", "Run").id for number in range(30)]
    assert [run.id for run in store.active()] == ids
    served = []
    while lease := queue.lease("worker"):
        served.append(lease.run.id)
        assert store.get(lease.run.id).state is RunState.RUNNING
        finish(lease)
    assert served == ids
    assert store.active() == ()


def test_each_run_that_joins_the_queue_wakes_the_scheduler(store: RunStore):
    wake = threading.Event()
    queue = RunQueue(store, wake)

    def woken() -> bool:
        was_set = wake.is_set()
        wake.clear()
        return was_set

    lease = leased(queue)
    assert woken()
    lease.interrupt("The disk of this server is full.")
    queue.resume(lease.run.id, "ann")
    assert woken()
    lease = queue.lease("worker 1")
    save(lease, 3)
    finish(lease)
    queue.extend(lease.run.id, 1, "bob")
    assert woken()
    queue.fine_tune("softmax", some_drawings(), "cem")
    assert woken()


def test_cancel_leaves_the_queue(queue: RunQueue, store: RunStore):
    run = queue.enqueue(RECIPE, "ann", "Run")
    with pytest.raises(RunError, match="Only the person who started"):
        queue.stop(run.id, "bob")
    queue.stop(run.id, "ann")
    assert store.runs() == ()
    assert queue.lease("worker") is None
    queue.enqueue(RECIPE, "ann", "Another")


def test_only_the_owner_stops(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    assert lease.heartbeat(0.1) is False
    with pytest.raises(RunError, match="Only the person who started"):
        queue.stop(lease.run.id, "bob")
    assert lease.heartbeat(0.2) is False
    queue.stop(lease.run.id, "ann")
    assert lease.heartbeat(0.3) is True
    assert store.get(lease.run.id).progress == 0.3
    lease.finish(b"network", b"state", True, 0.5, 0.5, {})
    assert store.get(lease.run.id).state is RunState.STOPPED
    queue.stop(lease.run.id, "ann")
    assert store.get(lease.run.id).state is RunState.STOPPED, "there is nothing left to stop"


def test_a_resumed_run_waits_like_others(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    lease.interrupt("The disk of this server is full.")
    queue.enqueue(RECIPE, "ann", "Another")
    with pytest.raises(RunRefused, match="already have a queued run"):
        queue.resume(lease.run.id, "ann")
    assert store.get(lease.run.id).state is RunState.INTERRUPTED


def test_many_at_once_lose_nothing(store: RunStore, queue: RunQueue):
    """Thirty students and two workers at the same moment."""
    errors: list[BaseException] = []
    taken: list[str] = []

    def student(number: int) -> None:
        try:
            queue.enqueue(RECIPE, f"owner {number}", "Run")
        except BaseException as error:
            errors.append(error)

    def worker(name: str) -> None:
        try:
            while len(taken) < 30:
                if lease := queue.lease(name):
                    taken.append(lease.run.id)
                    finish(lease)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=student, args=(number,)) for number in range(30)]
    threads += [threading.Thread(target=worker, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    assert len(taken) == len(set(taken)) == 30
    assert sorted(run.number for run in store.runs()) == list(range(1, 31))


def test_a_series_waits_as_one_run_would(queue: RunQueue, store: RunStore):
    """Ann queues three seeds, then come Bob and Cem: each waits for one run of Ann's."""
    recipes = [Recipe(epochs=3, seed=seed) for seed in range(3)]
    ann = queue.enqueue_series(recipes, "ann", "Seeds")
    assert [run.recipe.seed for run in ann] == [0, 1, 2]
    with pytest.raises(RunRefused, match="You already have a queued run"):
        queue.enqueue(RECIPE, "ann", "Another")
    queue.enqueue(RECIPE, "bob", "Bob's")
    queue.enqueue(RECIPE, "cem", "Cem's")
    served = []
    while lease := queue.lease("worker"):
        served.append((lease.run.owner, lease.run.recipe.seed))
        if len(served) == 2:
            queue.enqueue(RECIPE, "dan", "Dan's")
        finish(lease)
    assert served == [("ann", 0), ("bob", 0), ("cem", 0), ("ann", 1), ("dan", 0), ("ann", 2)]


def test_a_waiting_run_keeps_its_place_when_the_server_ends(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    waiting = queue.enqueue(OTHER, "ann", "Waits")
    queue.enqueue(RECIPE, "bob", "Later")
    lease.release()
    queue.lease("next server")
    assert [run.id for run in store.active()][:2] == [lease.run.id, waiting.id]


def test_a_recipe_of_another_version_does_not_hold_up_the_queue(queue: RunQueue, store: RunStore):
    strange = queue.enqueue(RECIPE, "ann", "Strange")
    bob = queue.enqueue(RECIPE, "bob", "Bob's")
    with store.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET recipe = '{{\"epochs\": -1}}' WHERE id = '{strange.id}'")
    assert queue.lease("worker").run.id == bob.id
    assert queue.lease("worker") is None
    queue.enqueue(RECIPE, "ann", "Ann's next")


def test_an_operator_cancels_any_run(queue: RunQueue, store: RunStore):
    training = leased(queue, "ann")
    queued = [queue.enqueue(RECIPE, owner, "Run") for owner in ("bob", "cem", "dan")]
    assert queue.cancel([training.run.id, queued[0].id, "gone"]) == 2
    assert training.heartbeat(0.5), "the training is told to stop"
    assert [run.id for run in store.active()] == [training.run.id, queued[1].id, queued[2].id]
    with pytest.raises(RunError, match="taken out of the queue"):
        store.get(queued[0].id)


def test_a_run_is_moved_first_in_its_class_and_nobody_else_waits_longer(queue: RunQueue, store: RunStore):
    owners = ["ann", "stranger", "bob", "other stranger", "cem"]
    runs = {owner: queue.enqueue(Recipe(), owner, owner).id for owner in owners}
    assert move_first(store, runs["cem"], {"ann", "bob", "cem"})
    assert not move_first(store, "gone", {"ann", "bob", "cem"})
    assert not move_first(store, runs["stranger"], {"ann", "bob", "cem"}), "not of this class"
    assert [run.owner for run in store.active()] == ["cem", "stranger", "ann", "other stranger", "bob"]


def test_a_run_is_moved_before_a_series_which_stays_together(queue: RunQueue, store: RunStore):
    queue.enqueue_series([Recipe(seed=seed) for seed in range(3)], "ann", "Seeds")
    bob = queue.enqueue(Recipe(), "bob", "Bob's")
    assert move_first(store, bob.id, {"ann", "bob"})
    served = []
    while lease := queue.lease("worker"):
        served.append(lease.run.owner)
        if len(served) == 1:
            queue.enqueue(Recipe(), "cem", "Came meanwhile")
        finish(lease)
    assert served == ["bob", "ann", "cem", "ann", "ann"]
