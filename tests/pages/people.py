"""Who visits the pages in the tests: people with runs, and people in a class."""

from core.classroom.classroom import Member
from core.classroom.membership import join
from core.recipe import Recipe
from core.store.runs import RunStore
from tests.stored import finished_run
from ui import resources

ANN, BOB, CLEO, TEACHER = "a" * 16, "b" * 16, "d" * 16, "e" * 16


def finished(store: RunStore, owner: str, name: str, accuracy: float, **recipe) -> str:
    run = finished_run(
        store, Recipe(epochs=1, **recipe), owner, name, nickname=name.split(maxsplit=1)[0], accuracy=accuracy
    )
    return run.id


def database():
    return resources.store().database


def become(code: str, owner: str, name: str) -> Member:
    return join(database(), code, owner, name)
