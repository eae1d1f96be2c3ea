"""All that owners, workers and servers do, and what must be so after each of it; see `test_promises`."""

from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from core.store.retention import evict
from core.store.runs import RunStore
from core.store.tables import EPOCHS, FILES, RUNS
from tests.core.jobs.promised import OWNER_ROOM, OWNERS, QUEUED, ROOM, RUNNING
from tests.core.jobs.promised_to_owners import Owners
from tests.core.jobs.promised_to_workers import Workers
from tests.fuzzing import cases


class Promises(Owners, Workers):
    """What must be so after each of these."""

    @precondition(lambda self: any(run.has_state for run in self.runs.values()))
    @rule()
    def evict(self) -> None:
        with self.store.database.writing() as connection:
            evict(connection, max_bytes=ROOM, owner_bytes=OWNER_ROOM)
        sizes = self._sizes()
        numbers = {run.id: run.number for run in self.store.runs()}
        for run_id, run in self.runs.items():
            gone = run_id not in sizes
            assert not (gone and run.state.active and run.has_state), "an active run lost its files"
            run.has_state, run.has_model = run.has_state and not gone, run.has_model and not gone
        for owner in OWNERS:
            own = {run_id: size for run_id, size in sizes.items() if self.runs[run_id].owner == owner}
            ended = [run_id for run_id in own if self.runs[run_id].state is not QUEUED]
            newest = max(ended, key=numbers.__getitem__, default=None)
            left = [one for one in own if not self._is_kept(one) and one != newest]
            assert sum(own.values()) <= OWNER_ROOM or not left, "an owner has too much"
        left = [run_id for run_id in sizes if not self._is_kept(run_id)]
        assert sum(sizes.values()) <= ROOM or not left, "the store is too full"

    @invariant()
    def the_store_holds_what_is_promised(self) -> None:
        with self.store.database.reading() as connection:
            rows = {row.id: row for row in connection.execute(select(RUNS))}
            epochs = connection.execute(select(EPOCHS).order_by(EPOCHS.c.number)).all()
            of_runs = {*connection.scalars(select(FILES.c.run_id)), *(epoch.run_id for epoch in epochs)}
        assert rows.keys() == self.runs.keys(), "a run came or went by itself"
        assert of_runs <= rows.keys(), "something is left of a deleted run"
        for run_id, run in self.runs.items():
            row, history = rows[run_id], [epoch for epoch in epochs if epoch.run_id == run_id]
            assert (row.owner, row.state, row.stopping, row.pinned, row.has_model) == (
                run.owner,
                run.state,
                run.stopping,
                run.pinned,
                run.has_model,
            )
            assert [epoch.loss for epoch in history] == run.losses, "finished epochs were lost"
            assert [epoch.number for epoch in history] == list(range(1, row.epochs_done + 1))
            holder = self.holders.get(run_id)
            assert row.worker == (holder.worker if holder else None)
        in_training = [run.owner for run in self.runs.values() if run.state is RUNNING]
        assert len(set(in_training)) == len(in_training), "an owner has two runs in training"

    def _is_kept(self, run_id: str) -> bool:
        return self.runs[run_id].state.active or self.runs[run_id].pinned

    def _sizes(self) -> dict[str, int]:
        sizes: dict[str, int] = {}
        with self.store.database.reading() as connection:
            for run_id, size in connection.execute(select(FILES.c.run_id, FILES.c.size)):
                sizes[run_id] = sizes.get(run_id, 0) + size
        return sizes


def keep_promises(store: RunStore, few: int) -> None:
    other = RunStore(store.database.address)
    try:
        run_state_machine_as_test(lambda: Promises((store, other)), settings=cases(few))
    finally:
        other.database.close()
