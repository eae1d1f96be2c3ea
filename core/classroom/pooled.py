"""The drawings of a class as a data set: to train on, to measure on, and to take home."""

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image
from sqlalchemy import select

from core.analysis.writers import WriterScore
from core.classroom.classroom import PooledDrawing
from core.data import IMAGE_SIZE
from core.fine_tuning.drawings import Drawings, is_held_out
from core.store.queries import run_from_row
from core.store.run import Run
from core.store.runs import RunStore
from core.store.tables import RUNS

if TYPE_CHECKING:
    from core.evaluation import Evaluation

People = npt.NDArray[np.int64]
# Of one class, that a table still shows.
MAX_RUNS = 100

_README = """Drawings of a class, saved by Digit Lab.

labels.csv has a row for each picture: its file, the digit that was meant, and who drew it, as a number.
Each picture is 28 by 28 pixels, light on dark, as in MNIST.
For a split by person, hold out whole people: here each whose number divided by 4 leaves 2.
"""


# Whose drawings a network was trained on, and whose it has never seen.
TRAINED_ON, UNSEEN = "Trained on", "Unseen people"


def to_drawings(pool: Sequence[PooledDrawing]) -> Drawings:
    """Return drawings as arrays, with the seats of those who drew them."""
    images = np.array([drawing.image for drawing in pool], dtype=np.uint8)
    return Drawings(
        images.reshape(-1, IMAGE_SIZE, IMAGE_SIZE),
        np.array([drawing.label for drawing in pool], dtype=np.uint8),
        np.array([drawing.seat for drawing in pool], dtype=np.int64),
    )


def by_person(evaluation: "Evaluation", people: People, trained: bool) -> tuple[WriterScore, ...]:
    """Return the accuracy on each person's drawings, the lowest first; it does not say whose.

    Parameters
    ----------
    evaluation : Evaluation
        Of a network on the drawings.
    people : ndarray of int64, shape (n,)
        Who drew each, as a number from 1.
    trained : bool
        Whether the network was trained on the drawings of those who are not held out.
    """
    numbers, places, drawings = np.unique(people, return_inverse=True, return_counts=True)
    errors = np.bincount(places, weights=~evaluation.correct, minlength=len(numbers)).astype(int)
    unseen = is_held_out(numbers) | (not trained)
    scores = [
        WriterScore(0, UNSEEN if new else TRAINED_ON, int(count), int(wrong))
        for new, count, wrong in zip(unseen, drawings, errors, strict=True)
    ]
    return tuple(sorted(scores, key=lambda score: (score.accuracy, -score.errors, score.group)))


def was_trained_on(run: Run, code: str) -> bool:
    """Return whether the network of a run was trained on drawings of a class."""
    mixture = run.fine_tuning.mixture if run.fine_tuning else None
    return mixture is not None and mixture.classroom == code and mixture.data != "mnist"


def class_runs(store: RunStore, code: str) -> tuple[Run, ...]:
    """Return the runs that were trained for a class, newest first."""
    # As it stands in the JSON of `core.fine_tuning.outcome.FineTuning`; a code has no special characters.
    named = RUNS.c.fine_tuning.contains(f'"classroom": "{code}"', autoescape=True)
    query = select(RUNS).where(named).order_by(RUNS.c.number.desc()).limit(MAX_RUNS)
    with store.database.reading() as connection:
        rows = connection.execute(query).all()
    return tuple(run.seen(store.part) for row in rows if (run := run_from_row(row)))


def to_npz(drawings: Drawings) -> bytes:
    """Return drawings as a NumPy archive: ``images``, ``labels``, and ``people``."""
    return drawings.to_bytes()


def to_zip(drawings: Drawings) -> bytes:
    """Return drawings as a ZIP archive of PNG pictures, with a file of their labels."""
    content, table = io.BytesIO(), io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["file", "label", "person"])
    people = np.zeros(len(drawings), np.int64) if drawings.people is None else drawings.people
    # PNG is compressed already.
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for number, image in enumerate(drawings.images):
            name = f"digits/{number:04d}-{drawings.labels[number]}.png"
            archive.writestr(name, _png(image))
            rows.writerow([name, int(drawings.labels[number]), int(people[number])])
        archive.writestr("labels.csv", table.getvalue())
        archive.writestr("README.txt", _README)
    return content.getvalue()


def _png(image: npt.NDArray[np.uint8]) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG")
    return content.getvalue()
