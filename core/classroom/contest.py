"""The contest of a class: whose network reads the open half best, and who was lucky there.

Members look at the open half of the test set as often as they like, and keep the network that does
best on it. So they choose with these images, and the best accuracy is partly luck. The sealed half is
opened once, for the networks that were chosen: opened twice, it would be used for choosing, too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, select

from core.analysis.significance import ALPHA, Interval, holm, mcnemar, wilson
from core.classroom.classroom import Classroom, Member, find_classroom
from core.classroom.owners import read_recognized
from core.data import Dataset
from core.fine_tuning.outcome import FineTuning
from core.recipe import Recipe
from core.store.database import Database
from core.store.run import IMPORTED
from core.store.tables import RUNS
from core.store.test_answers import read_answers
from core.test_sets.halves import Part, Predictions, places

# Members of one device whose names are still shown together.
_MAX_NAMES = 2
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Entry:
    """The best run of a member on the open half.

    Attributes
    ----------
    run_id : str
    number : int
        Of the run.
    name : str
        Of the member, as the class sees it; of several who share a device, all.
    settings : str
        What was trained, in a few words.
    tried : int
        Runs of the member that count: the best of many is luckier than the best of few.
    """

    run_id: str
    number: int
    name: str
    settings: str
    tried: int


@dataclass(frozen=True)
class Score:
    """How an entry does on a half of the test set.

    Attributes
    ----------
    rank : int
        From 1; equally many correct answers have the same.
    accuracy : Interval
        With its 95% Wilson interval.
    p_value : float or None
        Of McNemar's exact test against the first, corrected for how many there are by Holm's method;
        None for the first itself.
    """

    rank: int
    accuracy: Interval
    p_value: float | None

    @property
    def behind(self) -> bool:
        """Whether the first is better by more than chance would make it."""
        return self.p_value is not None and self.p_value < ALPHA


@dataclass(frozen=True)
class Standing:
    """An entry on the leaderboard.

    Attributes
    ----------
    entry : Entry
    open : Score
    sealed : Score or None
        None until the sealed half has been opened.
    """

    entry: Entry
    open: Score
    sealed: Score | None

    @property
    def luck(self) -> float | None:
        """How much higher the accuracy is on the open half than on the sealed one, −1 to 1."""
        if self.sealed is None:
            return None
        return self.open.accuracy.proportion - self.sealed.accuracy.proportion


def entries(database: Database, code: str) -> tuple[Entry, ...]:
    """Return the best run of each member on the open half, the best one first.

    Runs count that were started while the half was sealed, and trained by the member from random
    weights: fine-tuned and imported ones began with what somebody else may have trained.

    Raises
    ------
    ClassroomError
        If there is no such class.
    """
    with database.reading() as connection:
        classroom = find_classroom(connection, code)
        names = _names(read_recognized(connection, code))
        found = _counting(connection, classroom, names)
    best: dict[str, Entry] = {}
    for owner, number, run_id, recipe in found:
        if owner not in best:
            tried = sum(other == owner for other, *_ in found)
            best[owner] = Entry(run_id, number, names[owner], Recipe.from_json(recipe).words, tried)
    return tuple(best.values())


def leaderboard(
    entries: Sequence[Entry], answers: Mapping[str, Predictions], dataset: Dataset, opened: bool
) -> tuple[Standing, ...]:
    """Return the entries in the order of the open half; once it was opened, in that of the sealed one.

    Parameters
    ----------
    entries : sequence of Entry
    answers : mapping of str to ndarray of uint8
        By run, see `read_entry_answers`; entries without are left out.
    dataset : Dataset
        With the whole test set.
    opened : bool
        Whether the sealed half has been opened. Otherwise nothing is worked out on it.
    """
    there = [entry for entry in entries if entry.run_id in answers]
    correct = {entry.run_id: answers[entry.run_id] == dataset.test_labels for entry in there}
    scores = _scores(correct, places(dataset, Part.OPEN))
    sealed = _scores(correct, places(dataset, Part.SEALED)) if opened else {}
    found = (Standing(entry, scores[entry.run_id], sealed.get(entry.run_id)) for entry in there)
    return tuple(sorted(found, key=lambda one: ((one.sealed or one.open).rank, one.open.rank)))


def read_entry_answers(database: Database, found: Sequence[Entry]) -> dict[str, Predictions]:
    """Return what the networks of entries answer to the test images, by the ids of their runs."""
    with database.reading() as connection:
        return read_answers(connection, [entry.run_id for entry in found])


def _names(members: tuple[Member, ...]) -> dict[str, str]:
    """Return what the class calls each owner: those who share a device together."""
    named: dict[str, list[str]] = {}
    for member in members:
        named.setdefault(member.owner, []).append(member.shown_name)
    return {
        owner: ", ".join(names[:_MAX_NAMES])
        + (f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else "")
        for owner, names in named.items()
    }


def _counting(
    connection: Connection, classroom: Classroom, names: Mapping[str, str]
) -> list[tuple[str, int, str, str]]:
    """Return owner, number, id and recipe of the runs that count, the best on the open half first."""
    if classroom.sealed_at is None:
        return []
    columns = ["owner", "number", "id", "recipe", "parent", "fine_tuning", "versions", "open_accuracy"]
    query = select(*(RUNS.c[name] for name in columns)).where(
        RUNS.c.owner.in_(list(names)),
        RUNS.c.created >= classroom.sealed_at,
        RUNS.c.open_accuracy.is_not(None),
        RUNS.c.operation.is_(None),
    )
    if classroom.unsealed_at is not None:
        query = query.where(RUNS.c.ended <= classroom.unsealed_at)
    counting: dict[str, Row[Any]] = {}
    for row in connection.execute(query.order_by(RUNS.c.number)):
        if _is_own(row, counting):
            counting[row.id] = row
    best_first = sorted(counting.values(), key=lambda row: (-row.open_accuracy, row.number))
    return [(row.owner, row.number, row.id, row.recipe) for row in best_first]


def _is_own(row: Row[Any], counting: Mapping[str, Row[Any]]) -> bool:
    """Return whether a run began with random weights, or continues one of the same owner that counts."""
    if IMPORTED in json.loads(row.versions):
        return False
    if row.fine_tuning is not None:
        return FineTuning.from_json(row.fine_tuning).from_scratch
    return row.parent is None or (row.parent in counting and counting[row.parent].owner == row.owner)


def _scores(correct: Mapping[str, Bools], chosen: npt.NDArray[np.int64]) -> dict[str, Score]:
    """Return the score of each run on some of the images."""
    if not correct:
        return {}
    on_part = {run_id: one[chosen] for run_id, one in correct.items()}
    counts = {run_id: int(one.sum()) for run_id, one in on_part.items()}
    first = max(counts, key=lambda run_id: counts[run_id])
    others = [run_id for run_id in on_part if run_id != first]
    tests = holm([mcnemar(on_part[first], on_part[run_id]).p_value for run_id in others])
    p_values = dict(zip(others, tests, strict=True))
    return {
        run_id: Score(
            rank=1 + sum(other > count for other in counts.values()),
            accuracy=wilson(count, len(chosen)),
            p_value=p_values.get(run_id),
        )
        for run_id, count in counts.items()
    }
