"""A store that an older version of Digit Lab has left opens with all its runs."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import MetaData, create_engine, delete, insert, text

from core.fine_tuning.outcome import FineTuning
from core.history import Epoch
from core.jobs.heartbeat import Heartbeat, heartbeats, requeue_stale
from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.steering.control import Control
from core.store.drawings import DrawingStore
from core.store.engine import upgrade
from core.store.run import RunState
from core.store.runs import RunStore
from core.store.snapshots import snapshot_epochs
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE
TIME = "2026-11-26T19:07:37+00:00"


@pytest.fixture
def old_store(address: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[RunStore]:
    (tmp_path / "runs.db").unlink(missing_ok=True)
    old = sqlite3.connect(tmp_path / "runs.db")
    old.executescript((Path(__file__).parent / "revision_0005.sql").read_text(encoding="utf-8"))
    if not address.startswith("sqlite"):
        address = request.getfixturevalue("postgres").empty()
        copy(old, address)
    old.close()
    store = RunStore(address)
    yield store
    store.database.close()


def copy(old: sqlite3.Connection, address: str) -> None:
    """Write what is in a store of revision 0005 into an empty database, as that version had made it."""
    engine = create_engine(address)
    upgrade(engine, "0005")
    tables = MetaData()
    tables.reflect(engine)
    old.row_factory = sqlite3.Row
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            connection.execute(delete(table))
            rows = [dict(row) for row in old.execute(f"SELECT * FROM {table.name}")]
            if rows:
                connection.execute(insert(table), rows)
    engine.dispose()


def test_all_its_runs_are_there(old_store: RunStore):
    runs = old_store.runs()
    assert [run.label for run in runs] == [
        "Run 6: Seeds",
        "Run 5: Seeds",
        "Run 4: Seeds",
        "Run 3: My first · taught",
        "Run 2: My first · taught",
        "Run 1: My first",
    ]
    assert [run.recipe.seed for run in runs[:3]] == [2, 1, 0]
    assert old_store.usage().models == 2


def test_a_pinned_run_is_still_pinned_and_has_its_network(old_store: RunStore):
    run = old_store.get("00000001")
    assert (run.state, run.owner, run.nickname, run.recipe) == (
        RunState.FINISHED,
        "ann",
        "Ann",
        Recipe(epochs=1),
    )
    assert (run.pinned, run.last_accessed, run.note, run.named) == (True, TIME, "note", True)
    assert (run.train_accuracy, run.test_accuracy, run.seconds) == (0.94, 0.937, 1.5)
    assert (run.evicted, run.eviction, run.cookieless) == (None, "", False)
    assert (run.control, run.rate_changes, run.steered) == (Control(), (), "")
    assert run.versions == {"keras": "3.15.0", "precision": "float32"}
    assert old_store.history(run.id) == (Epoch(1, 0.5, 0.9, None, None, 1.5),)
    assert old_store.model_file(run.id) == b"network"
    assert snapshot_epochs(old_store, run) == ()
    assert [other.id for other in old_store.seeds_of(run.recipe) if not other.bundled] == [run.id]
    assert RunQueue(old_store).extend(run.id, 2, "eve").epochs_done == 1


def test_a_fine_tuned_run_still_says_what_came_of_it(old_store: RunStore):
    run = old_store.get("00000002")
    assert (run.parent, run.pinned, run.last_accessed) == ("00000001", False, None)
    assert run.fine_tuning == FineTuning(6, 2, before=0.5, after=1.0, test_before=0.937)


def test_its_queue_goes_on_in_the_same_order(old_store: RunStore):
    queue = RunQueue(old_store)
    assert [run.id for run in old_store.active()] == ["00000003", "00000004", "00000005", "00000006"]
    assert [run.queue_order for run in old_store.active()] == [3, 4, 5, 5]
    assert heartbeats(old_store) == (Heartbeat("00000003", "w", 1), Heartbeat("00000004", "w2", 1))
    for heartbeat in heartbeats(old_store):
        requeue_stale(old_store, heartbeat)

    fine_tuning = queue.lease("next server")
    assert fine_tuning
    assert fine_tuning.run.fine_tuning == FineTuning(6, 2)
    network, drawings = fine_tuning.fine_tuning_files()
    assert network == b"taught"
    assert drawings.labels.tolist() == list(range(8))
    queue.enqueue(Recipe(epochs=2), "eve", "Later")
    served = []
    while lease := queue.lease("next server"):
        lease.fail("Enough for a test.")
        served.append((lease.run.owner, lease.run.recipe.seed))
    assert served == [("dan", 0), ("dan", 1), ("eve", 0), ("dan", 2)]


def test_its_drawings_are_still_their_owner_s(old_store: RunStore):
    (drawing,) = DrawingStore(old_store.database, "ann").drawings()
    assert (drawing.label, drawing.answer, drawing.run_id, drawing.created) == (3, 7, "article", TIME)
    np.testing.assert_array_equal(drawing.strokes, [[[1, 2], [3, 4]]])
    assert drawing.image.shape == (28, 28)


def test_what_is_written_now_is_what_the_older_version_reads(old_store: RunStore):
    """The names of columns, of files and in JSON are data: they stay."""
    old_store.pin("00000002", "bob", True)
    old_store.touch("00000002")
    queue = RunQueue(old_store)
    requeue_stale(old_store, heartbeats(old_store)[0])
    lease = queue.lease("worker")
    assert lease
    lease.heartbeat(0.5)
    outcome = FineTuning(6, 2, before=0.0, after=0.5, test_before=0.9)
    lease.finish(b"network", b"state", False, 0.9, 0.9, {}, outcome)
    with old_store.database.reading() as database:
        look = text("SELECT marked, opened FROM runs WHERE id = '00000002'")
        marked, opened = database.execute(look).one()
        assert marked == 1
        assert opened > TIME
        look = text("SELECT beat, place, teaching FROM runs WHERE id = :id")
        beat, place, teaching = database.execute(look, {"id": lease.run.id}).one()
        assert (beat, place) == (2, 3)
        assert teaching == '{"learned": 6, "held_out": 2, "before": 0.0, "after": 0.5, "test_before": 0.9}'
        kinds = database.scalars(text("SELECT kind FROM files WHERE run_id = :id"), {"id": lease.run.id})
        assert sorted(kinds) == ["network", "state"]
