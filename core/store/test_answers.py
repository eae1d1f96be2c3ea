"""What networks answer to the test images, kept beside their runs: a few kilobytes each."""

import zlib
from collections.abc import Collection

import numpy as np
from sqlalchemy import Connection, delete, insert, select

from core.store.tables import TEST_ANSWERS
from core.test_sets.halves import Predictions, TestAnswers


def write_answers(connection: Connection, run_id: str, answers: TestAnswers) -> None:
    """Write the answers of a run, in place of those before."""
    connection.execute(delete(TEST_ANSWERS).where(TEST_ANSWERS.c.run_id == run_id))
    content = zlib.compress(answers.predictions.tobytes(), 9)
    connection.execute(insert(TEST_ANSWERS).values(run_id=run_id, content=content))


def read_answers(connection: Connection, run_ids: Collection[str]) -> dict[str, Predictions]:
    """Return the predictions of runs for all test images, by the ids of those that have any."""
    query = select(TEST_ANSWERS).where(TEST_ANSWERS.c.run_id.in_(run_ids))
    return {
        row.run_id: np.frombuffer(zlib.decompress(row.content), dtype=np.uint8)
        for row in connection.execute(query)
    }
