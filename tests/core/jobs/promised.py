"""What queue and store should hold, in a few lines beside them; see `promises`."""

import itertools
from dataclasses import dataclass, field

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import delete, update

from core.history import Epoch
from core.jobs.heartbeat import Heartbeat
from core.jobs.lease import Lease
from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.store.run import RunState
from core.store.runs import RunStore
from core.store.tables import COUNTER, EPOCHS, FILES, RUNS

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


class Promised(RuleBasedStateMachine):
    """Three owners, three workers, and two servers, on one store, and what it should hold."""

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

    def _of(self, owner: str, *states: RunState) -> list[Expected]:
        return [
            run for run in self.runs.values() if run.owner == owner and (not states or run.state in states)
        ]

    def _some_run(self, data: st.DataObject) -> tuple[str, Expected]:
        # By their place in the list: ids are random.
        return data.draw(st.sampled_from(list(self.runs.items())))

    def _age(self, seen: Heartbeat) -> tuple[int, str, int]:
        # With the worker, because the next one begins to count again.
        return self.ids.index(seen.run_id), seen.worker, seen.count

    def _let_go(self, run: Expected) -> None:
        self.holders = {one: lease for one, lease in self.holders.items() if self.runs[one] is not run}

    def _forget(self, run: Expected) -> None:
        self._let_go(run)
        self.runs = {run_id: one for run_id, one in self.runs.items() if one is not run}
