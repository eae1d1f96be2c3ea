"""The promises of queue and store, under any interleaving of what owners, workers and servers do.

Hypothesis makes up the interleavings. Beside the store, a few lines say what it should hold.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select, update

from core.history import Checkpoint, Epoch
from core.jobs.heartbeat import MAX_ATTEMPTS, Heartbeat, heartbeats, requeue_stale
from core.jobs.lease import Lease, LeaseLost
from core.jobs.queue import RunQueue
from core.jobs.queue_admission import RunRefused
from core.jobs.steering import steer
from core.recipe import Recipe
from core.steering.control import Control
from core.store.owners import delete_all
from core.store.retention import OWNER_PINS, evict
from core.store.run import RunError, RunState
from core.store.runs import RunStore
from core.store.tables import COUNTER, EPOCHS, FILES, RUNS
from tests.fuzzing import LONG, cases
from tests.postgres import ON_POSTGRESQL

OWNERS = ("ann", "bob", "cat")
PLACES = (0, 1, 2)
RECIPES = tuple(Recipe(epochs=epochs, seed=epochs) for epochs in (1, 2, 3))
NETWORK, ROOM, OWNER_ROOM = b"n" * 100, 700, 250

QUEUED, RUNNING, INTERRUPTED = RunState.QUEUED, RunState.RUNNING, RunState.INTERRUPTED
# Where a run may go from where it is; from anywhere but training it may be deleted.
ARROWS = {
    QUEUED: {RUNNING, INTERRUPTED},
    RUNNING: {QUEUED, RunState.FINISHED, RunState.STOPPED, RunState.FAILED, INTERRUPTED},
    INTERRUPTED: {QUEUED},
    RunState.FINISHED: set(),
    RunState.STOPPED: set(),
    RunState.FAILED: set(),
}


@dataclass
class Expected:
    """What the store should say of a run. ``place`` is when it joined the queue, then who came first."""

    owner: str
    recipe: Recipe
    place: tuple[int, int]
    losses: list[float] = field(default_factory=list)
    parent_epochs: int = 0
    state: RunState = QUEUED
    attempts: int = 0
    stopping: bool = False
    pinned: bool = False
    has_state: bool = False
    has_model: bool = False

    def move(self, state: RunState) -> None:
        assert state in ARROWS[self.state], f"{self.state} → {state}"
        self.state = state
        if state is not QUEUED and state is not RUNNING:
            self.stopping = False


class Promises(RuleBasedStateMachine):
    """Three owners, three workers, and two servers, on one store."""

    def __init__(self, servers: tuple[RunStore, RunStore]) -> None:
        super().__init__()
        self.store = servers[0]
        self.queues = [RunQueue(store) for store in servers]
        self.runs: dict[str, Expected] = {}
        self.numbers = itertools.count(1)
        self.workers = {place: f"worker {next(self.numbers)}" for place in PLACES}
        # What each worker believes to hold, and who rightly holds a run.
        self.leases: dict[int, tuple[Lease, list[Epoch]]] = {}
        self.holders: dict[str, Lease] = {}
        self.seen: set[Heartbeat] = set()
        # Ids are random; with their order the same case is the same again.
        self.ids: list[str] = []
        with self.store.database.writing() as connection:
            for table in (RUNS, EPOCHS, FILES):
                connection.execute(delete(table))
            connection.execute(update(COUNTER).values(number=0))

    # What owners do.

    def _admit(self, server: int, owner: str, recipes: list[Recipe]) -> None:
        in_training = [run.recipe for run in self._of(owner, RUNNING)]
        refused = bool(self._of(owner, QUEUED)) or any(recipe in in_training for recipe in recipes)
        try:
            admitted = self.queues[server].enqueue_series(recipes, owner, "Run")
        except RunRefused:
            assert refused
            return
        assert not refused
        place = next(self.numbers)
        for number, (run, recipe) in enumerate(zip(admitted, recipes, strict=True)):
            self.ids.append(run.id)
            self.runs[run.id] = Expected(owner, recipe, (place, number))

    @rule(server=st.sampled_from((0, 1)), owner=st.sampled_from(OWNERS), recipe=st.sampled_from(RECIPES))
    def enqueue(self, server: int, owner: str, recipe: Recipe) -> None:
        self._admit(server, owner, [recipe])

    @rule(server=st.sampled_from((0, 1)), owner=st.sampled_from(OWNERS))
    def enqueue_series(self, server: int, owner: str) -> None:
        self._admit(server, owner, list(RECIPES))

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), owner=st.sampled_from(OWNERS))
    def extend(self, data: st.DataObject, owner: str) -> None:
        run_id, parent = self._some_run(data)
        recipe = Recipe(epochs=len(parent.losses) + 1, seed=parent.recipe.seed)
        refused = bool(self._of(owner, QUEUED)) or recipe in [run.recipe for run in self._of(owner, RUNNING)]
        try:
            run = self.queues[0].extend(run_id, 1, owner)
        except RunError:
            assert not (parent.has_state and parent.has_model)
            return
        except RunRefused:
            assert refused
            return
        assert not refused
        self.ids.append(run.id)
        self.runs[run.id] = Expected(
            owner,
            recipe,
            (next(self.numbers), 0),
            list(parent.losses),
            parent_epochs=len(parent.losses),
            has_state=True,
        )

    def _by_owner(self, data: st.DataObject, owner: str, act: Callable[[str], object]) -> Expected | None:
        """Let somebody change any run; return it if they may and did."""
        run_id, run = self._some_run(data)
        try:
            act(run_id)
        except RunError:
            assert run.owner != owner
            return None
        assert run.owner == owner, "somebody else's run was changed"
        return run

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), server=st.sampled_from((0, 1)), owner=st.sampled_from(OWNERS))
    def stop(self, data: st.DataObject, server: int, owner: str) -> None:
        run = self._by_owner(data, owner, lambda run_id: self.queues[server].stop(run_id, owner))
        if run and run.state is RUNNING:
            run.stopping = True
        elif run and run.state is QUEUED and len(run.losses) != run.parent_epochs:
            run.move(INTERRUPTED)
        elif run and run.state is QUEUED:
            self._forget(run)

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), owner=st.sampled_from(OWNERS))
    def resume(self, data: st.DataObject, owner: str) -> None:
        refused = bool(self._of(owner, QUEUED))
        try:
            run = self._by_owner(data, owner, lambda run_id: self.queues[1].resume(run_id, owner))
        except RunRefused:
            assert refused
            return
        if run and run.state is INTERRUPTED:
            assert not refused
            run.move(QUEUED)
            run.attempts = 0

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), owner=st.sampled_from(OWNERS), hold_at=st.sampled_from((None, 0, 90)))
    def pause(self, data: st.DataObject, owner: str, hold_at: int | None) -> None:
        run_id, run = self._some_run(data)
        try:
            steer(self.store, run_id, owner, Control(hold_at=hold_at))
        except RunError:
            assert run.owner != owner or not run.state.active
        else:
            assert run.owner == owner
            assert self.store.get(run_id).control == Control(hold_at=hold_at)

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), owner=st.sampled_from(OWNERS), pinned=st.booleans())
    def pin(self, data: st.DataObject, owner: str, pinned: bool) -> None:
        run_id, run = self._some_run(data)
        pins = sum(one.pinned for one in self._of(owner)) - run.pinned + pinned
        try:
            self.store.pin(run_id, owner, pinned)
        except RunError:
            assert run.owner != owner or pins > OWNER_PINS
        else:
            assert run.owner == owner
            run.pinned = pinned

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), owner=st.sampled_from(OWNERS))
    def delete(self, data: st.DataObject, owner: str) -> None:
        run_id, run = self._some_run(data)
        try:
            self.store.delete(run_id, owner)
        except RunError:
            assert run.owner != owner or run.state is RUNNING
        else:
            assert run.owner == owner
            assert run.state is not RUNNING
            self._forget(run)

    @precondition(lambda self: self.runs)
    @rule(owner=st.sampled_from(OWNERS), sure=st.integers(0, 9))
    def delete_all_that_is_mine(self, owner: str, sure: int) -> None:
        if sure == 7:  # Seldom: not much is left to see afterwards.
            delete_all(self.store.database, owner)
            for run in self._of(owner):
                self._forget(run)

    # What workers do, and what is done about them.

    @precondition(lambda self: any(run.state is QUEUED for run in self.runs.values()))
    @rule(first=st.sampled_from(PLACES), server=st.sampled_from((0, 1)))
    def lease(self, first: int, server: int) -> None:
        for worker in (*PLACES[first:], *PLACES[:first]):
            if worker not in self.leases:  # It trains one run at a time.
                self._lease(worker, server)

    def _lease(self, worker: int, server: int) -> None:
        busy = {run.owner for run in self.runs.values() if run.state is RUNNING}
        waiting = [run for run in self.runs.values() if run.state is QUEUED and run.owner not in busy]
        lease = self.queues[server].lease(self.workers[worker])
        if lease is None:
            assert not waiting, "a worker stands idle"
            return
        run = self.runs[lease.run.id]
        assert run is min(waiting, key=lambda one: one.place), "somebody was passed over"
        end = next(self.numbers)
        for one in self._of(run.owner, QUEUED):
            if one is not run and one.place[0] == run.place[0]:
                one.place = (end, one.place[1])  # The rest of its series.
        run.move(RUNNING)
        run.attempts += 1
        assert lease.run.id not in self.holders, "two workers train one run"
        self.holders[lease.run.id] = lease
        checkpoint = lease.checkpoint()
        assert (checkpoint is not None) is run.has_state
        history = list(checkpoint.history) if checkpoint else []
        if checkpoint:
            assert [epoch.loss for epoch in history] == run.losses, "finished epochs were lost"
            assert checkpoint.state == repr(history[-1].loss).encode(), "not the state after the last epoch"
        self.leases[worker] = (lease, history)

    def _write(
        self, data: st.DataObject, act: Callable[[Lease], object]
    ) -> tuple[int, Expected, object] | None:
        """Let a worker write; return who did so, to which run, and what came back, if it was its own."""
        worker = data.draw(st.sampled_from(sorted(self.leases)))
        lease, _ = self.leases[worker]
        holds = self.holders.get(lease.run.id) is lease
        try:
            result = act(lease)
        except LeaseLost:
            assert not holds, "a worker lost its run for no reason"
            del self.leases[worker]
            return None
        assert holds, "a worker wrote to a run that is no longer its own"
        return worker, self.runs[lease.run.id], result

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), progress=st.floats(0, 1))
    def heartbeat(self, data: st.DataObject, progress: float) -> None:
        if found := self._write(data, lambda lease: lease.heartbeat(progress)):
            _, run, should_stop = found
            assert should_stop is run.stopping

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def finish_an_epoch(self, data: st.DataObject) -> None:
        loss = float(next(self.numbers))

        def save(lease: Lease) -> list[Epoch]:
            history = next(done for held, done in self.leases.values() if held is lease)
            epoch = Epoch(len(history) + 1, loss, 0.5, None, None, 1.0)
            lease.save(Checkpoint((*history, epoch), repr(loss).encode()))
            history.append(epoch)
            return history

        if found := self._write(data, save):
            _, run, history = found
            run.losses, run.has_state, run.attempts = [epoch.loss for epoch in history], True, 0

    def _end(self, data: st.DataObject, act: Callable[[Lease], object], state: RunState) -> Expected | None:
        found = self._write(data, act)
        if found is None:
            return None
        worker, run, _ = found
        del self.leases[worker]
        run.move(state)
        self._let_go(run)
        return run

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), stopped=st.booleans())
    def finish(self, data: st.DataObject, stopped: bool) -> None:
        def end(lease: Lease) -> None:
            history = next(done for held, done in self.leases.values() if held is lease)
            state = repr(history[-1].loss).encode() if history else b"0"
            lease.finish(NETWORK, state, stopped, 0.9, 0.9, {})

        if run := self._end(data, end, RunState.STOPPED if stopped else RunState.FINISHED):
            run.has_model = run.has_state = True

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        if run := self._end(data, lambda lease: lease.fail("No memory."), RunState.FAILED):
            run.has_state = False

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def interrupt(self, data: st.DataObject) -> None:
        self._end(data, lambda lease: lease.interrupt("The disk is full."), INTERRUPTED)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        if run := self._end(data, lambda lease: lease.release(), QUEUED):
            run.attempts = 0

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        worker = data.draw(st.sampled_from(sorted(self.leases)))
        del self.leases[worker]
        self.workers[worker] = f"worker {next(self.numbers)}"

    @precondition(lambda self: self.holders)
    @rule(data=st.data(), server=st.sampled_from((0, 1)), late=st.booleans())
    def take_from_a_silent_worker(self, data: st.DataObject, server: int, late: bool) -> None:
        """Give a run to others; its worker may have died or stood still, or been seen alive since."""
        now = set(heartbeats(self.store))
        self.seen |= now
        seen = data.draw(st.sampled_from(sorted(self.seen if late else now, key=self._age)))
        is_silent = seen in heartbeats(self.store)
        requeue_stale(self.queues[server]._store, seen)
        if is_silent:
            run = self.runs[seen.run_id]
            run.move(QUEUED if run.attempts < MAX_ATTEMPTS else INTERRUPTED)
            self._let_go(run)

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

    # What must be so after each of these.

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

    # Helpers.

    def _of(self, owner: str, *states: RunState) -> list[Expected]:
        return [
            run for run in self.runs.values() if run.owner == owner and (not states or run.state in states)
        ]

    def _some_run(self, data: st.DataObject) -> tuple[str, Expected]:
        # By their place in the list: ids are random.
        return data.draw(st.sampled_from(list(self.runs.items())))

    def _age(self, seen: Heartbeat) -> tuple[int, int]:
        return self.ids.index(seen.run_id), seen.count

    def _let_go(self, run: Expected) -> None:
        self.holders = {one: lease for one, lease in self.holders.items() if self.runs[one] is not run}

    def _forget(self, run: Expected) -> None:
        self._let_go(run)
        self.runs = {run_id: one for run_id, one in self.runs.items() if one is not run}

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


def test_queue_and_store_keep_their_promises_whatever_happens_in_whatever_order(store: RunStore):
    keep_promises(store, few=14)


@ON_POSTGRESQL
@pytest.mark.skipif(not LONG, reason="takes minutes: HYPOTHESIS_PROFILE=long")
def test_queue_and_store_keep_their_promises_on_postgresql(store: RunStore):
    keep_promises(store, few=20)
