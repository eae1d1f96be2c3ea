"""Copies of a SQLite store: made while servers write to it, and put back while they run."""

import contextlib
import dataclasses
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from core.store.database import Database, DiskFullError, StoreError
from core.store.engine import NewerVersionError, create_upgraded_engine
from core.store.user_messages import FULL, LOCKED, user_message

# How long it waits for somebody who writes.
_WAIT_SECONDS = 30.0


class BackupError(Exception):
    """Raised when a copy cannot be made, or put back. The message says what to do."""


@dataclasses.dataclass(frozen=True)
class Restored:
    """What has been put back.

    Attributes
    ----------
    runs : int
        How many are in the store now.
    before : Path or None
        A copy of what was in the store before; None if that was empty.
    """

    runs: int
    before: Path | None


def back_up(database: Database, file: Path) -> int:
    """Write a consistent copy of a store into a file; return the number of its runs.

    Others go on writing meanwhile; the copy is of the moment when it was begun. It is either whole
    or not there.

    Parameters
    ----------
    database : Database
    file : Path
        Must not exist.

    Raises
    ------
    BackupError
        If the store is no file, or this one cannot be written.
    StoreError
        If the store cannot be used now, or the disk is full.
    """
    _store_file(database)
    if file.exists():
        raise BackupError(f"{file} is there already. Choose another name.")
    part = file.with_name(f"{file.name}.part")
    try:
        # Its owner's only, as the store is: it holds the ids by which runs are controlled.
        part.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise BackupError(f"{part} cannot be written. Choose another folder, or delete this file.") from error
    try:
        with database.driver() as source, _opened(part) as copy:
            _copy(source, copy)
            # One file, which also opens where nothing can be written.
            copy.execute("PRAGMA journal_mode = DELETE")
            runs = _inspect(copy, part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return runs


def restore(database: Database, file: Path) -> Restored:
    """Put a copy back in place of what is in a store, also one that an older version has made.

    Servers may run meanwhile: they see either what was there before or all of the copy.

    Raises
    ------
    BackupError
        If the file is no copy of a store, is damaged, or is from a newer version.
    StoreError
        If the store cannot be used now, or the disk is full. Then nothing has changed.
    """
    store = _store_file(database)
    with tempfile.TemporaryDirectory(dir=store.parent, prefix="restore-") as folder:
        upgraded = Path(folder) / "runs.db"
        _upgraded_copy(file, upgraded)
        before = _keep(database, store)
        with _opened(upgraded) as copy, database.driver() as target:
            _copy(copy, target)
            runs = _count_runs(target)
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Restored(runs, before)


def damage(database: Database) -> str:
    """Return what is wrong with the pages of a SQLite store, as SQLite names it; empty if nothing is.

    Raises `StoreError` if it cannot be read at all. Other databases look after this themselves.
    """
    if not database.address.startswith("sqlite"):
        return ""
    with database.driver() as connection:
        return _damage(connection)


def _store_file(database: Database) -> Path:
    if (path := database.path()) is None:
        raise BackupError(
            "This store is no file. Use the tools of its database: for PostgreSQL pg_dump and pg_restore."
        )
    return path


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy a database in one transaction: https://www.sqlite.org/backup.html."""
    deadline = time.monotonic() + _WAIT_SECONDS

    def still_waits(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > deadline:
            raise StoreError(LOCKED)

    source.backup(target, progress=still_waits)


def _upgraded_copy(file: Path, upgraded: Path) -> None:
    if not file.is_file():
        raise BackupError(f"{file} is not there. Give a file that `python -m core backup` has written.")
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source,
            _opened(upgraded) as copy,
        ):
            source.execute("SELECT version_num FROM alembic_version")
            _copy(source, copy)
            _inspect(copy, file)
        create_upgraded_engine(f"sqlite:///{upgraded.as_posix()}").dispose()
    except NewerVersionError as error:
        raise BackupError(f"{file} is from a newer version of Digit Lab. Update Digit Lab first.") from error
    except (sqlite3.Error, SQLAlchemyError, UnicodeDecodeError) as error:
        if user_message(error) == FULL:
            raise DiskFullError(FULL) from error
        raise BackupError(
            f"{file} is no copy of a run store, or is damaged. Give one that `python -m core backup` has "
            "written."
        ) from error


def _inspect(copy: sqlite3.Connection, file: Path) -> int:
    if found := _damage(copy):
        raise BackupError(f"{file} would be damaged, as its source is: {found}.")
    return _count_runs(copy)


def _damage(connection: sqlite3.Connection) -> str:
    found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    return "" if found == "ok" else " ".join(found.split())


def _count_runs(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
    return count


def _keep(database: Database, store: Path) -> Path | None:
    """Copy what is in the store to beside it, under a name with the time."""
    with database.driver() as connection:
        rows = [
            connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
            for table in ("runs", "drawings", "classrooms")
        ]
    if not any(rows):
        return None
    before = store.with_name(f"{store.stem}-before-{time.strftime('%Y%m%d-%H%M%S')}{store.suffix}")
    back_up(database, before)
    return before
