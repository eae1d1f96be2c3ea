"""A class with some members, and pictures that differ."""

import numpy as np
import pytest

from core.classroom.classroom import Classroom, Member
from core.classroom.membership import Membership, join
from core.classroom.teaching import open_classroom
from core.store.database import Database
from core.store.runs import RunStore


@pytest.fixture
def database(store: RunStore) -> Database:
    return store.database


@pytest.fixture
def classroom(database: Database) -> Classroom:
    return open_classroom(database, "teacher")[0]


@pytest.fixture
def ann(database: Database, classroom: Classroom) -> Member:
    return join(database, classroom.code, "ann", "Ann")


@pytest.fixture
def bob(database: Database, classroom: Classroom, ann: Member) -> Member:
    return join(database, classroom.code, "bob", "Bob")


def picture(number: int) -> np.ndarray:
    image = np.zeros((28, 28), dtype=np.uint8)
    image.flat[300 : 300 + number + 1] = 255
    return image


def draw(database: Database, member: Member, *labels: int) -> None:
    """Save drawings of these digits, each another picture."""
    for number, label in enumerate(labels):
        Membership(database, member).save(picture(20 * member.seat + number), label)
