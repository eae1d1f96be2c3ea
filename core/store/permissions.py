"""The run store is its owner's only: who can read it knows the ids by which runs are controlled."""

import contextlib
from pathlib import Path

_OTHERS = 0o007
_GROUP_AND_OTHERS = 0o077


def make_private(store: Path) -> None:
    """Make a new store, and its folder, readable for their owner only; take an older one from others.

    A file that its operator shares with a group, and with nobody else, stays as it is. SQLite gives
    the write-ahead log the permissions of the store. Raises `OSError` if the folder cannot be made.
    """
    if not store.parent.exists():
        store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # What cannot be made or changed here, SQLite says in a sentence of its own.
    with contextlib.suppress(OSError):
        store.touch(mode=0o600, exist_ok=False)
    for file in (store, *(store.with_name(store.name + end) for end in ("-wal", "-shm"))):
        with contextlib.suppress(OSError):
            mode = file.stat().st_mode
            if mode & _OTHERS:
                file.chmod(mode & ~_GROUP_AND_OTHERS)
