"""Engines for the run store: how each connection is set up, and the upgrade of the tables."""

import contextlib
import functools
import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from core.store import disk_space
from core.store.permissions import make_private

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"
# How long a writer waits for another one, and a reader, who only ever waits for another program.
LOCK_SECONDS = 10
READ_LOCK_SECONDS = 2
# Connections that a process keeps, and how many more it opens when all are busy. PostgreSQL accepts
# 100 as it is installed: nine servers, or worker processes, which need three each.
POOL_SIZE = 5
POOL_OVERFLOW = 5
# How long a thread waits for one of them.
POOL_SECONDS = 10
# After this time a database server whose machine is gone counts as gone, too.
_ANSWER_SECONDS = 5
# What psycopg tells libpq; others have other names for it.
_PSYCOPG_OPTIONS = {
    "connect_timeout": _ANSWER_SECONDS,
    "keepalives_idle": _ANSWER_SECONDS,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 2000 * _ANSWER_SECONDS,
    "application_name": "digit-lab",
}
# Here `upgrade` lets one server wait for another.
_LETS_WAIT = ("sqlite", "postgresql")
# The process that makes or upgrades the tables holds this lock of PostgreSQL.
_UPGRADE_LOCK = 0x44696769744C6162


class NewerVersionError(Exception):
    """Raised when the tables are from a newer version of Digit Lab."""


def create_upgraded_engine(address: str) -> Engine:
    """Return an engine for a database at the newest version of the tables."""
    engine = _create_engine(address)
    try:
        try:
            upgrade(engine)
        except DBAPIError:
            if engine.dialect.name in _LETS_WAIT:
                raise
            # Another server may be making the tables at this moment; not every database lets one
            # wait for the other, as SQLite does. Then they are there at the second attempt.
            time.sleep(1)
            upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def file_id(engine: Engine) -> tuple[int, int] | None:
    """Return what tells the file of a SQLite database from another one of the same name."""
    path = file_of(engine.url)
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def file_of(url: URL) -> Path | None:
    """Return the file of a SQLite database; None for other databases, and for addresses with options."""
    return (
        Path(url.database) if url.get_backend_name() == "sqlite" and url.database and not url.query else None
    )


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Make the tables, or bring those of an older version to this one.

    Raises
    ------
    NewerVersionError
        If they are from a newer version.
    """
    # Imported here because it takes a fifth of a second, which the first page of a server need
    # not wait for: the scheduler opens the store in a thread of its own.
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.util.exc import CommandError

    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == _newest():
            return  # Without waiting for anyone who writes at this moment.
    config = Config()
    config.set_main_option("script_location", _MIGRATIONS.as_posix())
    with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise NewerVersionError from error


@functools.cache
def _newest() -> str | None:
    """Return the newest version of the tables; all migrations are read for it."""
    # As above.
    from alembic.script import ScriptDirectory

    return ScriptDirectory(_MIGRATIONS).get_current_head()


def _create_engine(address: str) -> Engine:
    try:
        url = make_url(address)
        if url.get_backend_name() != "sqlite":
            return _create_server_engine(url)
    except ValueError as error:
        raise ArgumentError(str(error)) from error  # A port that is not a number, for example.
    if not url.database:
        raise ArgumentError("A database in memory would be another one for each thread.")
    if url.database and not url.query:
        make_private(Path(url.database))
    # What visitors write, and the ids that they are known by, are not for the log.
    engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: object) -> None:
        # The driver would begin transactions by its own rules; `begin` does it by ours.
        connection.isolation_level = None
        # SQLite's foreign keys stay off, as they are: a migration that rebuilds a table would
        # delete what refers to it.
        # In WAL mode this survives a crash of the server, at a tenth of the time.
        connection.execute("PRAGMA synchronous = NORMAL")
        disk_space.set_up(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        seconds = LOCK_SECONDS if writes else min(READ_LOCK_SECONDS, LOCK_SECONDS)
        # Each statement gives other threads their turn, so it costs more than its time.
        if connection.info.get("busy_seconds") != seconds:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(seconds * 1000)}")
            connection.info["busy_seconds"] = seconds
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    with contextlib.closing(engine.raw_connection()) as connection:
        raw = driver_connection(connection)
        if raw.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            disk_space.prepare(raw)
            raw.execute("PRAGMA journal_mode = WAL").fetchone()
        if file := file_of(url):
            disk_space.convert(raw, file)
            disk_space.keep_reserve(file)
    return engine


def _create_server_engine(url: URL) -> Engine:
    """Return an engine for a database that is a server of its own."""
    options = {}
    if url.get_driver_name() == "psycopg":
        # What the address says wins.
        options = {name: value for name, value in _PSYCOPG_OPTIONS.items() if name not in url.query}
    engine = create_engine(
        url,
        # A server that has closed an idle connection is asked again.
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_SECONDS,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        connect_args=options,
    )
    if url.get_backend_name() == "postgresql":

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            if connection.get_execution_options().get("writes"):
                # Of this transaction alone: behind a pooler another program has the connection next.
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")

    return engine


def driver_connection(connection: PoolProxiedConnection) -> sqlite3.Connection:
    """Return the connection of the driver itself, which begins no transaction."""
    raw: sqlite3.Connection = connection.driver_connection  # type: ignore[assignment]
    return raw
