"""When a queued run begins and when it ends, from how long others took here."""

import functools
import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.recipe import Recipe
from core.store.run import Run, RunState

# Building the network, measuring it on all images and saving it, on two cores.
SECONDS_AROUND = 2.0


@dataclass(frozen=True)
class Estimate:
    """What to expect of a run that is queued or in training.

    Attributes
    ----------
    waits : bool
        Whether it has not begun yet.
    position : int
        How many runs have to begin before this one; 0 for one that is next or running.
    starts, ends : float
        Seconds from now; infinite if nobody is there to train it.
    """

    waits: bool
    position: int
    starts: float
    ends: float


def estimate(active: Sequence[Run], measured: Sequence[Run], workers: int = 1) -> dict[str, Estimate]:
    """Return the estimated start and end of every active run.

    Parameters
    ----------
    active : sequence of Run
        As `core.store.runs.RunStore.active` gives them.
    measured : sequence of Run
        As `core.store.runs.RunStore.measured` gives them; see `seconds_per_epoch`.
    workers : int
        How many runs can be trained side by side. If more are at this moment, that many.

    Returns
    -------
    dict
        An `Estimate` for the id of each run.
    """
    estimates: dict[str, Estimate] = {}
    free_at: list[float] = []
    # Nobody has two runs in training.
    busy_until: dict[str, float] = {}
    for run in active:
        if run.state is RunState.RUNNING:
            estimates[run.id] = Estimate(False, 0, 0.0, _duration(run, measured))
            heapq.heappush(free_at, estimates[run.id].ends)
            busy_until[run.owner] = estimates[run.id].ends
    for _ in range(workers - len(free_at)):
        heapq.heappush(free_at, 0.0)
    waiting = [run for run in active if run.state is RunState.QUEUED]
    for position in range(len(waiting)):
        free = heapq.heappop(free_at) if free_at else math.inf
        starts = [max(free, busy_until.get(run.owner, 0.0)) for run in waiting]
        begins = min(starts)
        run = waiting.pop(starts.index(begins))
        # As in `core.jobs.queue`: when a run of a series begins, its other runs go to the end.
        waiting.sort(key=functools.partial(_in_series, run))
        estimates[run.id] = Estimate(True, position, begins, begins + _duration(run, measured))
        heapq.heappush(free_at, estimates[run.id].ends)
        busy_until[run.owner] = estimates[run.id].ends
    return estimates


def _in_series(run: Run, other: Run) -> bool:
    return (run.owner, run.queue_order) == (other.owner, other.queue_order)


def _duration(run: Run, measured: Iterable[Run]) -> float:
    return (1 - run.progress) * run.recipe.epochs * seconds_per_epoch(run, measured) + SECONDS_AROUND


def seconds_per_epoch(run: Run, measured: Iterable[Run]) -> float:
    """Return how long an epoch of a run takes: as measured, or estimated from its training cost.

    Parameters
    ----------
    run : Run
    measured : iterable of Run
        The newest first. The one whose epoch costs nearly the same as this one's decides.

    Returns
    -------
    float
        Seconds; 0.0 if nothing has been measured.
    """
    if run.epochs_done > run.parent_epochs:
        return run.seconds / run.epochs_done
    cost = _epoch_cost(run.recipe)
    others = [other for other in measured if other.epochs_done]
    if not others:
        return 0.0
    like = min(others, key=lambda other: abs(math.log(_epoch_cost(other.recipe) / cost)))
    return like.seconds / like.epochs_done * cost / _epoch_cost(like.recipe)


# Every look at the queue compares all runs that wait with all that were measured.
@functools.lru_cache(maxsize=1000)
def _epoch_cost(recipe: Recipe) -> float:
    return recipe.fit_size * recipe.cost_per_image
