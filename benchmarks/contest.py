"""What the contest of a full class costs: ``python -m benchmarks.contest``.

45 members with 10 runs each. The board asks for the leaderboard every two seconds, and every page for whom
half of the test set is sealed.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from sqlalchemy import func, insert, select

from core.classroom.classroom import MAX_MEMBERS
from core.classroom.contest import entries, leaderboard, read_entry_answers
from core.classroom.membership import join
from core.classroom.teaching import TaughtClassroom, open_classroom
from core.data import load_mnist
from core.recipe import Recipe
from core.store.classrooms import sealed_owners
from core.store.queries import now
from core.store.runs import RunStore
from core.store.tables import RUNS, TEST_ANSWERS
from core.store.test_answers import write_answers
from core.test_sets.halves import TestAnswers

_RUNS, _REPEATS = 10, 20


def _milliseconds(call: Callable[[], object]) -> float:
    times = []
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times)


def _fill(store: RunStore, code: str) -> None:
    """Let every member of a full class have trained networks with 2 to 8% errors."""
    mnist, random = load_mnist(), np.random.default_rng(0)
    for number in range(MAX_MEMBERS):
        member = join(store.database, code, f"{number:016x}")
        with store.database.writing() as connection:
            for run in range(_RUNS):
                run_id = f"{number}-{run}"
                answers = mnist.test_labels.astype(int)
                wrong = random.permutation(len(answers))[: random.integers(200, 800)]
                answers[wrong] = (answers[wrong] + 1) % 10
                found = TestAnswers.of(answers, mnist)
                connection.execute(
                    insert(RUNS).values(
                        id=run_id,
                        number=_RUNS * number + run,
                        name="Run",
                        owner=member.owner,
                        recipe=Recipe(seed=run).to_json(),
                        state="finished",
                        created=now(),
                        ended=now(),
                        open_accuracy=found.open_accuracy,
                    )
                )
                write_answers(connection, run_id, found)


def main() -> None:
    """Print how long each look takes, and how large the answers of a run are."""
    with tempfile.TemporaryDirectory() as folder:
        store, mnist = RunStore(f"sqlite:///{folder}/runs.db"), load_mnist()
        database = store.database
        code = open_classroom(database, "teacher")[0].code
        TaughtClassroom(database, code, "teacher").seal()
        _fill(store, code)
        found = entries(database, code)
        answers = read_entry_answers(database, found)
        print(f"for whom it is sealed  {_milliseconds(lambda: sealed_owners(database)):6.1f} ms")
        print(f"best run of each       {_milliseconds(lambda: entries(database, code)):6.1f} ms")
        print(f"their answers          {_milliseconds(lambda: read_entry_answers(database, found)):6.1f} ms")
        for opened in (False, True):
            label = "both halves" if opened else "open half"
            taken = _milliseconds(partial(leaderboard, found, answers, mnist, opened))
            print(f"ranks, {label:<15} {taken:6.1f} ms")
        with database.reading() as connection:
            size = connection.scalar(select(func.avg(func.length(TEST_ANSWERS.c.content))))
        print(f"answers of a run       {size:6.0f} bytes")
        database.close()


if __name__ == "__main__":
    main()
