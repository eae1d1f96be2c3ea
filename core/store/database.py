"""The database of the run store: its connections, its versions, and its errors as messages for users.

Any database that SQLAlchemy knows will do. SQLite, the default, runs in WAL mode, so that
pages read while a training writes, and several servers may share the file.
"""

import contextlib
import logging
import math
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, false, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.store import disk_space
from core.store.engine import NewerVersionError, create_upgraded_engine, driver_connection, file_id, file_of
from core.store.log_limit import LogLimit
from core.store.tables import COUNTER
from core.store.user_messages import (
    ADDRESS_VARIABLE,
    AWAY,
    BUSY,
    CANNOT_OPEN,
    FULL,
    LOCKED,
    MENDED_BY_HAND,
    NOT_A_URL,
    PASSING,
    READ_ONLY,
    UNKNOWN,
    user_message,
    without_password,
)

_ROOT = Path(__file__).resolve().parents[2]
# From this time on that a writer waits, those who watch a training are told.
NOTICE_SECONDS = 3.0
# How long a write that failed says something of the store: whoever trains writes more often.
TROUBLE_SECONDS = 15.0
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
        self._waiting: dict[object, float] = {}
        self._trouble = -math.inf, ""
        self._away = False
        self._lines = LogLimit()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading. Raises `StoreError`."""
        with self._closing_on_error(), self._open().connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are all made at the end, or none. Raises `StoreError`."""
        with self._closing_on_error(), self._writable() as connection:
            yield connection
            connection.commit()

    @property
    def notice(self) -> str:
        """Why nothing can be written at this moment, as a sentence; empty if nothing is known of it.

        What is read is then of the moment when that began.
        """
        since = min(list(self._waiting.values()), default=math.inf)
        if time.monotonic() - since > NOTICE_SECONDS:
            return LOCKED if self.address.startswith("sqlite") else BUSY
        at, message = self._trouble
        # This server may have nothing to write for long, and so not find out that all is well again.
        return message if time.monotonic() - at < TROUBLE_SECONDS else ""

    def free(self, change: Callable[[Connection], T]) -> T:
        """Make a change that deletes, also on a full disk, and give what it frees back to the disk.

        Parameters
        ----------
        change : callable
            Gets the connection; is called a second time if the disk was full at the first.
        """
        full = False
        try:
            with self.writing() as connection:
                result = change(connection)
        except DiskFullError:
            if (store := self.path()) is None:
                raise
            full = True
            disk_space.release_reserve(store)
            with self.writing() as connection:
                result = change(connection)
        if store := self.path():
            with self.driver() as connection:
                disk_space.shrink(connection, store, full)
            disk_space.keep_reserve(store)
        return result

    @contextlib.contextmanager
    def driver(self) -> Iterator[sqlite3.Connection]:
        """Give a connection of SQLite's driver, in no transaction. Raises `StoreError`."""
        with self._as_store_error(), contextlib.closing(self._open().raw_connection()) as raw:
            yield driver_connection(raw)

    def check_room(self, size: int) -> None:
        """Raise `DiskFullError` if files of this size (in bytes) would fill the disk."""
        if (store := self.path()) is None:
            return
        with self.reading() as connection:
            free_pages = connection.exec_driver_sql("PRAGMA freelist_count").scalar() or 0
        if not disk_space.has_room(store, size, free_pages):
            raise DiskFullError(FULL)

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        with self._lock:
            if self._engine:
                self._engine.dispose()
            self._engine = None

    @contextlib.contextmanager
    def _closing_on_error(self) -> Iterator[None]:
        try:
            with self._as_store_error():
                yield
        except StoreError as error:
            if str(error) not in PASSING:
                # The next use opens it again: the file may have been deleted, or exchanged.
                self.close()
            raise

    def _writable(self) -> Connection:
        """Return a connection that has begun to write."""
        turn = object()
        self._waiting[turn] = time.monotonic()
        try:
            with self._as_store_error():
                try:
                    connection = self._begin_to_write()
                except DBAPIError as error:
                    if user_message(error) != READ_ONLY:
                        raise
                    # A connection from when the store was read-only stays so; the store may not be any more.
                    self.close()
                    connection = self._begin_to_write()
        except StoreError as error:
            self._trouble = time.monotonic(), str(error)
            raise
        finally:
            del self._waiting[turn]
        self._trouble = -math.inf, ""
        return connection

    def _begin_to_write(self) -> Connection:
        connection = self._open(to_write=True).execution_options(writes=True).connect()
        try:
            # Changes nothing; a read-only connection of SQLite would begin without an error.
            connection.execute(update(COUNTER).where(false()).values(number=COUNTER.c.number))
        except BaseException:
            connection.close()
            raise
        return connection

    def path(self) -> Path | None:
        """Return the file of the store; None if it is another database. Raises `StoreError`."""
        return file_of(self._open().url)

    def _open(self, to_write: bool = False) -> Engine:
        # Without the lock: a look at the disk gives other threads their turn, and with a class at work
        # all of them would wait here for each other.
        if (engine := self._engine) and self._file == file_id(engine):
            return engine
        with self._lock:
            if self._failure and time.monotonic() - self._failure[0] < RETRY_SECONDS:
                message = self._failure[1]
                # Who presses a button may just have made the store writable.
                if not (to_write and message in MENDED_BY_HAND):
                    raise StoreError(message)
            if self._engine and self._file != file_id(self._engine):
                # The file was deleted or exchanged; what is still open would be written to nowhere.
                self._engine.dispose()
                self._engine = None
            if self._engine is None:
                try:
                    with self._as_store_error():
                        self._engine = create_upgraded_engine(self.address)
                except StoreError as error:
                    self._failure = time.monotonic(), str(error)
                    raise
                self._failure = None
                self._file = file_id(self._engine)
                if self._away:
                    _log.warning("The database of the run store answers again.")
                self._away = False
            return self._engine

    @contextlib.contextmanager
    def _as_store_error(self) -> Iterator[None]:
        try:
            yield
        # SQLite's messages quote damaged names, which its driver cannot always decode.
        except (SQLAlchemyError, sqlite3.Error, UnicodeDecodeError) as error:
            message = user_message(error)
            self._write_to_log(error, message)
            kind = DiskFullError if message == FULL else StoreError
            if message in (AWAY, NOT_A_URL):
                # Without its cause, in which the password may be.
                raise kind(message) from None
            raise kind(message) from error
        except NewerVersionError as error:
            raise StoreError(
                "The run store is from a newer version of Digit Lab. "
                f"Update Digit Lab, or set {ADDRESS_VARIABLE} to another store."
            ) from error
        except ImportError as error:
            raise StoreError(
                f"The database driver for {ADDRESS_VARIABLE} is not installed. Add it to requirements.txt."
            ) from error
        except OSError as error:
            if self._lines.is_due(CANNOT_OPEN):
                _log.error("%s (%s)", CANNOT_OPEN, error)
            raise StoreError(CANNOT_OPEN) from error

    def _write_to_log(self, error: Exception, message: str) -> None:
        """Tell operators what is wrong, a line a minute; of a database that is away only once.

        Visitors who wait try again and again, and so does the scheduler.
        """
        if message == AWAY:
            if not self._away:
                reason = without_password(str(error).partition("\n(Background")[0], self.address)
                _log.warning("The database of the run store does not answer: %s", " ".join(reason.split()))
            self._away = True
        elif not self._lines.is_due(message):
            return
        elif message == UNKNOWN:
            _log.exception("The run store cannot be used.")
        elif message == NOT_A_URL:
            _log.error("%s", NOT_A_URL)
        else:
            cause = error.orig if isinstance(error, DBAPIError) else error
            _log.error("%s (%s)", message, " ".join(str(cause).split()))
