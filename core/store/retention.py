"""How full the store is, how much of it each owner may take, and what is evicted when it is too full."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, case, delete, func, not_, select

from core.store.queries import as_text, delete_run, now, update_run
from core.store.run import ACTIVE, RunState
from core.store.tables import FILES, RUNS, SNAPSHOTS

# All files and snapshots of all runs together. A run of the article recipe takes 9 MB, 5 of them snapshots.
MAX_BYTES = 600 * 2**20
# The files and snapshots of one owner's runs.
OWNER_BYTES = 120 * 2**20
OWNER_PINS = 5
# Runs without a network are small, but not nothing.
MAX_RUNS = 20_000
# A network that somebody has looked at within this time is in use.
IN_USE_TIME = timedelta(hours=1)
# Share of the store that pinned and used networks of all owners may keep from eviction, so that
# no number of owners can fill it for good.
_PROTECTED_SHARE = 0.5

_OVER_QUOTA = (
    "The model of this run was deleted automatically: "
    f"the models of one person may take {OWNER_BYTES // 2**20} MB together."
)
_STORE_FULL = "The model of this run was deleted automatically: the run store of this server was full."


@dataclass(frozen=True)
class Usage:
    """How full the store is.

    Attributes
    ----------
    runs, models : int
        All runs, and those among them whose network is kept.
    bytes : int
        Of all files and snapshots of all runs.
    """

    runs: int
    models: int
    bytes: int


@dataclass(frozen=True)
class OwnerUsage:
    """What one owner has in the store.

    Attributes
    ----------
    bytes : int
        Of all files and snapshots of their runs.
    pinned_bytes : int
        Of the files of the pinned ones. Their snapshots are not protected.
    pins : int
        Their pinned runs.
    """

    bytes: int
    pinned_bytes: int
    pins: int


@dataclass(frozen=True)
class _Files:
    """The files of a run.

    Attributes
    ----------
    run_id, owner : str
    number : int
        Of the run.
    state : RunState
    size : int
        In bytes; of snapshots, if that is what is evicted.
    pinned, in_use, named : bool
        Whether its owner keeps the run, somebody has looked at its network within `IN_USE_TIME`,
        and its owner has chosen its name.
    """

    run_id: str
    owner: str
    number: int
    state: RunState
    size: int
    pinned: bool
    in_use: bool
    named: bool

    @property
    def kept(self) -> bool:
        """Whether they are protected, within the owner's share."""
        return self.pinned or self.in_use

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        """Orders files as they are evicted."""
        return self.pinned, self.in_use, self.named, self.number


def read_usage(connection: Connection) -> Usage:
    """Return how full the store is."""
    return Usage(
        runs=connection.scalar(select(func.count()).select_from(RUNS)) or 0,
        models=connection.scalar(select(func.count()).select_from(RUNS).where(RUNS.c.has_model)) or 0,
        bytes=sum(_bytes_by_owner(connection).values()),
    )


def read_owner_usage(connection: Connection, owner: str) -> OwnerUsage:
    """Return what one owner has in the store."""
    of_owner = select(func.sum(FILES.c.size)).join(RUNS, RUNS.c.id == FILES.c.run_id)
    of_owner = of_owner.where(RUNS.c.owner == owner)
    pins = select(func.count()).select_from(RUNS).where(RUNS.c.owner == owner, RUNS.c.pinned)
    return OwnerUsage(
        bytes=_bytes_by_owner(connection).get(owner, 0),
        pinned_bytes=connection.scalar(of_owner.where(RUNS.c.pinned)) or 0,
        pins=connection.scalar(pins) or 0,
    )


def read_queued_bytes(connection: Connection) -> int:
    """Return what the files of queued runs take: they cannot be evicted."""
    files = select(func.sum(FILES.c.size)).join(RUNS, RUNS.c.id == FILES.c.run_id)
    return connection.scalar(files.where(RUNS.c.state == RunState.QUEUED)) or 0


def evict(
    connection: Connection,
    max_bytes: int = MAX_BYTES,
    max_runs: int = MAX_RUNS,
    owner_bytes: int = OWNER_BYTES,
) -> None:
    """Keep the store, and each owner's part of it, within their limits.

    An owner who has too much loses the files of their own runs, all but the newest. If the store
    is too full after that, the largest owner is next, each time. Of an owner's runs, the oldest
    that nobody has named go first, then the named ones; the runs themselves and their curves stay,
    until there are too many. No model is evicted as long as there are snapshots to evict, by the same
    rules, except that nothing protects them.

    Runs that are active are never evicted. Those that are pinned, or were looked at within
    `IN_USE_TIME`, are not either, as long as they take no more than ``owner_bytes`` of one owner,
    and half of the store of all: then of no owner more than of another who would be evicted.
    """
    _delete_oldest_runs(connection, max_runs)
    for table in (SNAPSHOTS, FILES):
        usage = _bytes_by_owner(connection)
        if sum(usage.values()) > max_bytes or max(usage.values(), default=0) > owner_bytes:
            _evict_from(connection, table, usage, max_bytes, owner_bytes)


def _evict_from(
    connection: Connection, table: Table, usage: dict[str, int], max_bytes: int, owner_bytes: int
) -> None:
    """Evict snapshots, or networks, until the usage (in bytes, by owner) is within the limits."""
    all_files = _read_files(connection, table)
    share = min(owner_bytes, _fair_share(_kept_bytes(all_files), max_bytes * _PROTECTED_SHARE))
    models = all_files if table is FILES else _read_files(connection, FILES)
    newest = {files.owner: files.run_id for files in _by_number(models) if files.state != RunState.QUEUED}
    share = share if table is FILES else 0
    evictable = {owner: _evictable(of_owner, share) for owner, of_owner in _by_owner(all_files).items()}

    def evict_one(files: _Files, why: str) -> None:
        connection.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.run_id == files.run_id))
        if table is FILES:
            connection.execute(delete(FILES).where(FILES.c.run_id == files.run_id))
            update_run(connection, files.run_id, has_model=False, evicted=now(), eviction=why)
        evictable[files.owner].remove(files)
        usage[files.owner] -= files.size

    for owner, candidates in evictable.items():
        for files in [files for files in candidates if files.run_id != newest.get(owner)]:
            if usage[owner] > owner_bytes:
                evict_one(files, _OVER_QUOTA)
    while firsts := [of_owner[0] for of_owner in evictable.values() if of_owner]:
        if sum(usage.values()) <= max_bytes:
            break
        # Of owners who have as much, the one whose run would go first if all were one owner's.
        evict_one(min(firsts, key=lambda files: (-usage[files.owner], files.rank)), _STORE_FULL)


def _bytes_by_owner(connection: Connection) -> dict[str, int]:
    usage: Counter[str] = Counter()
    for table in (FILES, SNAPSHOTS):
        of_runs = select(RUNS.c.owner, func.sum(table.c.size)).join(table, table.c.run_id == RUNS.c.id)
        for owner, size in connection.execute(of_runs.group_by(RUNS.c.owner)):
            usage[owner] += int(size)
    return dict(usage)


def _read_files(connection: Connection, table: Table) -> list[_Files]:
    """Return the files, or the snapshots, of all runs, in the order in which they are evicted."""
    columns = (RUNS.c.id, RUNS.c.owner, RUNS.c.number, RUNS.c.state)
    flags = (RUNS.c.pinned, case((_in_use(), 1), else_=0), RUNS.c.named)
    query = select(*columns, func.sum(table.c.size), *flags).join(table, table.c.run_id == RUNS.c.id)
    rows = connection.execute(query.group_by(RUNS.c.id)).all()
    found = [
        _Files(run_id, owner, number, RunState(state), int(size), *map(bool, flags))
        for run_id, owner, number, state, size, *flags in rows
    ]
    return sorted(found, key=lambda files: files.rank)


def _by_owner(all_files: Iterable[_Files]) -> dict[str, list[_Files]]:
    owners: dict[str, list[_Files]] = {}
    for files in all_files:
        owners.setdefault(files.owner, []).append(files)
    return owners


def _by_number(all_files: Iterable[_Files]) -> list[_Files]:
    return sorted(all_files, key=lambda files: files.number)


def _kept_bytes(all_files: Iterable[_Files]) -> list[int]:
    """Return what each owner's pinned and used networks take."""
    kept: Counter[str] = Counter()
    for files in all_files:
        if files.kept and not files.state.active:
            kept[files.owner] += files.size
    return list(kept.values())


def _fair_share(wanted: Sequence[int], limit: float) -> float:
    """Return the most that each may have of what they want, so that all together have the limit."""
    left = limit
    for place, size in enumerate(sorted(wanted)):
        share = left / (len(wanted) - place)
        if size > share:
            return share
        left -= size
    return math.inf


def _evictable(of_owner: Sequence[_Files], share: float) -> list[_Files]:
    """Return those of an owner's files that nothing protects; beyond the share nothing does."""
    found = []
    for files in reversed(of_owner):
        if files.kept and files.size <= share and not files.state.active:
            share -= files.size
        elif not files.state.active:
            found.append(files)
    return found[::-1]


def _delete_oldest_runs(connection: Connection, max_runs: int) -> None:
    """Delete what is too many of the runs, from the owner who has most."""
    excess = (connection.scalar(select(func.count()).select_from(RUNS)) or 0) - max_runs
    if excess <= 0:
        return
    counts = select(RUNS.c.owner, func.count().label("runs")).group_by(RUNS.c.owner).subquery()
    candidates = (
        select(RUNS.c.id)
        .join(counts, counts.c.owner == RUNS.c.owner)
        .where(RUNS.c.state.not_in(ACTIVE), RUNS.c.pinned.is_(False), not_(_in_use()))
        .order_by(counts.c.runs.desc(), RUNS.c.named, RUNS.c.number)
        .limit(excess)
    )
    for run_id in list(connection.scalars(candidates)):
        delete_run(connection, run_id)


def _in_use() -> ColumnElement[bool]:
    """Whether somebody has looked at a run's network within `IN_USE_TIME`."""
    since = as_text(datetime.now(UTC) - IN_USE_TIME)
    return func.coalesce(RUNS.c.last_accessed, "").between(since, now())
