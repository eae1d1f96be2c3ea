"""Who may join the queue, and who is asked to wait."""

import numpy as np
import pytest

from core.jobs import queue_admission
from core.jobs.queue import RunQueue
from core.jobs.queue_admission import MAX_COOKIELESS, MAX_WAITING, RunRefused
from core.recipe import Recipe
from core.store.drawings import DrawingStore
from core.store.runs import RunStore
from tests.core.jobs.queued import OTHER, RECIPE, finish, leased
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE


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
