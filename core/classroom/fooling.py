"""Fool it: a drawing that people read alike, and a network does not, is a point for its author.

That people read it alike is what makes it a digit: a scribble fools every network, and proves nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from core.classroom.classroom import POOL_COLUMNS, Member, PooledDrawing, drawing_from_row, read_members
from core.store.database import Database
from core.store.tables import CLASSROOM_DRAWINGS, CLASSROOM_MEMBERS, CLASSROOM_READINGS

# Classmates who must read the digit that its author meant.
READERS = 2


@dataclass(frozen=True, eq=False)
class Fooled:
    """A drawing that fooled the network.

    Attributes
    ----------
    drawing : PooledDrawing
    author : Member
    prediction : int
        What the network reads.
    """

    drawing: PooledDrawing
    author: Member
    prediction: int


@dataclass(frozen=True)
class Points:
    """The points of a member.

    Attributes
    ----------
    name : str
        As the class sees it.
    points : int
    """

    name: str
    points: int


def read_agreed(database: Database, code: str) -> tuple[tuple[PooledDrawing, Member], ...]:
    """Return the drawings of a class that people read alike, with their authors, oldest first.

    `READERS` classmates or more, each on another device than the author and each other, say the digit
    that the author meant, and they are the majority: who labels on the device on which it was drawn
    reads with the author's eyes.
    """
    shown = (CLASSROOM_DRAWINGS.c.code == code, CLASSROOM_DRAWINGS.c.hidden.is_(False))
    readings = (
        select(CLASSROOM_READINGS.c.drawing, CLASSROOM_READINGS.c.digit, CLASSROOM_MEMBERS.c.owner)
        .join(CLASSROOM_DRAWINGS, CLASSROOM_DRAWINGS.c.id == CLASSROOM_READINGS.c.drawing)
        .join(CLASSROOM_MEMBERS, CLASSROOM_MEMBERS.c.id == CLASSROOM_READINGS.c.member)
        .where(*shown)
    )
    author = select(CLASSROOM_DRAWINGS.c.id, CLASSROOM_DRAWINGS.c.label, CLASSROOM_MEMBERS.c.owner).join(
        CLASSROOM_MEMBERS, CLASSROOM_MEMBERS.c.id == CLASSROOM_DRAWINGS.c.member
    )
    with database.reading() as connection:
        said: dict[int, list[tuple[str, int | None]]] = {}
        for drawing, digit, owner in connection.execute(readings):
            said.setdefault(drawing, []).append((owner, digit))
        alike = [
            row.id
            for row in connection.execute(author.where(*shown))
            if _read_alike(row.label, row.owner, said.get(row.id, ()))
        ]
        drawings = (
            select(*POOL_COLUMNS)
            .join(CLASSROOM_MEMBERS, CLASSROOM_MEMBERS.c.id == CLASSROOM_DRAWINGS.c.member)
            .where(CLASSROOM_DRAWINGS.c.id.in_(alike))
            .order_by(CLASSROOM_DRAWINGS.c.id)
        )
        authors = {member.seat: member for member in read_members(connection, code)}
        found = tuple(map(drawing_from_row, connection.execute(drawings)))
    return tuple((drawing, authors[drawing.seat]) for drawing in found)


def _read_alike(label: int, author: str, said: Sequence[tuple[str, int | None]]) -> bool:
    same = {owner for owner, digit in said if digit == label and owner != author}
    others = sum(digit != label for _, digit in said)
    return len(same) >= max(READERS, others + 1)


def fooled(
    agreed: Sequence[tuple[PooledDrawing, Member]], predictions: Sequence[int] | npt.NDArray[np.int64]
) -> tuple[Fooled, ...]:
    """Return those of the drawings of `read_agreed` that a network misreads.

    Parameters
    ----------
    agreed : sequence of (PooledDrawing, Member)
    predictions : sequence of int
        What the network reads in each.
    """
    return tuple(
        Fooled(drawing, author, int(prediction))
        for (drawing, author), prediction in zip(agreed, predictions, strict=True)
        if prediction != drawing.label
    )


def points(found: Sequence[Fooled]) -> tuple[Points, ...]:
    """Return how many drawings of each member fooled the network, the most first."""
    counts = Counter(one.author for one in found)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0].seat))
    return tuple(Points(author.shown_name, count) for author, count in ranked)
