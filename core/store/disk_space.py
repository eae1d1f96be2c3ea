"""Room on the disk of a SQLite store: enough to delete from it when the disk is full.

A deletion is written into the write-ahead log first, which cannot grow on a full disk; and what is
deleted makes the file no smaller by itself. So a file beside the store keeps some room, which is
given up when a deletion needs it, and the free pages are cut off the store in small steps.
"""

import contextlib
import logging
import os
import shutil
import sqlite3
from pathlib import Path

# For a write-ahead log of one deletion and one step, and for what the log held already.
RESERVE_BYTES = 4 * 2**20
# A log of this size (in pages of 4 KB) is written back to the store, and cut off: what it holds
# must fit into the reserve.
LOG_PAGES = 256
_PAGE_BYTES = 4096
_INCREMENTAL = 2
_STEPS = (64, 4096)

_log = logging.getLogger(__name__)


def set_up(connection: sqlite3.Connection) -> None:
    """Keep the write-ahead log of a connection short."""
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    connection.execute(f"PRAGMA journal_size_limit = {LOG_PAGES * _PAGE_BYTES}")


def prepare(connection: sqlite3.Connection) -> None:
    """Let a new store be one that can be made smaller; it must not have been written to yet."""
    connection.execute(f"PRAGMA auto_vacuum = {_INCREMENTAL}")


def convert(connection: sqlite3.Connection, store: Path) -> None:
    """Make an older store one that can be made smaller, if there is room: it is written once more."""
    if _pragma(connection, "auto_vacuum") == _INCREMENTAL:
        return
    used = (_pragma(connection, "page_count") - _pragma(connection, "freelist_count")) * _PAGE_BYTES
    if free_bytes(store) < 3 * used + RESERVE_BYTES:
        return
    with contextlib.suppress(sqlite3.Error):  # Another server writes; the next start tries again.
        # It would wait for the store longer than a training does.
        if connection.execute("SELECT 1 FROM runs WHERE state = 'running' LIMIT 1").fetchone():
            return
        prepare(connection)
        connection.execute("VACUUM")
        _checkpoint(connection)


def shrink(connection: sqlite3.Connection, store: Path, full: bool) -> None:
    """Give the free pages of a store back to the disk.

    Parameters
    ----------
    connection : sqlite3.Connection
    store : Path
    full : bool
        Whether the disk is full: then every page counts. Else a few are left for what comes next.
    """
    try:
        if not full and _pragma(connection, "freelist_count") < LOG_PAGES:
            return
        _checkpoint(connection)
        convert(connection, store)
        while left := _pragma(connection, "freelist_count"):
            low, high = _STEPS
            pages = min(max(free_bytes(store) // _PAGE_BYTES // 4, low), high)
            # As a script: `execute` makes one step of it, which frees one page.
            connection.executescript(f"PRAGMA incremental_vacuum({pages})")
            _checkpoint(connection)
            if _pragma(connection, "freelist_count") >= left:
                return
    except sqlite3.Error:
        _log.warning("The run store could not be made smaller.", exc_info=True)


def free_bytes(store: Path) -> int:
    """Return what is free on the disk of a store."""
    return shutil.disk_usage(store.parent).free


def keep_reserve(store: Path) -> None:
    """Make the file that keeps some room for a deletion, if the disk has room for it."""
    with contextlib.suppress(OSError):
        needed = _missing_reserve(store)
        if not needed or free_bytes(store) < needed + LOG_PAGES * _PAGE_BYTES:
            return
        # Random, because a file system may compress.
        _reserve(store).write_bytes(os.urandom(RESERVE_BYTES))


def release_reserve(store: Path) -> None:
    """Give the room of the reserve to the store."""
    with contextlib.suppress(OSError):
        _reserve(store).unlink()


def has_room(store: Path, size: int, free_pages: int = 0) -> bool:
    """Return whether files of this size (in bytes) leave the reserve free.

    They are written twice: into the write-ahead log first, then into the store, which may have
    free pages for them.
    """
    growth = max(size - free_pages * _PAGE_BYTES, 0)
    return free_bytes(store) >= size + growth + _missing_reserve(store)


def _missing_reserve(store: Path) -> int:
    return 0 if _reserve(store).exists() else RESERVE_BYTES


def _reserve(store: Path) -> Path:
    return store.with_name(f"{store.name}-reserve")


def _checkpoint(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
