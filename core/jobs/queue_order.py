"""The order of the queue: who is next, and behind whom a run waits."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, and_, func, select, true, update

from core.store.queries import end_run, find_run
from core.store.run import Run, RunError, RunState
from core.store.runs import RunStore
from core.store.tables import COUNTER, RUNS

# Of the runs of owners without a cookie one in this many is next, if others wait, too.
COOKIELESS_SPACING = 3


def lock(connection: Connection) -> int:
    """Wait for all others who add or take runs; return the number of the newest run."""
    connection.execute(update(COUNTER).values(number=COUNTER.c.number))
    return connection.scalar(select(COUNTER.c.number)) or 0


def next_order(connection: Connection, cookieless: bool = False) -> int:
    """Return a place in the queue's order that is behind all others.

    Among runs of owners without a cookie there is room for others, who may come later.
    """
    last = select(func.max(RUNS.c.queue_order))
    behind = 1 + (connection.scalar(last.where(RUNS.c.cookieless.is_(False))) or 0)
    if not cookieless:
        return behind
    waiting = connection.scalar(last.where(RUNS.c.cookieless, RUNS.c.state == RunState.QUEUED))
    return behind if waiting is None else max(behind, waiting + COOKIELESS_SPACING)


def is_ready() -> ColumnElement[bool]:
    """Return what is true of a queued run whose owner has no other one in training."""
    busy = select(RUNS.c.owner).where(RUNS.c.state == RunState.RUNNING)
    return and_(RUNS.c.state == RunState.QUEUED, RUNS.c.owner.not_in(busy))


def next_run(connection: Connection, run_id: str | None = None) -> Run | None:
    """Return the first queued run whose owner has no other one in training, or None; or only this one."""
    wanted = RUNS.c.id == run_id if run_id else true()
    first = select(RUNS.c.id).where(is_ready(), wanted).order_by(RUNS.c.queue_order, RUNS.c.number).limit(1)
    while (run_id := connection.scalar(first)) is not None:
        try:
            return find_run(connection, run_id)
        except RunError as error:
            # A recipe of another version must not hold up the queue.
            end_run(connection, run_id, state=RunState.FAILED, failure=str(error))
    return None


def move_first(store: RunStore, run_id: str, among: Collection[str]) -> bool:
    """Let a queued run begin before the others of a group, such as a class; return whether it waits.

    A run of a series takes the whole series along, which has one place. The group keeps its places in
    the queue, so nobody outside of it waits longer. Who asks for it must be in charge of the whole group.

    Parameters
    ----------
    store : RunStore
    run_id : str
    among : collection of str
        The owners in the group.
    """
    with store.database.writing() as connection:
        lock(connection)
        own = (RUNS.c.state == RunState.QUEUED, RUNS.c.owner.in_(list(among)))
        query = select(RUNS.c.id, RUNS.c.owner, RUNS.c.queue_order).where(*own)
        waiting = connection.execute(query.order_by(RUNS.c.queue_order, RUNS.c.number)).all()
        place_of = {row.id: (row.queue_order, row.owner) for row in waiting}
        if run_id not in place_of:
            return False
        places = list(dict.fromkeys(place_of.values()))
        orders = [order for order, _ in places]
        # Runs without a cookie may share a number with others, and the older ones would go first.
        orders[0] -= orders.count(orders[0]) > 1
        moved = dict.fromkeys([place_of[run_id], *places])
        order_of = dict(zip(moved, orders, strict=True))
        for one, place in place_of.items():
            connection.execute(update(RUNS).where(RUNS.c.id == one).values(queue_order=order_of[place]))
        return True


def send_series_to_the_end(connection: Connection, run: Run) -> None:
    """When a run of a series begins, move the others behind everyone who came meanwhile.

    The runs of a series share one place in the order. A run that waits beside them, of the same
    owner but queued by itself, keeps its own.
    """
    rest = (
        RUNS.c.owner == run.owner,
        RUNS.c.queue_order == run.queue_order,
        RUNS.c.state == RunState.QUEUED,
    )
    connection.execute(update(RUNS).where(*rest).values(queue_order=next_order(connection, run.cookieless)))
