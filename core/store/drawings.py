"""Drawings that visitors save, with what they mean: for fine-tuning a network on their handwriting.

They are in the run store, each belongs to the person who drew it, and nobody else sees it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select

from core.data import CLASSES, IMAGE_SIZE
from core.fine_tuning.drawings import Drawings
from core.store.database import Database
from core.store.queries import now
from core.store.tables import DRAWINGS

if TYPE_CHECKING:
    from core.drawing.strokes import Stroke

# An operator who does not want drawings saved sets this to "off".
KEEP_VARIABLE = "DIGIT_LAB_KEEP_DRAWINGS"
# Of one owner; thirty of each digit.
MAX_PER_OWNER = 300
# Of all owners together, at about 3 KB each. Beyond that the oldest of the owner who has most are evicted.
MAX_DRAWINGS = 20_000
# A digit drawn by mouse has about 1 KB.
MAX_STROKES_BYTES = 20_000


class DrawingRefused(Exception):
    """Raised when a drawing cannot be saved. The message says what to do."""


@dataclass(frozen=True, eq=False)
class SavedDrawing:
    """A drawing with what it means.

    Attributes
    ----------
    id : int
    label : int
        The digit that its owner meant, 0 to 9.
    answer : int or None
        What a network had predicted.
    run_id : str or None
        The run of that network.
    image : ndarray of uint8, shape (28, 28)
        In MNIST's form.
    strokes : tuple of ndarray of float64, shape (n, 2)
        The path of the pen, in pixels of the canvas; empty if there is none.
    created : str
        Date and time, UTC, ISO 8601.
    """

    id: int
    label: int
    answer: int | None
    run_id: str | None
    image: npt.NDArray[np.uint8]
    strokes: tuple["Stroke", ...]
    created: str


class DrawingStore:
    """The saved drawings of one owner.

    Parameters
    ----------
    database : Database
    owner : str
    """

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner

    def __len__(self) -> int:
        with self._database.reading() as connection:
            return self._count(connection)

    def drawings(self) -> tuple[SavedDrawing, ...]:
        """Return all drawings of the owner, newest first."""
        own = select(DRAWINGS).where(DRAWINGS.c.owner == self._owner).order_by(DRAWINGS.c.id.desc())
        with self._database.reading() as connection:
            return tuple(_drawing_from_row(row) for row in connection.execute(own))

    def save(
        self,
        image: npt.NDArray[np.uint8],
        label: int,
        strokes: Sequence["Stroke"] = (),
        answer: int | None = None,
        run_id: str | None = None,
    ) -> None:
        """Save a drawing. Saving the same one again with another label corrects it.

        Parameters
        ----------
        image : ndarray of uint8, shape (28, 28)
        label : int
        strokes : sequence of ndarray, each of shape (n, 2)
        answer : int, optional
        run_id : str, optional

        Raises
        ------
        DrawingRefused
            If it is no such picture or digit, its path is too long, or there are too many.
        """
        if image.shape != (IMAGE_SIZE, IMAGE_SIZE) or image.dtype != np.uint8 or label not in range(CLASSES):
            raise DrawingRefused("Only a drawing of one digit, 0 to 9, can be saved.")
        path = strokes_to_json(strokes)
        if len(path) > MAX_STROKES_BYTES:
            raise DrawingRefused(
                "This drawing has too many points to be saved. Draw the digit with fewer strokes."
            )
        content = image.tobytes()
        with self._database.writing() as connection:
            connection.execute(delete(DRAWINGS).where(*self._same(content)))
            if self._count(connection) >= MAX_PER_OWNER:
                raise DrawingRefused(
                    f"You already have {MAX_PER_OWNER} saved drawings. Delete some that you do not need."
                )
            connection.execute(
                insert(DRAWINGS).values(
                    owner=self._owner,
                    label=label,
                    answer=answer,
                    run_id=run_id,
                    image=content,
                    strokes=path,
                    created=now(),
                )
            )
            _evict(connection)

    def remove(self, image: npt.NDArray[np.uint8]) -> None:
        """Delete the drawing with this image, shape (28, 28), if it is saved."""
        same = delete(DRAWINGS).where(*self._same(image.tobytes()))
        self._database.free(lambda connection: connection.execute(same))

    def delete(self, ids: Iterable[int]) -> None:
        """Delete drawings; those of others, and those that are gone, are passed over."""
        own = (DRAWINGS.c.owner == self._owner, DRAWINGS.c.id.in_(list(ids)))
        self._database.free(lambda connection: connection.execute(delete(DRAWINGS).where(*own)))

    def _same(self, content: bytes) -> tuple[ColumnElement[bool], ...]:
        return DRAWINGS.c.owner == self._owner, DRAWINGS.c.image == content

    def _count(self, connection: Connection) -> int:
        own = select(func.count()).select_from(DRAWINGS).where(DRAWINGS.c.owner == self._owner)
        return connection.scalar(own) or 0


def to_arrays(drawings: Sequence[SavedDrawing]) -> Drawings:
    """Return saved drawings as arrays, oldest first, for `core.fine_tuning`."""
    oldest_first = sorted(drawings, key=lambda drawing: drawing.id)
    images = np.array([drawing.image for drawing in oldest_first], dtype=np.uint8)
    labels = np.array([drawing.label for drawing in oldest_first], dtype=np.uint8)
    return Drawings(images.reshape(-1, IMAGE_SIZE, IMAGE_SIZE), labels)


def _evict(connection: Connection) -> None:
    excess = (connection.scalar(select(func.count()).select_from(DRAWINGS)) or 0) - MAX_DRAWINGS
    if excess > 0:
        counts = select(DRAWINGS.c.owner).group_by(DRAWINGS.c.owner)
        largest = connection.scalar(counts.order_by(func.count().desc(), func.min(DRAWINGS.c.id)).limit(1))
        oldest = (
            select(DRAWINGS.c.id).where(DRAWINGS.c.owner == largest).order_by(DRAWINGS.c.id).limit(excess)
        )
        connection.execute(delete(DRAWINGS).where(DRAWINGS.c.id.in_(list(connection.scalars(oldest)))))


def strokes_to_json(strokes: Sequence["Stroke"]) -> str:
    """Return strokes as the store keeps them."""
    # A tenth of a pixel is finer than anybody draws.
    return json.dumps([stroke.round(1).tolist() for stroke in strokes], separators=(",", ":"))


def _drawing_from_row(row: Row[Any]) -> SavedDrawing:
    return SavedDrawing(
        id=row.id,
        label=row.label,
        answer=row.answer,
        run_id=row.run_id,
        image=np.frombuffer(row.image, dtype=np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE),
        strokes=tuple(np.array(stroke, dtype=np.float64) for stroke in json.loads(row.strokes)),
        created=row.created,
    )
