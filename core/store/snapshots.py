"""The snapshots of a run in the store: the way back through its training."""

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from core.snapshot import DAMAGED, Snapshot, kept_epochs, most_snapshots
from core.store.queries import checksum, find_run
from core.store.run import Run, RunError
from core.store.tables import SNAPSHOTS

if TYPE_CHECKING:
    from core.store.runs import RunStore


def write_snapshots(connection: Connection, run: Run, snapshots: Iterable[Snapshot]) -> None:
    """Write snapshots of a run, and delete those that it needs no longer: that of the epoch before.

    The newest one is always kept, so that a run that is stopped has its last epoch.
    """
    kept = kept_epochs(run.parent_epochs, run.recipe.epochs, most_snapshots(run.recipe.parameters))
    if not kept:
        return
    for snapshot in snapshots:
        # A run that begins again writes the same epochs once more.
        superseded = (SNAPSHOTS.c.epoch >= snapshot.epoch) | SNAPSHOTS.c.epoch.not_in(kept)
        connection.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.run_id == run.id, superseded))
        content = snapshot.content
        values = {"content": content, "size": len(content), "sha256": checksum(content)}
        connection.execute(insert(SNAPSHOTS).values(run_id=run.id, epoch=snapshot.epoch, **values))


def snapshot_epochs(store: "RunStore", run: Run) -> tuple[int, ...]:
    """Return after which epochs there is a snapshot of a run, the earliest first.

    A run that continues another one has its earlier epochs, too, as long as that one is there.

    Raises
    ------
    RunError
        If the run is gone, or its snapshots come with Digit Lab and are damaged.
    """
    if run.bundled:
        return tuple(sorted(store.bundled_snapshots(run.id)))
    with store.database.reading() as connection:
        of_run = select(SNAPSHOTS.c.epoch).where(SNAPSHOTS.c.run_id == run.id)
        own = tuple(connection.scalars(of_run.order_by(SNAPSHOTS.c.epoch)))
        if not own:
            find_run(connection, run.id)
            return ()
    earlier = _earlier(store, run)
    before = snapshot_epochs(store, earlier) if earlier else ()
    return _spread((*(epoch for epoch in before if epoch < own[0]), *own), run)


def _earlier(store: "RunStore", run: Run) -> Run | None:
    """Return the run that this one continues, if it is still there."""
    if run.parent is None or not run.parent_epochs:
        return None
    with contextlib.suppress(RunError):
        return store.get(run.parent)
    return None


def _spread(epochs: tuple[int, ...], run: Run) -> tuple[int, ...]:
    """Return no more epochs than one run keeps: whoever shows them has all in memory."""
    most = most_snapshots(run.recipe.parameters)
    if len(epochs) <= most:
        return epochs
    return tuple(epochs[round(place * (len(epochs) - 1) / (most - 1))] for place in range(most))


def read_snapshot(store: "RunStore", run: Run, epoch: int) -> bytes:
    """Return the weights of a run after an epoch, as `core.snapshot.pack` wrote them.

    Raises
    ------
    RunError
        If there is no such snapshot any more, or it is damaged.
    """
    if run.bundled:
        content = store.bundled_snapshots(run.id).get(epoch)
        return content if content is not None else _gone()
    if epoch < run.parent_epochs and (earlier := _earlier(store, run)):
        return read_snapshot(store, earlier, epoch)
    with store.database.reading() as connection:
        of_epoch = (SNAPSHOTS.c.run_id == run.id, SNAPSHOTS.c.epoch == epoch)
        row = connection.execute(
            select(SNAPSHOTS.c.content, SNAPSHOTS.c.sha256).where(*of_epoch)
        ).one_or_none()
        if row is None:
            find_run(connection, run.id)
            return _gone()
    if checksum(row.content) != row.sha256:
        raise RunError(DAMAGED)
    return bytes(row.content)


def _gone() -> bytes:
    raise RunError("The snapshot of this epoch is no longer saved. Choose another epoch.")
