"""What belongs to an owner: browsers, a nickname, and all of it at once."""

import numpy as np
import pytest
from sqlalchemy import func, select

from core.jobs.lease import LeaseLost
from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.series.experiment import Trial
from core.store import owners
from core.store.database import Database
from core.store.drawings import DrawingStore
from core.store.owners import change_nickname, delete_all, link_browser, linked_owner
from core.store.runs import RunStore
from core.store.series import save_plan
from core.store.tables import METADATA
from tests.stored import finished_run


def test_a_browser_belongs_to_whom_it_was_linked_last(store: RunStore, address: str):
    database = store.database
    assert linked_owner(database, "laptop") is None
    link_browser(database, "laptop", "ann")
    link_browser(database, "laptop", "bob")
    link_browser(database, "tablet", "ann")
    again = Database(address)
    assert [linked_owner(again, name) for name in ("laptop", "tablet")] == ["bob", "ann"]
    again.close()
    link_browser(database, "laptop", "laptop")
    assert linked_owner(database, "laptop") is None, "it is an owner of its own again"


def test_the_links_of_browsers_are_bounded(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(owners, "MAX_BROWSERS", 2)
    for number in range(4):
        monkeypatch.setattr(owners, "now", lambda moment=number: f"2026-01-0{moment + 1}")
        link_browser(store.database, f"{number}", "ann")
    assert [linked_owner(store.database, f"{number}") for number in range(4)] == [None, None, "ann", "ann"]


def test_a_nickname_is_changed_or_taken_off_for_all_runs_of_its_owner(store: RunStore):
    for owner in ("ann", "ann", "bob"):
        finished_run(store, Recipe(epochs=1), owner, nickname=owner)
    change_nickname(store.database, "ann", "Annie")
    assert [run.nickname for run in store.runs()] == ["bob", "Annie", "Annie"]
    change_nickname(store.database, "ann", "")
    assert [run.nickname for run in store.runs("ann")] == ["", ""]


def rows(store: RunStore) -> dict[str, int]:
    with store.database.reading() as connection:
        tables = [table for table in METADATA.sorted_tables if table.name != "counter"]
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }


def test_all_that_is_mine_is_deleted_and_nothing_of_others(store: RunStore):
    def leave_everything(owner: str, images: int) -> None:
        finished_run(store, Recipe(epochs=2), owner)
        for number in range(images):
            DrawingStore(store.database, owner).save(np.full((28, 28), number + 1, np.uint8), number)
        link_browser(store.database, f"{owner}'s tablet", owner)
        save_plan(store.database, owner, Trial("nist"))

    leave_everything("bob", 1)
    before = rows(store)
    leave_everything("ann", 2)
    queue = RunQueue(store)
    queue.enqueue(Recipe(epochs=3), "ann", "In training")
    lease = queue.lease("worker")
    queue.enqueue(Recipe(epochs=4), "ann", "Waits")
    delete_all(store.database, "ann")
    assert rows(store) == before
    assert store.active() == ()
    assert lease
    with pytest.raises(LeaseLost):
        lease.heartbeat(0.5)
