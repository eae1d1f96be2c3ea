"""The store in PostgreSQL: locks, a pool that runs dry, a server that goes away, and no password in a log."""

import logging
import secrets
import threading
import traceback
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, inspect, text

from benchmarks.postgres import Postgres
from core.jobs.heartbeat import heartbeats, requeue_stale
from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.store.database import Database, StoreError
from core.store.engine import upgrade
from core.store.run import RunState
from core.store.runs import RunStore
from core.store.user_messages import AWAY, BUSY, shown_address, without_password
from tests.postgres import ON_POSTGRESQL

NOBODY = "postgresql+psycopg://digits:{password}@127.0.0.1:1/runs"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.store.database.RETRY_SECONDS", 0.0)


@pytest.fixture
def running_again(postgres: Postgres) -> Iterator[Postgres]:
    yield postgres
    postgres.start()


@ON_POSTGRESQL
def test_a_server_that_goes_away_is_a_sentence_and_a_line_in_the_log_and_it_goes_on_by_itself(
    store: RunStore, running_again: Postgres, impatient, caplog: pytest.LogCaptureFixture
):
    queue = RunQueue(store)
    queue.enqueue(Recipe(), "ann", "Run")
    running_again.end()
    for _ in range(3):
        with pytest.raises(StoreError, match="does not answer now"):
            store.runs()
        with pytest.raises(StoreError, match="does not answer now"):
            queue.lease("worker")
    assert store.bundled(), "the bundled models need no database"
    running_again.start()
    assert [run.owner for run in store.runs()] == ["ann"]
    assert queue.lease("worker")
    lines = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert ["does not answer:" in line.getMessage() for line in lines] == [True, False]
    assert lines[1].getMessage() == "The database of the run store answers again."
    assert not any(line.exc_info for line in lines)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (NOBODY.format(password="geheim"), AWAY),
        (NOBODY.format(password="ge%40heim"), AWAY),
        ("postgresql+psycopg://digits:geheim@heim:geheim/runs", "is not a database URL"),
        ("digits:geheim", "is not a database URL"),
        ("nonsense://digits:geheim@server/runs", "database"),
    ],
)
def test_a_password_is_in_no_log_and_in_no_error(
    address: str, sentence: str, caplog: pytest.LogCaptureFixture
):
    with pytest.raises(StoreError, match=sentence) as caught, Database(address).reading():
        pass
    said = caplog.text + "".join(traceback.format_exception(caught.value)).replace(__file__, "")
    lines = [line for line in said.splitlines() if "heim" in line and "password" not in line]
    assert lines == []


def test_also_the_part_of_a_password_that_a_driver_takes_for_the_host_is_left_out():
    address = "postgresql+psycopg://digits:ge@heim/1@server/runs"
    assert without_password("failed to resolve host 'heim': ge", address) == (
        "failed to resolve host '***': ***"
    )
    assert shown_address(address) == "postgresql+psycopg://digits:***@***/***%40server/runs"
    assert without_password("no password", "postgresql://server/runs") == "no password"
    assert without_password("no password", "sqlite:///runs.db") == "no password"


@ON_POSTGRESQL
def test_what_visitors_write_is_not_in_the_log(store: RunStore, caplog: pytest.LogCaptureFixture):
    owner = secrets.token_hex(8)
    with pytest.raises(StoreError), store.database.reading() as connection:
        connection.execute(text("SELECT * FROM nothing WHERE owner = :owner"), {"owner": owner})
    assert "nothing" in caplog.text
    assert owner not in caplog.text


@ON_POSTGRESQL
def test_a_pool_that_runs_dry_is_a_sentence_and_ends_no_other_connection(
    address: str, monkeypatch: pytest.MonkeyPatch
):
    for name, value in (("POOL_SIZE", 1), ("POOL_OVERFLOW", 0), ("POOL_SECONDS", 0.1)):
        monkeypatch.setattr(f"core.store.engine.{name}", value)
    store = RunStore(address)
    with store.database.reading() as connection:
        with pytest.raises(StoreError, match=BUSY):
            store.runs()
        assert connection.scalar(text("SELECT number FROM counter")) == 0
        engine = store.database._engine
    assert store.runs() == ()
    assert store.database._engine is engine
    store.database.close()


@ON_POSTGRESQL
def test_a_writer_that_waits_too_long_is_a_sentence(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    run = RunQueue(store).enqueue(Recipe(), "ann", "Run")
    monkeypatch.setattr("core.store.engine.LOCK_SECONDS", 0.1)
    with store.database.writing() as other:
        other.execute(text("UPDATE runs SET note = 'mine'"))
        with pytest.raises(StoreError, match=BUSY):
            store.annotate(run.id, "ann", "mine, too")
    store.annotate(run.id, "ann", "now")
    assert store.get(run.id).note == "now"


@ON_POSTGRESQL
def test_a_read_only_database_can_be_looked_at(address: str, store: RunStore):
    name = address.rpartition("/")[2].partition("?")[0]
    with store.database.writing() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    store.database.close()
    try:
        assert store.runs() == ()
        with pytest.raises(StoreError, match="read-only"):
            RunQueue(store).enqueue(Recipe(), "ann", "Run")
    finally:
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("SET default_transaction_read_only = off"))
            connection.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
        engine.dispose()


@ON_POSTGRESQL
def test_two_that_give_back_the_same_run_do_not_take_it_from_its_next_worker(
    store: RunStore, postgres: Postgres
):
    queue = RunQueue(store)
    queue.enqueue(Recipe(), "ann", "Run")
    lease = queue.lease("silent")
    assert lease
    (heartbeat,) = heartbeats(store)
    second = threading.Thread(target=requeue_stale, args=(store, heartbeat))
    with store.database.writing() as first:
        first.execute(text("UPDATE runs SET state = 'queued', worker = NULL"))
        second.start()
        postgres.wait_for_blocked()
        first.execute(text("UPDATE runs SET state = 'running', worker = 'next'"))
    second.join()
    assert store.get(lease.run.id).state is RunState.RUNNING
    assert [beat.worker for beat in heartbeats(store)] == ["next"]


def test_an_update_waits_for_the_readers_of_the_older_version_and_they_go_on(postgres: Postgres):
    address = postgres.empty()
    older = create_engine(address)
    upgrade(older, "0001")
    newer = Database(address)
    problems: list[Exception] = []

    def update_to_newest() -> None:
        try:
            with newer.reading():
                pass
        except StoreError as error:
            problems.append(error)

    thread = threading.Thread(target=update_to_newest)
    with older.connect() as connection:
        connection.execute(text("SELECT * FROM runs")).all()
        thread.start()
        postgres.wait_for_blocked()
    thread.join()
    assert problems == []
    assert "cookieless" in {column["name"] for column in inspect(older).get_columns("runs")}
    with older.begin() as connection:
        connection.execute(text("UPDATE counter SET number = 7"))
    older.dispose()
    newer.close()
