"""The database itself: versions, and what is wrong with it told as a sentence."""

import importlib
import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, select, text

from core.recipe import Recipe
from core.store.database import Database, StoreError, default_address
from core.store.engine import upgrade
from core.store.run import RunState
from core.store.runs import RunStore
from core.store.tables import METADATA, RUNS
from core.store.user_messages import LOCKED
from tests.postgres import ON_EVERY_DATABASE
from tests.stored import finished_run

ROOT = Path(__file__).resolve().parents[3]


def open_it(address: str) -> None:
    database = Database(address)
    try:
        with database.reading() as connection:
            connection.execute(select(RUNS)).all()
    finally:
        database.close()


@ON_EVERY_DATABASE
def test_the_migrations_make_the_tables_that_the_code_uses(store: RunStore):
    with store.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


@ON_EVERY_DATABASE
def test_readers_do_not_wait_for_a_writer(store: RunStore):
    with store.database.writing() as writer, store.database.reading() as reader:
        writer.execute(text("UPDATE counter SET number = 7"))
        assert reader.scalar(text("SELECT number FROM counter")) == 0


@ON_EVERY_DATABASE
def test_a_transaction_that_breaks_off_leaves_nothing(store: RunStore):
    def break_off() -> None:
        with store.database.writing() as connection:
            connection.execute(text("UPDATE counter SET number = 7"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with store.database.reading() as connection:
        assert connection.scalar(text("SELECT number FROM counter")) == 0


@pytest.fixture(params=["sqlite", "postgresql"])
def without_tables(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that is new."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres").empty()
    return f"sqlite:///{(tmp_path / 'new.db').as_posix()}"


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008"])
def test_a_store_of_any_earlier_version_is_upgraded_and_keeps_its_runs(without_tables: str, revision: str):
    engine = create_engine(without_tables)
    upgrade(engine, revision)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO runs (id, number, name, named, owner, nickname, recipe, state, stopping, "
                "parent_epochs, created, beat, attempts, progress, epochs_done, seconds, failure, versions, "
                "has_model) VALUES ('old', 1, 'Old run', false, 'ann', 'Ann', :recipe, 'finished', false, "
                "0, '2026-01-01T00:00:00+00:00', 0, 0, 1.0, 3, 1.5, '', '{}', false)"
            ),
            {"recipe": '{"epochs": 3}'},
        )
        connection.execute(
            text(
                "INSERT INTO epochs (run_id, number, loss, accuracy, seconds) "
                "VALUES ('old', 1, 0.5, 0.9, 0.5)"
            )
        )
    engine.dispose()

    store = RunStore(without_tables)
    run = store.get("old")
    assert (run.name, run.state, run.recipe.epochs) == ("Old run", RunState.FINISHED, 3)
    assert run.test_accuracy is None
    assert (run.note, run.pinned, run.last_accessed) == ("", False, None)
    assert store.history("old")[0].accuracy == 0.9
    store.annotate("old", "ann", "still mine")
    assert store.get("old").note == "still mine"
    with store.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    store.database.close()


@ON_EVERY_DATABASE
def test_runs_of_an_older_version_are_still_seeds_of_their_recipe(store: RunStore, address: str):
    finished_run(store, recipe=Recipe(epochs=3, seed=1))
    engine = create_engine(address)
    with engine.begin() as connection:
        older = json.loads(connection.scalar(text("SELECT recipe FROM runs")))
        for name in ("handwriting", "decay", "precision"):
            del older[name]
        connection.execute(text("UPDATE runs SET recipe = :recipe"), {"recipe": json.dumps(older, indent=2)})

    recipe = Recipe(epochs=3, seed=2)
    assert not [run for run in store.seeds_of(recipe) if not run.bundled]
    # Only this step: to go back and upgrade all of it would add the columns of later steps twice.
    migration = importlib.import_module("core.store.migrations.versions.0005_recipes")
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration.upgrade()
    engine.dispose()
    assert [run.recipe.seed for run in store.seeds_of(recipe) if not run.bundled] == [1]


@ON_EVERY_DATABASE
def test_a_store_of_a_newer_version_is_a_sentence_and_stays_as_it_is(store: RunStore, address: str):
    with store.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="from a newer version of Digit Lab"):
        open_it(address)
    with store.database.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def test_what_is_not_a_database_is_a_sentence_and_stays_as_it_is(tmp_path: Path):
    file = tmp_path / "notes.txt"
    file.write_text("These are my notes. " * 20)
    with pytest.raises(StoreError, match="is not a database"):
        open_it(f"sqlite:///{file}")
    assert file.read_text().startswith("These are my notes.")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense", "is not a database URL"),
        ("oracle://server/runs", "database driver"),
        ("sqlite:////dev/null/runs.db", "cannot be opened"),
        ("postgresql://user:pass@word:port/runs", "is not a database URL"),
        ("sqlite://", "is not a database URL"),
    ],
)
def test_an_address_that_leads_nowhere_is_a_sentence(address: str, sentence: str):
    with pytest.raises(StoreError, match=sentence):
        open_it(address)


def test_a_folder_in_place_of_the_file_is_a_sentence(tmp_path: Path):
    with pytest.raises(StoreError, match="cannot be opened"):
        open_it(f"sqlite:///{tmp_path}")


def test_a_read_only_store_can_be_looked_at(store: RunStore, tmp_path: Path):
    store.usage()
    store.database.close()
    read_only = RunStore(f"sqlite:///file:{tmp_path}/runs.db?mode=ro&uri=true")
    assert read_only.runs() == ()
    with pytest.raises(StoreError, match="read-only"), read_only.database.writing() as connection:
        connection.execute(text("UPDATE counter SET number = 7"))
    read_only.database.close()


def test_the_first_write_after_a_store_was_read_only_succeeds(store: RunStore):
    with store.database.reading() as connection:
        # As of a connection that was opened while the file was read-only: it begins, and cannot write.
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with store.database.writing() as connection:
        connection.execute(text("UPDATE counter SET number = 7"))
    with store.database.reading() as connection:
        assert connection.scalar(text("SELECT number FROM counter")) == 7


def test_a_write_does_not_wait_until_a_store_that_could_not_be_opened_is_tried_again(tmp_path: Path):
    blocker = tmp_path / "store"
    blocker.write_text("in the way of the folder")
    store = RunStore(f"sqlite:///{blocker}/runs.db")
    with pytest.raises(StoreError, match="cannot be opened"):
        store.runs()
    blocker.unlink()
    with store.database.writing() as connection:
        connection.execute(text("UPDATE counter SET number = 7"))
    store.database.close()


def test_who_watches_is_told_while_a_writer_waits_and_until_one_succeeds(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store.usage()
    assert store.database.notice == ""
    other = sqlite3.connect(tmp_path / "runs.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("core.store.engine.LOCK_SECONDS", 0.1)
    with pytest.raises(StoreError, match="locked"), store.database.writing():
        pass
    assert "locked by another program" in store.database.notice, "the writer has given up"

    monkeypatch.setattr("core.store.engine.LOCK_SECONDS", 60)
    monkeypatch.setattr("core.store.database.NOTICE_SECONDS", 0.0)
    store.database._trouble = ""

    def wait_and_write() -> None:
        with store.database.writing():
            pass

    writer = threading.Thread(target=wait_and_write)
    writer.start()
    while not store.database.notice:
        assert writer.is_alive()
    assert store.runs() == (), "looking goes on"
    other.execute("ROLLBACK")
    other.close()
    writer.join(60)
    assert store.database.notice == ""


def test_a_locked_store_is_a_sentence_and_works_again(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.store.engine.LOCK_SECONDS", 0.1)
    store.usage()
    other = sqlite3.connect(tmp_path / "runs.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"), store.database.writing():
        pass
    assert store.runs() == (), "looking goes on"
    other.execute("ROLLBACK")
    other.close()
    with store.database.writing() as connection:
        connection.execute(text("UPDATE counter SET number = 7"))


def test_a_store_that_is_locked_for_long_is_one_line_of_the_log_without_a_traceback(
    store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("core.store.engine.LOCK_SECONDS", 0.01)
    store.usage()
    other = sqlite3.connect(tmp_path / "runs.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(14):
        with pytest.raises(StoreError, match="locked"), store.database.writing():
            pass
    other.execute("ROLLBACK")
    other.close()
    (line,) = caplog.records
    assert line.getMessage() == f"{LOCKED} (database is locked)"
    assert not line.exc_info


def test_a_store_that_failed_to_open_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    blocker = tmp_path / "store"
    blocker.write_text("in the way of the folder")
    store = RunStore(f"sqlite:///{blocker}/runs.db")
    with pytest.raises(StoreError):
        store.runs()
    assert store.bundled(), "the bundled models need no database"
    blocker.unlink()
    with pytest.raises(StoreError):
        store.runs()
    monkeypatch.setattr("core.store.database.RETRY_SECONDS", 0)
    assert store.runs() == ()
    store.database.close()


def test_a_store_that_was_emptied_meanwhile_is_made_anew(store: RunStore, tmp_path: Path):
    store.usage()
    other = sqlite3.connect(tmp_path / "runs.db")
    for table in (*METADATA.tables, "alembic_version"):
        other.execute(f"DROP TABLE {table}")
    other.close()
    with pytest.raises(StoreError, match="cannot be used right now"):
        store.runs()
    assert store.runs() == (), "the next look makes the tables again"


def test_a_file_that_was_deleted_meanwhile_is_made_anew(store: RunStore, tmp_path: Path):
    store.usage()
    for file in tmp_path.glob("runs.db*"):
        file.unlink()
    with store.database.writing() as connection:
        connection.execute(text("UPDATE counter SET number = 7"))
    again = RunStore(store.database.address)
    with again.database.reading() as connection:
        assert connection.scalar(text("SELECT number FROM counter")) == 7, "not written to nowhere"
    again.database.close()


# What they need is imported once, so they begin at the same moment.
FOUR_SERVERS = """
import os, sys
import alembic.command, alembic.config, alembic.migration
from core.store.runs import RunStore
for number in range(4):
    if os.fork() == 0:
        RunStore(sys.argv[1]).usage()
        sys.exit(0)
print(*(os.wait()[1] for _ in range(4)))
"""


def test_many_processes_may_make_the_same_store_at_once(without_tables: str):
    command = [sys.executable, "-c", FOUR_SERVERS, without_tables]
    assert subprocess.check_output(command, cwd=ROOT, text=True, timeout=60).split() == ["0"] * 4


def test_the_default_is_a_file_in_the_project(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DIGIT_LAB_STORE")
    assert default_address() == f"sqlite:///{(ROOT / 'store' / 'runs.db').as_posix()}"
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert "/store/" in ignored
