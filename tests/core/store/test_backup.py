"""A store is copied while servers write, and put back while they run; nothing is lost on the way."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import Executor, Future
from itertools import pairwise
from pathlib import Path

import pytest

from core.__main__ import main
from core.jobs.queue import RunQueue
from core.jobs.scheduler import Scheduler
from core.recipe import Recipe
from core.store.backup import BackupError, back_up, damage, restore
from core.store.database import Database, StoreError
from core.store.run import RunState
from core.store.runs import RunStore
from core.store.user_messages import ADDRESS_VARIABLE, DAMAGED
from tests.core.jobs.test_lease import wait_until
from tests.core.store.test_disk_space import on_own_disk
from tests.postgres import ON_EVERY_DATABASE
from tests.stored import finished_run

TINY = Recipe(hidden_units=(), epochs=1)


def test_a_copy_is_whole_although_others_write_meanwhile(store: RunStore, tmp_path: Path):
    runs = [finished_run(store, TINY, network=os.urandom(500_000)) for _ in range(4)]
    ended = threading.Event()

    def write() -> None:
        while not ended.is_set():
            for run in runs:
                store.rename(run.id, "ann", "A")
                store.rename(run.id, "ann", "B")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert back_up(store.database, tmp_path / "copy.db") == 4
    finally:
        ended.set()
        writer.join()
    copy = RunStore(f"sqlite:///{tmp_path}/copy.db")
    names = [run.name for run in copy.runs()]
    # One after the other is renamed: at any moment those before it have one name, those after it the other.
    assert sum(one != following for one, following in pairwise(names)) <= 1
    assert [copy.model_file(run.id) for run in runs] == [store.model_file(run.id) for run in runs]
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0, "it holds what controls the runs"
    copy.database.close()


def test_what_is_put_back_is_seen_at_once_and_what_was_there_is_kept(store: RunStore, tmp_path: Path):
    kept = finished_run(store, TINY, name="Before")
    back_up(store.database, tmp_path / "friday.db")
    store.delete(kept.id, "ann")
    finished_run(store, TINY, name="After")
    other_server = RunStore(store.database.address)
    assert [run.name for run in other_server.runs()] == ["After"]

    restored = restore(store.database, tmp_path / "friday.db")

    assert [run.name for run in other_server.runs()] == ["Before"]
    assert other_server.model_file(kept.id) == b"network"
    assert finished_run(other_server, TINY, name="Next").number == 2, "it goes on from there"
    assert restored.runs == 1
    before = RunStore(f"sqlite:///{restored.before}")
    assert [run.name for run in before.runs()] == ["After"]
    for opened in (before, other_server):
        opened.database.close()
    assert not list(tmp_path.glob("restore-*")), "nothing is left over"


def test_a_copy_that_an_older_version_made_is_upgraded(store: RunStore, tmp_path: Path):
    old = sqlite3.connect(tmp_path / "old.db")
    old.executescript((Path(__file__).parent / "revision_0005.sql").read_text(encoding="utf-8"))
    old.close()
    content = (tmp_path / "old.db").read_bytes()
    restored = restore(store.database, tmp_path / "old.db")
    assert restored.before is None, "there was nothing to keep"
    assert restored.runs == len(store.runs()) > 5
    assert (tmp_path / "old.db").read_bytes() == content


@pytest.mark.parametrize(
    "kind", ["missing", "a picture", "another database", "cut short", "newer", "damaged", "no text"]
)
def test_what_cannot_be_put_back_changes_nothing(store: RunStore, tmp_path: Path, kind: str):
    run = finished_run(store, TINY, network=os.urandom(500_000))
    file = tmp_path / "copy.db"
    if kind == "a picture":
        shutil.copy(Path("ui/favicon.png"), file)
    elif kind == "another database":
        with sqlite3.connect(file) as other:
            other.execute("CREATE TABLE runs (id TEXT)")
    elif kind != "missing":
        back_up(store.database, file)
    if kind == "cut short":
        os.truncate(file, file.stat().st_size // 2)
    elif kind == "newer":
        with sqlite3.connect(file) as newer:
            newer.execute("UPDATE alembic_version SET version_num = '9999'")
    elif kind == "damaged":
        spoil(file)
    elif kind == "no text":
        # SQLite quotes the name of a table that it cannot read.
        content = file.read_bytes().replace(b"alembic_version", b"\xf2lembic_version")
        file.write_bytes(content.replace(b"CREATE TABLE \xf2", b"CREATX TABLE \xf2"))
    with pytest.raises(BackupError, match=r"copy\.db"):
        restore(store.database, file)
    assert [one.id for one in store.runs()] == [run.id]
    assert not list(tmp_path.glob("restore-*"))


def spoil(file: Path) -> None:
    """Write over the tree in which the runs are found."""
    with sqlite3.connect(file) as copy:
        (page,) = copy.execute("SELECT rootpage FROM sqlite_master WHERE name = 'runs'").fetchone()
    with file.open("r+b") as content:
        content.seek((page - 1) * 4096)
        content.write(b"\xff" * 64)


def test_a_damaged_store_is_told_at_the_start_and_is_not_copied_over_a_good_copy(
    store: RunStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    finished_run(store, TINY)
    assert damage(store.database) == ""
    store.database.close()
    spoil(tmp_path / "runs.db")
    scheduler = Scheduler(store, workers=0)
    wait_until(lambda: DAMAGED in caplog.text)
    scheduler.shutdown()
    with pytest.raises((BackupError, StoreError)):
        back_up(store.database, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
    assert not list(tmp_path.glob("*.part"))


class AtOnce(Executor):
    """Has trained a run as soon as it gets it."""

    def submit(self, *args, **options) -> Future:
        future: Future = Future()
        future.set_result(None)
        return future


def test_a_run_that_waits_is_taken_before_all_pages_of_the_store_are_looked_at(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
):
    RunQueue(store).enqueue(TINY, "ann", "Run")
    seen: list[RunState] = []

    def look(_: Database) -> str:
        seen.extend(run.state for run in store.runs())
        return ""

    monkeypatch.setattr("core.jobs.scheduler.damage", look)
    scheduler = Scheduler(store, executor=AtOnce())
    wait_until(lambda: seen)
    scheduler.shutdown()
    assert seen == [RunState.RUNNING]


_FILL = """
import os, sys
from pathlib import Path
from core.recipe import Recipe
from core.store.backup import back_up, restore
from core.store.database import DiskFullError
from core.store.runs import RunStore
from tests.stored import finished_run

folder = Path(sys.argv[1])
store = RunStore(f"sqlite:///{folder}/runs.db")
recipe = Recipe(epochs=1, hidden_units=())
runs = [finished_run(store, recipe, network=os.urandom(1_000_000)) for _ in range(6)]
copy = folder / "copy.db"
try:
    back_up(store.database, copy)
except DiskFullError as error:
    print(error)
assert not copy.exists() and not list(folder.glob("*.part")), list(folder.iterdir())
assert len(store.runs()) == 6
elsewhere = Path(sys.argv[1] + "-outside.db")
back_up(store.database, elsewhere)
try:
    restore(store.database, elsewhere)
except DiskFullError as error:
    print(error)
assert [store.model_file(run.id) for run in runs]
assert not list(folder.glob("restore-*")), list(folder.iterdir())
"""


@pytest.mark.skipif(not shutil.which("unshare"), reason="only Linux gives a test a disk of its own")
def test_on_a_full_disk_there_is_no_half_of_a_copy_and_the_store_is_as_before(tmp_path: Path):
    folder = tmp_path / "disk"
    folder.mkdir()
    if on_own_disk("pass", folder).returncode:
        pytest.skip("this machine gives a test no disk of its own")
    answer = on_own_disk(_FILL, folder)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("The disk of this server is full.") == 2


@ON_EVERY_DATABASE
def test_at_the_command_line(
    store: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(ADDRESS_VARIABLE, store.database.address)
    file = str(tmp_path / "copy.db")
    finished_run(store, TINY)
    if not store.database.address.startswith("sqlite"):
        assert main(["backup", file]) == 2
        assert "pg_dump" in capsys.readouterr().err
        return
    assert main(["backup", file]) == 0
    assert "copy.db: 1 run, " in capsys.readouterr().out
    assert main(["backup", file]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["restore", file, "--json"]) == 0
    restored = json.loads(capsys.readouterr().out)
    assert restored["runs"] == 1
    assert Path(restored["before"]).parent == tmp_path


def test_a_restore_that_is_killed_leaves_what_was_there(store: RunStore, tmp_path: Path):
    run = finished_run(store, TINY, name="Here", network=os.urandom(500_000))
    back_up(store.database, tmp_path / "copy.db")
    store.rename(run.id, "ann", "Still here")
    code = (
        "import os, sys, core.store.backup as backup\n"
        "from core.store.database import Database\n"
        "from pathlib import Path\n"
        "def die(source, target):\n"
        "    source.backup(target, pages=50, progress=lambda *_: os._exit(9))\n"
        "copy = backup._copy\n"
        "def first(source, target):\n"
        "    backup._copy = second\n"
        "    copy(source, target)\n"
        "def second(source, target):\n"
        "    backup._copy = die\n"
        "    copy(source, target)\n"
        "backup._copy = first\n"
        f"backup.restore(Database({store.database.address!r}), Path({str(tmp_path / 'copy.db')!r}))\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert killed.returncode == 9, killed.stderr
    assert [one.name for one in store.runs()] == ["Still here"]
    assert damage(store.database) == ""
