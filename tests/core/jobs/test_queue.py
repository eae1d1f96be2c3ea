"""The queue: who waits, who is next, and whose run it is."""

import threading

import numpy as np
import pytest
from sqlalchemy import select

from core.fine_tuning.drawings import Drawings
from core.fine_tuning.outcome import FineTuning
from core.history import Checkpoint, Epoch
from core.hyperparameters.validation import RecipeError
from core.jobs import queue_admission
from core.jobs.heartbeat import MAX_ATTEMPTS, heartbeats, requeue_stale
from core.jobs.lease import Lease, LeaseLost
from core.jobs.queue import RunQueue
from core.jobs.queue_admission import MAX_COOKIELESS, MAX_WAITING, RunRefused
from core.jobs.queue_order import move_first
from core.recipe import Recipe
from core.steering.control import Control
from core.store.drawings import DrawingStore
from core.store.run import RunError, RunState
from core.store.runs import RunStore
from core.store.tables import FILES
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE

RECIPE = Recipe(epochs=3)
OTHER = Recipe(epochs=3, seed=1)
EPOCHS = tuple(Epoch(number, 0.5, 0.9, None, None, 2.0) for number in (1, 2, 3))


@pytest.fixture
def queue(store: RunStore) -> RunQueue:
    return RunQueue(store)


def leased(queue: RunQueue, owner: str = "ann") -> Lease:
    queue.enqueue(RECIPE, owner, "Run")
    lease = queue.lease("worker 1")
    assert lease
    return lease


def save(lease: Lease, epochs: int) -> None:
    for done in range(1, epochs + 1):
        lease.save(Checkpoint(EPOCHS[:done], f"state {done}".encode()))


def finish(lease: Lease) -> None:
    lease.finish(b"network", b"end state", False, 0.9, 0.9, {})


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


def test_one_waiting_and_one_running_for_each_owner(queue: RunQueue, store: RunStore):
    first = queue.enqueue(RECIPE, "ann", "First")
    with pytest.raises(RunRefused, match="You already have a queued run"):
        queue.enqueue(RECIPE, "ann", "Second")
    assert queue.lease("worker 1").run.id == first.id
    with pytest.raises(RunRefused, match="already training this exact recipe"):
        queue.enqueue(RECIPE, "ann", "A second click")
    second = queue.enqueue(OTHER, "ann", "Second")
    with pytest.raises(RunRefused, match="You already have a queued run"):
        queue.enqueue(RECIPE, "ann", "Third")

    # A second worker does not give Ann both cores: it takes Bob's run, though it came later.
    assert queue.count_ready() == 0
    bob = queue.enqueue(RECIPE, "bob", "Bob's")
    assert queue.count_ready() == 1
    assert queue.lease("worker 2").run.id == bob.id
    assert queue.lease("worker 3") is None
    assert [run.id for run in store.active()] == [first.id, bob.id, second.id]


def test_a_full_queue_is_a_sentence_and_a_series_takes_the_place_of_one_student(queue: RunQueue):
    queue.enqueue_series([Recipe(seed=seed) for seed in range(18)], "sweeper", "Six values, three seeds")
    for number in range(MAX_WAITING - 1):
        queue.enqueue(RECIPE, f"owner {number}", "Run")
    with pytest.raises(RunRefused, match="The queue is full"):
        queue.enqueue(RECIPE, "late", "Run")
    queue.lease("worker")
    with pytest.raises(RunRefused, match="The queue is full"):
        queue.enqueue(RECIPE, "late", "The rest of the series still waits")
    queue.lease("worker")
    queue.enqueue(RECIPE, "late", "Run")


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


def test_a_stale_run_goes_on_where_it_was(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    later = queue.enqueue(RECIPE, "bob", "Later")
    save(lease, 2)
    lease.heartbeat(0.8)
    (heartbeat,) = heartbeats(store)
    requeue_stale(store, heartbeat)
    run = store.get(lease.run.id)
    assert run.state is RunState.QUEUED
    assert store.active()[0].id == run.id, "it keeps its place"

    again = queue.lease("worker 2")
    assert again.run.id == run.id != later.id
    assert store.get(run.id).progress == pytest.approx(2 / 3)
    assert again.checkpoint() == Checkpoint(EPOCHS[:2], b"state 2")
    finish(again)


def test_a_run_whose_worker_lives_is_not_requeued(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    (heartbeat,) = heartbeats(store)
    lease.heartbeat(0.1)
    requeue_stale(store, heartbeat)
    assert store.get(lease.run.id).state is RunState.RUNNING


def test_a_worker_that_lost_its_run_writes_nothing_more(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 1)
    (heartbeat,) = heartbeats(store)
    requeue_stale(store, heartbeat)
    other = queue.lease("worker 2")
    before = store.get(lease.run.id)
    for write in (
        lambda: lease.heartbeat(0.9),
        lambda: lease.save(Checkpoint(EPOCHS[:2], b"late")),
        lambda: lease.finish(b"late", b"late", False, 1.0, 1.0, {}),
        lambda: lease.fail("late"),
        lambda: lease.interrupt("late"),
        lease.release,
    ):
        with pytest.raises(LeaseLost):
            write()
    assert store.get(lease.run.id) == before
    assert other.checkpoint() == Checkpoint(EPOCHS[:1], b"state 1")


def test_a_run_that_brings_the_server_down_waits_for_its_owner(queue: RunQueue, store: RunStore):
    queue.enqueue(RECIPE, "ann", "Run")
    for attempt in range(MAX_ATTEMPTS):
        lease = queue.lease(f"worker {attempt}")
        requeue_stale(store, heartbeats(store)[0])
    run = store.get(lease.run.id)
    assert run.state is RunState.INTERRUPTED
    assert "stopped several times" in run.failure
    assert queue.lease("worker") is None
    with pytest.raises(RunError, match="Only the person"):
        queue.resume(run.id, "bob")
    queue.resume(run.id, "ann")
    assert store.get(run.id).failure == ""
    assert queue.lease("worker").run.id == run.id


def test_an_epoch_counts_as_success(queue: RunQueue, store: RunStore):
    queue.enqueue(RECIPE, "ann", "Run")
    for attempt in range(MAX_ATTEMPTS * 2):
        lease = queue.lease(f"worker {attempt}")
        save(lease, 1)
        requeue_stale(store, heartbeats(store)[0])
    assert store.get(lease.run.id).state is RunState.QUEUED


def test_a_released_run_keeps_its_place_and_its_epochs(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    queue.enqueue(RECIPE, "bob", "Later")
    save(lease, 1)
    lease.release()
    assert queue.lease("next server").run.id == lease.run.id
    assert store.history(lease.run.id) == EPOCHS[:1]


def test_cancel_after_an_interruption_keeps_what_was_learned(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 1)
    lease.release()
    queue.stop(lease.run.id, "ann")
    assert store.get(lease.run.id).state is RunState.INTERRUPTED
    assert store.history(lease.run.id) == EPOCHS[:1]


def test_a_resumed_run_waits_like_others(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    lease.interrupt("The disk of this server is full.")
    queue.enqueue(RECIPE, "ann", "Another")
    with pytest.raises(RunRefused, match="already have a queued run"):
        queue.resume(lease.run.id, "ann")
    assert store.get(lease.run.id).state is RunState.INTERRUPTED


def test_a_state_that_was_not_kept_means_beginning_again(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 2)
    with store.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM files")
    lease.release()
    again = queue.lease("worker 2")
    assert again.checkpoint() is None
    save(again, 1)
    assert store.history(lease.run.id) == EPOCHS[:1]
    assert store.get(lease.run.id).epochs_done == 1


def test_a_failed_run_keeps_its_curve_and_no_state(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 1)
    lease.fail("The loss grew beyond all numbers.")
    run = store.get(lease.run.id)
    assert (run.state, run.failure) == (RunState.FAILED, "The loss grew beyond all numbers.")
    assert store.history(run.id) == EPOCHS[:1]
    assert store.usage().bytes == 0


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


def test_a_series_that_does_not_fit_is_refused_as_a_whole(
    queue: RunQueue, store: RunStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queue_admission, "MAX_SERIES_RUNS", 4)
    queue.enqueue_series([RECIPE] * 2, "ann", "Seeds")
    with pytest.raises(RunRefused, match="full of series"):
        queue.enqueue_series([RECIPE] * 3, "bob", "Seeds")
    assert len(store.active()) == 2
    queue.enqueue_series([RECIPE] * 2, "bob", "Seeds")
    queue.enqueue(RECIPE, "cem", "A single run")


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


def test_progress_does_not_jump_back_after_an_interruption(queue: RunQueue, store: RunStore):
    lease = leased(queue)
    save(lease, 1)
    lease.heartbeat(0.6)
    requeue_stale(store, heartbeats(store)[0])
    again = queue.lease("worker 2")
    assert again.run.progress == pytest.approx(1 / 3)


def some_drawings(count: int = 12) -> Drawings:
    return Drawings(np.zeros((count, 28, 28), dtype=np.uint8), np.arange(count, dtype=np.uint8) % 10)


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


def test_owners_without_a_cookie_have_a_part_of_the_queue(queue: RunQueue, store: RunStore):
    """Each connection without a cookie is a new owner: 64 of them once filled the queue in 11 seconds."""
    for number in range(MAX_COOKIELESS):
        queue.enqueue(RECIPE, f"nobody {number}", "Run", has_cookie=False)
    with pytest.raises(RunRefused, match="browsers keep no cookies are waiting"):
        queue.enqueue(RECIPE, "another nobody", "Run", has_cookie=False)
    with pytest.raises(RunRefused, match="browsers keep no cookies"):
        queue.enqueue_series([RECIPE, OTHER], "another nobody", "Run", has_cookie=False)
    for owner in ("ann", "bob", "cem"):
        queue.enqueue(RECIPE, owner, "Run")
    served = []
    while lease := queue.lease("worker"):
        served.append(lease.run.owner)
        finish(lease)
    assert served[:5] == ["nobody 0", "ann", "bob", "cem", "nobody 1"], (
        "others do not wait behind all of them"
    )
    assert set(served) >= {f"nobody {number}" for number in range(MAX_COOKIELESS)}


def test_who_has_trained_or_drawn_here_before_needs_no_cookie(queue: RunQueue, store: RunStore):
    finish(leased(queue, "ann"))
    DrawingStore(store.database, "bob").save(np.full((28, 28), 1, np.uint8), 1)
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE drawings SET created = '2026-01-01T00:00:00+00:00'")
    DrawingStore(store.database, "eve").save(np.full((28, 28), 2, np.uint8), 2)
    runs = [queue.enqueue(RECIPE, owner, "Run", has_cookie=False) for owner in ("ann", "bob", "eve")]
    assert [run.cookieless for run in runs] == [False, False, True], "a drawing of this moment is a click"


def test_a_full_queue_still_admits_who_is_known_here(queue: RunQueue, store: RunStore):
    finish(leased(queue, "ann"))
    for number in range(MAX_WAITING):
        queue.enqueue(RECIPE, f"owner {number}", "Run")
    with pytest.raises(RunRefused, match="The queue is full"):
        queue.enqueue(RECIPE, "new", "Run")
    queue.enqueue_series([RECIPE, OTHER], "ann", "Takes one place")


def test_a_series_of_an_owner_without_a_cookie_moves_nobody_else(queue: RunQueue):
    queue.enqueue_series([Recipe(seed=seed) for seed in range(3)], "nobody", "Seeds", has_cookie=False)
    for owner in ("ann", "bob", "cem", "dan"):
        queue.enqueue(RECIPE, owner, "Run")
    served = []
    while lease := queue.lease("worker"):
        served.append(lease.run.owner)
        finish(lease)
    assert served == ["nobody", "ann", "bob", "cem", "dan", "nobody", "nobody"]


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
