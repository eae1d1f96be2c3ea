"""Which worker processes are there."""

import pytest

from core.jobs.heartbeat import Watch
from core.jobs.registry import count_workers, register, registered_workers, unregister
from core.store.runs import RunStore
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE


def test_a_worker_is_listed_from_its_first_sign_of_life_until_its_end(store: RunStore):
    assert registered_workers(store) == ()
    register(store, "one")
    register(store, "two")
    register(store, "one")
    assert {worker.id: worker.heartbeat for worker in registered_workers(store)} == {"one": 1, "two": 0}
    assert count_workers(store) == 2
    unregister(store, "one")
    unregister(store, "gone before")
    assert [worker.id for worker in registered_workers(store)] == ["two"]


def test_only_a_silent_worker_is_forgotten_and_it_comes_back_with_its_next_sign_of_life(store: RunStore):
    register(store, "one")
    (before,) = registered_workers(store)
    register(store, "one")
    unregister(store, before.id, before.heartbeat)
    (after,) = registered_workers(store)
    unregister(store, after.id, after.heartbeat)
    assert count_workers(store) == 0
    register(store, "one")
    assert count_workers(store) == 1


def test_a_sign_of_life_is_still_only_if_no_look_has_seen_it_change(monkeypatch: pytest.MonkeyPatch):
    clock = iter((0.0, 6.0, 11.0, 17.0))
    monkeypatch.setattr("core.jobs.heartbeat.time.monotonic", lambda: next(clock))
    watch = Watch[str]()
    assert watch.still(["a 1", "b 1"], 10) == []
    assert watch.still(["a 1", "b 2"], 10) == []
    assert watch.still(["a 1", "b 2"], 10) == ["a 1"]
    assert watch.still(["b 2"], 10) == ["b 2"]
