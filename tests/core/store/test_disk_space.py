"""A full disk: what is deleted is gone, and its space comes back."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.store import disk_space
from core.store.database import DiskFullError
from core.store.drawings import DrawingStore
from core.store.runs import RunStore
from tests.stored import finished_run

ROOT = Path(__file__).resolve().parents[3]
# A disk of 16 MB in a name space of its own; no administrator is needed for it.
_OWN_DISK = 'mount -t tmpfs -o size=16m tmpfs "$0" && exec "$1" -c "$2" "$0"'
_FILL_AND_DELETE = """
import json, os, shutil, sys
from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.store.database import DiskFullError
from core.store.runs import RunStore
from tests.stored import finished_run

folder = sys.argv[1]
store = RunStore(f"sqlite:///{folder}/runs.db")
store.runs()
store.database.close()
said = {"new store": os.path.getsize(f"{folder}/runs.db")}
recipe = Recipe(epochs=1, hidden_units=())
runs = [finished_run(store, recipe, network=os.urandom(1_000_000)) for _ in range(6)]
store.delete(runs.pop().id, "ann")  # So the write-ahead log is as short as it can be.
with open(f"{folder}/of another program", "wb", buffering=0) as other:
    try:
        while True:
            other.write(bytes(4096))
    except OSError:
        pass
try:
    RunQueue(store).enqueue(recipe, "bob", "Another")
except DiskFullError as error:
    said["start"] = str(error)
said["free"], said["full store"] = shutil.disk_usage(folder).free, os.path.getsize(f"{folder}/runs.db")
for run in runs[:3]:
    store.delete(run.id, "ann")
said["free after"], said["store"] = shutil.disk_usage(folder).free, os.path.getsize(f"{folder}/runs.db")
said["runs"] = len(store.runs())
finished_run(store, recipe, network=os.urandom(1_000_000))
for run in store.runs():
    store.delete(run.id, "ann")
said["empty store"] = os.path.getsize(f"{folder}/runs.db")
print(json.dumps(said))
"""


def on_own_disk(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", _OWN_DISK, folder, sys.executable, code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(not shutil.which("unshare"), reason="only Linux gives a test a disk of its own")
def test_on_a_full_disk_the_advice_to_delete_runs_works(tmp_path: Path):
    if on_own_disk("pass", tmp_path).returncode:
        pytest.skip("this machine gives a test no disk of its own")
    answer = on_own_disk(_FILL_AND_DELETE, tmp_path)
    assert answer.returncode == 0, answer.stderr
    said = json.loads(answer.stdout)
    assert "The disk of this server is full. Delete some runs" in said["start"]
    assert said["free"] < 100_000
    assert said["runs"] == 2
    assert said["full store"] - said["store"] > 2_900_000, "the space of three models came back"
    assert said["free after"] > 2_000_000
    assert said["empty store"] - said["new store"] < 1_010_000, "one model takes its place again"


def size(store: RunStore, folder: Path) -> int:
    """Return the size of the file of a store, which is made at the first use, in bytes."""
    store.runs()
    store.database.close()
    return (folder / "runs.db").stat().st_size


def test_a_deleted_model_makes_the_store_smaller(store: RunStore, tmp_path: Path):
    empty = size(store, tmp_path)
    runs = [finished_run(store, Recipe(epochs=1), network=os.urandom(2_000_000)) for _ in range(3)]
    store.delete(runs[0].id, "ann")
    assert size(store, tmp_path) - empty < 2 * 2_000_000 + 100_000
    assert store.model_file(runs[1].id) != store.model_file(runs[2].id), "the others are whole"


def test_a_store_that_an_older_version_made_becomes_smaller_too(store: RunStore, tmp_path: Path):
    empty = size(store, tmp_path)
    run = finished_run(store, Recipe(epochs=1), network=os.urandom(2_000_000))
    store.database.close()
    old = sqlite3.connect(tmp_path / "runs.db", isolation_level=None)
    old.execute("PRAGMA auto_vacuum = NONE")
    old.execute("VACUUM")
    old.close()
    assert store.model_file(run.id)
    store.delete(run.id, "ann")
    assert size(store, tmp_path) - empty < 100_000


def test_the_reserve_is_made_beside_the_store_and_given_up_for_a_deletion(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(disk_space, "RESERVE_BYTES", 4096)
    run = finished_run(store, Recipe(epochs=1))
    reserve = tmp_path / "runs.db-reserve"
    assert reserve.stat().st_size == 4096
    seen = []

    def delete(connection) -> None:
        seen.append(reserve.exists())
        if reserve.exists():
            raise DiskFullError("The disk of this server is full.")

    store.database.free(delete)
    assert seen == [True, False]
    assert reserve.exists(), "there is room for it again"
    assert store.get(run.id)


def test_a_training_never_fills_the_disk_itself(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    queue = RunQueue(store)
    queue.enqueue(Recipe(epochs=1), "ann", "Run")
    lease = queue.lease("worker")
    assert lease
    monkeypatch.setattr(disk_space, "free_bytes", lambda store: 1_000_000)
    with pytest.raises(DiskFullError, match="Delete some runs"):
        lease.finish(bytes(600_000), b"state", False, 0.9, 0.9, {})
    lease.interrupt("The disk of this server is full.")
    queue.stop(lease.run.id, "ann")
    DrawingStore(store.database, "ann").delete([1])


def test_free_pages_of_the_store_are_room_for_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = tmp_path / "runs.db"
    monkeypatch.setattr(disk_space, "free_bytes", lambda _: disk_space.RESERVE_BYTES + 5 * 2**20)
    assert not disk_space.has_room(store, 4 * 2**20)
    assert disk_space.has_room(store, 4 * 2**20, free_pages=1024)
