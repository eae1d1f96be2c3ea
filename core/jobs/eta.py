"""When a waiting run begins and when it ends, from how long others took here."""

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.recipe import Recipe
from core.store.run import Run, RunState

# Building the network, measuring it on all images and saving it, on two cores.
SECONDS_AROUND = 2.0


@dataclass(frozen=True)
class Forecast:
    """What to expect of a run in the line.

    Attributes
    ----------
    waits : bool
        Whether it has not begun yet.
    place : int
        How many runs have to begin before this one; 0 for one that is next or running.
    starts, ends : float
        Seconds from now; estimated.
    """

    waits: bool
    place: int
    starts: float
    ends: float


def forecasts(line: Sequence[Run], measured: Sequence[Run]) -> dict[str, Forecast]:
    """Estimate the start and end of every run in the line.

    Parameters
    ----------
    line : sequence of Run
        As `core.store.runs.RunStore.line` gives it. As many runs are assumed to be trained side
        by side as are now.
    measured : sequence of Run
        As `core.store.runs.RunStore.measured` gives it; see `seconds_per_epoch`.

    Returns
    -------
    dict
        A `Forecast` for the id of each run.
    """
    expected: dict[str, Forecast] = {}
    workers: list[float] = []
    for run in line:
        if run.state is RunState.RUNNING:
            expected[run.id] = Forecast(False, 0, 0.0, _lasts(run, measured))
            heapq.heappush(workers, expected[run.id].ends)
    waiting = [run for run in line if run.state is RunState.QUEUED]
    for place in range(len(waiting)):
        run, *others = waiting
        # As in `core.jobs.queue`: when a run of a series begins, its other runs go to the end.
        waiting = sorted(others, key=lambda other: other.place == run.place)
        starts = heapq.heappop(workers) if workers else 0.0
        expected[run.id] = Forecast(True, place, starts, starts + _lasts(run, measured))
        heapq.heappush(workers, expected[run.id].ends)
    return expected


def _lasts(run: Run, measured: Iterable[Run]) -> float:
    return (1 - run.progress) * run.recipe.epochs * seconds_per_epoch(run, measured) + SECONDS_AROUND


def seconds_per_epoch(run: Run, measured: Iterable[Run]) -> float:
    """How long an epoch of a run takes: as measured, or as long as the work lets one expect.

    Parameters
    ----------
    run : Run
    measured : iterable of Run
        The newest first. The one whose epoch is most like this one's in work decides.

    Returns
    -------
    float
        Seconds; 0.0 if nothing has been measured.
    """
    if run.epochs_done > run.parent_epochs:
        return run.seconds / run.epochs_done
    work = _work(run.recipe)
    others = [other for other in measured if other.epochs_done]
    if not others:
        return 0.0
    like = min(others, key=lambda other: abs(math.log(_work(other.recipe) / work)))
    return like.seconds / like.epochs_done * work / _work(like.recipe)


def _work(recipe: Recipe) -> float:
    return recipe.fit_size * recipe.cost_per_image
