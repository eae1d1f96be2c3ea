"""How full the store is, and what is evicted when it is too full."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, not_, or_, select

from core.store.queries import as_text, delete_run, now, update_run
from core.store.run import ACTIVE
from core.store.tables import FILES, RUNS

# All files of all runs together. A run of the article recipe takes 4 MB.
MAX_BYTES = 600 * 2**20
# Runs without a network are small, but not nothing.
MAX_RUNS = 20_000
# A network that somebody has looked at within this time is in use.
IN_USE_TIME = timedelta(hours=1)


@dataclass(frozen=True)
class Usage:
    """How full the store is.

    Attributes
    ----------
    runs, models : int
        All runs, and those among them whose network is kept.
    bytes : int
        Of all files of all runs.
    """

    runs: int
    models: int
    bytes: int


def read_usage(connection: Connection) -> Usage:
    """Return how full the store is."""
    return Usage(
        runs=connection.scalar(select(func.count()).select_from(RUNS)) or 0,
        models=connection.scalar(select(func.count()).select_from(RUNS).where(RUNS.c.has_model)) or 0,
        bytes=connection.scalar(select(func.sum(FILES.c.size))) or 0,
    )


def evict(connection: Connection, max_bytes: int = MAX_BYTES, max_runs: int = MAX_RUNS) -> None:
    """Keep the store within its limits.

    The files of the oldest runs that nobody has named go first, then those of named runs; the
    runs themselves and their curves stay, until there are too many. Runs that are active,
    pinned, or were looked at within `IN_USE_TIME` are never evicted, even if the store then
    stays too full.
    """
    usage = read_usage(connection)
    excess_bytes, excess_runs = usage.bytes - max_bytes, usage.runs - max_runs
    if max(excess_bytes, excess_runs) <= 0:
        return
    in_use = RUNS.c.last_accessed.between(as_text(datetime.now(UTC) - IN_USE_TIME), now())
    size = select(FILES.c.run_id, func.sum(FILES.c.size).label("size")).group_by(FILES.c.run_id).subquery()
    candidates = (
        select(RUNS.c.id, func.coalesce(size.c.size, 0).label("size"))
        .outerjoin(size, size.c.run_id == RUNS.c.id)
        .where(
            RUNS.c.state.not_in(ACTIVE),
            RUNS.c.pinned.is_(False),
            or_(RUNS.c.last_accessed.is_(None), not_(in_use)),
        )
        .order_by(RUNS.c.named, RUNS.c.number)
    )
    for run_id, run_size in connection.execute(candidates).all():
        if excess_runs > 0:
            delete_run(connection, run_id)
            excess_runs -= 1
        elif excess_bytes > 0 and run_size:
            connection.execute(delete(FILES).where(FILES.c.run_id == run_id))
            update_run(connection, run_id, has_model=False)
        else:
            continue
        excess_bytes -= run_size
        if max(excess_bytes, excess_runs) <= 0:
            return
