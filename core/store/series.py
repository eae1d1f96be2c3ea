"""Sweeps and experiments in the store: who started which, and what their runs have come to.

A series has no runs of its own: these are found by their recipes, whoever trained them. So nothing
is trained twice, and a chart is the same after a refresh, on another server, or in another browser.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Row, delete, insert, select

from core.data import load_mnist
from core.series.experiment import Trial
from core.series.experiments import EXPERIMENTS
from core.series.series import Result, Series
from core.series.sweep import Sweep
from core.store.database import Database
from core.store.log_limit import LogLimit
from core.store.queries import now, run_from_row
from core.store.run import ACTIVE, RunState
from core.store.runs import RunStore
from core.store.tables import EPOCHS, RUNS, SERIES
from core.store.test_answers import read_answers
from core.test_sets.confusion import TestConfusion
from core.test_sets.halves import Part, Predictions, part_of, places

# How many plans of an owner are kept, the newest.
MAX_PLANS = 20

Plan: TypeAlias = Sweep | Trial

_log = logging.getLogger(__name__)
_lines = LogLimit()


@dataclass(frozen=True)
class SeriesRun:
    """A run of a series that is queued or in training.

    Attributes
    ----------
    id, owner : str
    is_running : bool
        Whether it is in training already.
    """

    id: str
    owner: str
    is_running: bool


@dataclass(frozen=True, eq=False)
class Progress:
    """What the runs of a series have come to, each by its recipe as JSON.

    Attributes
    ----------
    results : mapping of str to Result
        The finished ones that have all that the series measures.
    active : mapping of str to SeriesRun
        Those to come.
    missing : tuple of str
        The rest.
    failure : str
        Why one of the rest has failed, as a sentence; empty if none did.
    """

    results: Mapping[str, Result]
    active: Mapping[str, SeriesRun]
    missing: tuple[str, ...]
    failure: str = ""


def save_plan(database: Database, owner: str, plan: Plan) -> None:
    """Write that an owner has started a series; it is their newest one."""
    values = {"owner": owner, "kind": plan.kind, "plan": plan.to_json(), "created": now()}
    of_owner = SERIES.c.owner == owner
    with database.writing() as connection:
        # Started again, it is the same plan and becomes the newest.
        same = SERIES.c.plan == values["plan"] if isinstance(plan, Sweep) else SERIES.c.kind == plan.kind
        connection.execute(delete(SERIES).where(of_owner, same))
        connection.execute(insert(SERIES).values(**values))
        newest = select(SERIES.c.id).where(of_owner).order_by(SERIES.c.id.desc()).limit(MAX_PLANS)
        kept = list(connection.scalars(newest))
        connection.execute(delete(SERIES).where(of_owner, SERIES.c.id.not_in(kept)))


def read_plans(database: Database, owner: str) -> tuple[Plan, ...]:
    """Return the series that an owner has started, newest first."""
    query = select(SERIES).where(SERIES.c.owner == owner).order_by(SERIES.c.id.desc())
    with database.reading() as connection:
        rows = connection.execute(query).all()
    return tuple(plan for row in rows if (plan := _plan_from_row(row)))


def _plan_from_row(row: Row[Any]) -> Plan | None:
    """Return a plan, or None if it is one of another version."""
    try:
        if row.kind == Sweep.kind:
            return Sweep.from_json(row.plan)
        trial = Trial.from_json(row.plan)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        if _lines.is_due(row.id):
            _log.warning("Series %s cannot be read: %s", row.id, row.plan, exc_info=True)
        return None
    return trial if trial.name in EXPERIMENTS else None


def read_progress(store: RunStore, series: Series) -> Progress:
    """Return what the runs of a series have come to, whoever started them.

    Only runs count that were trained as their recipe says from the first epoch to the last.
    """
    texts = [recipe.to_json() for recipe in series.recipes]
    with store.database.reading() as connection:
        last = (EPOCHS.c.run_id == RUNS.c.id) & (EPOCHS.c.number == RUNS.c.epochs_done)
        query = (
            select(RUNS, EPOCHS.c.val_accuracy)
            .join_from(RUNS, EPOCHS, last, isouter=True)
            .where(RUNS.c.recipe.in_(texts), RUNS.c.parent.is_(None))
            .order_by(RUNS.c.number)
        )
        rows = [row for row in connection.execute(query) if (run := run_from_row(row)) and run.follows_recipe]
        finished = {row.id: row for row in rows if row.state == RunState.FINISHED}
        answers = read_answers(connection, finished) if store.part is not Part.WHOLE else {}
    results = _bundled_results(store)
    for row in finished.values():
        found = _result(row) if store.part is Part.WHOLE else _result_on(store.part, row, answers.get(row.id))
        results |= {row.recipe: found} if found else {}
    results = {text: results[text] for text in texts if text in results and series.is_measured(results[text])}
    active = {
        row.recipe: SeriesRun(row.id, row.owner, row.state == RunState.RUNNING)
        for row in rows
        if row.state in ACTIVE and row.recipe not in results
    }
    missing = tuple(text for text in texts if text not in results and text not in active)
    failures = [row.failure for row in rows if row.state == RunState.FAILED and row.recipe in missing]
    return Progress(results, active, missing, failures[-1] if failures else "")


def _result(row: Row[Any]) -> Result:
    counts = TestConfusion.from_json(row.test_confusion) if row.test_confusion else None
    return Result(row.train_accuracy, row.test_accuracy, row.val_accuracy, counts)


def _result_on(part: Part, row: Row[Any], answers: Predictions | None) -> Result | None:
    """Return as `_result` on a part of the test set; None for runs that did not keep their answers."""
    if answers is None:
        return None
    dataset = load_mnist()
    chosen, seen = places(dataset, part), part_of(dataset, part)
    counts = TestConfusion.of(answers[chosen].astype(int), seen.test_labels, seen.test_writers)
    return Result(row.train_accuracy, counts.accuracy() or 0.0, row.val_accuracy, counts)


def _bundled_results(store: RunStore) -> dict[str, Result]:
    """Return what was measured of the bundled runs."""
    return {
        run.recipe.to_json(): Result(
            run.train_accuracy, run.test_accuracy, store.history(run.id)[-1].val_accuracy
        )
        for run in store.bundled()
        if run.train_accuracy is not None and run.test_accuracy is not None
    }
