"""The database of the run store: its connections, its versions, and its errors as messages for users.

Any database that SQLAlchemy knows will do. SQLite, the default, runs in WAL mode, so that
pages read while a training writes, and several servers may share the file.
"""

import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from core.store import disk_space
from core.store.permissions import make_private

_ROOT = Path(__file__).resolve().parents[2]
_MIGRATIONS = Path(__file__).resolve().parent / "migrations"
# Names the store, as a SQLAlchemy URL.
ADDRESS_VARIABLE = "DIGIT_LAB_STORE"
# How long a writer waits for another one.
LOCK_SECONDS = 10
# How long a store that could not be opened is left alone: a page asks for it several times.
RETRY_SECONDS = 5.0

_log = logging.getLogger(__name__)


T = TypeVar("T")


class StoreError(Exception):
    """Raised when the store cannot be used now. The message says what to do."""


class DiskFullError(StoreError):
    """Raised when the disk has no room for what is to be written."""


def default_address() -> str:
    """Return the address in ``DIGIT_LAB_STORE``, else that of a file in the folder ``store``."""
    return os.environ.get(ADDRESS_VARIABLE) or f"sqlite:///{(_ROOT / 'store' / 'runs.db').as_posix()}"


class Database:
    """A database at the newest version of the tables. Safe to use from several threads.

    It is opened, and its tables made or upgraded, at the first use. If that fails, the
    next use tries again.

    Parameters
    ----------
    address : str
        A SQLAlchemy URL.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._file: tuple[int, int] | None = None
        self._failure: tuple[float, str] | None = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading. Raises `StoreError`."""
        with self._closing_on_error(), self._open().connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are all made at the end, or none. Raises `StoreError`."""
        with self._closing_on_error(), self._open().execution_options(writes=True).begin() as connection:
            yield connection

    def free(self, change: Callable[[Connection], T]) -> T:
        """Make a change that deletes, also on a full disk, and give what it frees back to the disk.

        Parameters
        ----------
        change : callable
            Gets the connection; is called a second time if the disk was full at the first.
        """
        try:
            with self.writing() as connection:
                result = change(connection)
        except DiskFullError:
            if (store := self._path()) is None:
                raise
            disk_space.release_reserve(store)
            with self.writing() as connection:
                result = change(connection)
        if store := self._path():
            with _as_store_error(), contextlib.closing(self._open().raw_connection()) as raw:
                disk_space.shrink(_driver_connection(raw), store)
            disk_space.keep_reserve(store)
        return result

    def check_room(self, size: int) -> None:
        """Raise `DiskFullError` if files of this size (in bytes) would fill the disk."""
        store = self._path()
        if store and not disk_space.has_room(store, size):
            raise DiskFullError(_MESSAGES[sqlite3.SQLITE_FULL])

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        with self._lock:
            if self._engine:
                self._engine.dispose()
            self._engine = None

    @contextlib.contextmanager
    def _closing_on_error(self) -> Iterator[None]:
        try:
            with _as_store_error():
                yield
        except StoreError:
            # The next use opens it again: the file may have been deleted, or exchanged.
            self.close()
            raise

    def _path(self) -> Path | None:
        return _file_of(self._open().url)

    def _open(self) -> Engine:
        with self._lock:
            if self._failure and time.monotonic() - self._failure[0] < RETRY_SECONDS:
                raise StoreError(self._failure[1])
            if self._engine and self._file != _file_id(self._engine):
                # The file was deleted or exchanged; what is still open would be written to nowhere.
                self._engine.dispose()
                self._engine = None
            if self._engine is None:
                try:
                    with _as_store_error():
                        self._engine = _create_upgraded_engine(self.address)
                except StoreError as error:
                    self._failure = time.monotonic(), str(error)
                    raise
                self._failure = None
                self._file = _file_id(self._engine)
            return self._engine


def _create_upgraded_engine(address: str) -> Engine:
    engine = _create_engine(address)
    try:
        try:
            upgrade(engine)
        except DBAPIError:
            if engine.dialect.name == "sqlite":
                raise
            # Another server may be making the tables at this moment; not every database lets one
            # wait for the other, as SQLite does. Then they are there at the second attempt.
            time.sleep(1)
            upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _file_id(engine: Engine) -> tuple[int, int] | None:
    """Return what tells the file of a SQLite database from another one of the same name."""
    path = _file_of(engine.url)
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def _file_of(url: URL) -> Path | None:
    """Return the file of a SQLite database; None for other databases, and for addresses with options."""
    return (
        Path(url.database) if url.get_backend_name() == "sqlite" and url.database and not url.query else None
    )


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Make the tables, or bring those of an older version to this one.

    Raises
    ------
    StoreError
        If they are from a newer version.
    """
    # Imported here because it takes a fifth of a second, which the first page of a server need
    # not wait for: the scheduler opens the store in a thread of its own.
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", _MIGRATIONS.as_posix())
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return  # Without waiting for anyone who writes at this moment.
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise StoreError(
                "The run store is from a newer version of Digit Lab. "
                f"Update Digit Lab, or set {ADDRESS_VARIABLE} to another store."
            ) from error


def _create_engine(address: str) -> Engine:
    try:
        url = make_url(address)
        if url.get_backend_name() != "sqlite":
            # A server that has closed an idle connection is asked again.
            return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    except ValueError as error:
        raise ArgumentError(str(error)) from error  # A port that is not a number, for example.
    if not url.database:
        raise ArgumentError("A database in memory would be another one for each thread.")
    if url.database and not url.query:
        make_private(Path(url.database))
    engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS})

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
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    with contextlib.closing(engine.raw_connection()) as connection:
        raw = _driver_connection(connection)
        if raw.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            disk_space.prepare(raw)
            raw.execute("PRAGMA journal_mode = WAL").fetchone()
        if file := _file_of(url):
            disk_space.convert(raw, file)
            disk_space.keep_reserve(file)
    return engine


def _driver_connection(connection: PoolProxiedConnection) -> sqlite3.Connection:
    """Return the connection of the driver itself, which begins no transaction."""
    raw: sqlite3.Connection = connection.driver_connection  # type: ignore[assignment]
    return raw


_MESSAGES = {
    sqlite3.SQLITE_READONLY: "The run store is read-only. Make its file and folder writable, "
    f"or set {ADDRESS_VARIABLE} to another store.",
    sqlite3.SQLITE_BUSY: "The run store is locked by another program. Close it, or try again later.",
    sqlite3.SQLITE_FULL: "The disk of this server is full. Delete some runs or free some space, "
    "then try again.",
    sqlite3.SQLITE_NOTADB: "The file of the run store is not a database. Move it away, "
    f"or set {ADDRESS_VARIABLE} to another store.",
    sqlite3.SQLITE_CORRUPT: "The file of the run store is damaged. Move it away, "
    f"or set {ADDRESS_VARIABLE} to another store.",
    sqlite3.SQLITE_CANTOPEN: "The file of the run store cannot be opened. Check its folder, "
    f"or set {ADDRESS_VARIABLE} to another store.",
}
_UNKNOWN_ERROR = "The run store cannot be used right now. Try again later; the server's log says why."


@contextlib.contextmanager
def _as_store_error() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        _log.exception("The run store cannot be used.")
        message = _user_message(error)
        raise (DiskFullError if message == _MESSAGES[sqlite3.SQLITE_FULL] else StoreError)(message) from error
    except ImportError as error:
        raise StoreError(
            f"The database driver for {ADDRESS_VARIABLE} is not installed. Add it to requirements.txt."
        ) from error
    except OSError as error:
        _log.exception("The folder of the run store cannot be made.")
        raise StoreError(_MESSAGES[sqlite3.SQLITE_CANTOPEN]) from error


def _user_message(error: Exception) -> str:
    if isinstance(error, ArgumentError):
        return f"{ADDRESS_VARIABLE} is not a database URL. Correct it, or leave it empty."
    cause = error.orig if isinstance(error, DBAPIError) else error
    # The lowest byte is the kind; the others say more than a message needs.
    return _MESSAGES.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF, _UNKNOWN_ERROR)
