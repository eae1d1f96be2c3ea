"""What the board of a class shows, and that it is legible."""

import io

import numpy as np
import pytest
from PIL import Image

from core.classroom.board import read_board
from core.classroom.board_pictures import HEIGHT, SMALL_TEXT, WIDTH, matrix, pixels, wall
from core.classroom.classroom import MAX_PANELS, PANELS, Classroom, Member
from core.classroom.progress import read_pool
from core.classroom.teaching import TaughtClassroom
from core.jobs.queue import RunQueue
from core.plots.figures import DARK, LIGHT
from core.recipe import Recipe
from core.store.database import Database
from core.store.runs import RunStore
from tests.core.classroom.conftest import draw
from tests.postgres import ON_EVERY_DATABASE
from tests.stored import finished_run


def shown(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("L"))


@pytest.mark.parametrize("count", [0, 5, 60, 1000])
def test_the_wall_shows_every_digit_in_its_row_however_many_there_are(mnist, count: int):
    sevens = mnist.test_images[mnist.test_labels == 7]
    images = sevens[np.arange(count) % len(sevens)]
    picture = shown(wall(images, np.full(count, 7, np.uint8), LIGHT))
    assert picture.shape == (HEIGHT, WIDTH)
    ink = picture[:, 300:] < 128
    row = HEIGHT // 10
    assert ink[: 7 * row].sum() == ink[8 * row :].sum() == 0
    assert (ink[7 * row : 8 * row].sum() > 0) == (count > 0)


def test_the_wall_of_a_new_drawing_is_another_picture(mnist):
    images, labels = mnist.test_images[:40], mnist.test_labels[:40]
    assert wall(images, labels, DARK) != wall(images[:39], labels[:39], DARK)
    assert pixels([]).shape == (0, 28, 28)


@pytest.mark.parametrize("style", [LIGHT, DARK])
def test_the_confusion_matrix_stands_out_from_the_background(style):
    confusion = np.diag(np.arange(10) * 100).astype(np.int64)
    picture = shown(matrix(confusion, ["91%", "a long line of text " * 5], style))
    cell = HEIGHT // 11
    darkest = picture[cell * 10 : cell * 11, cell * 10 : cell * 11]
    assert np.ptp(darkest.astype(int)) > 100, "a number on its cell"
    assert np.ptp(picture[:, HEIGHT + 60 :].astype(int)) > 200, "text beside it"
    # Four parts on a board of 1920 pixels: each is a little less than half as wide.
    assert SMALL_TEXT * 900 / WIDTH >= 24


def test_the_board_tells_apart_which_drawings_are_hidden(
    store: RunStore, database: Database, classroom: Classroom, ann: Member
):
    draw(database, ann, 0, 1, 2, 3)
    first, second, third, fourth = (drawing.id for drawing in read_pool(database, classroom.code))
    desk = TaughtClassroom(database, classroom.code, "teacher")
    desk.hide_drawing(first, True)
    desk.hide_drawing(fourth, True)
    assert read_board(store, classroom.code).shown == (second, third)
    for drawing in (first, second, third, fourth):
        desk.hide_drawing(drawing, drawing in (second, third))
    assert read_board(store, classroom.code).shown == (first, fourth)


@ON_EVERY_DATABASE
def test_the_board_knows_who_draws_and_who_trains(
    store: RunStore, database: Database, classroom: Classroom, ann: Member, bob: Member
):
    finished_run(store, Recipe(epochs=2), "stranger", "Not of this class")
    draw(database, ann, 1, 2)
    before = read_board(store, classroom.code)
    assert (before.members, before.drawings, before.queue, before.run) == (2, 2, (), None)
    finished_run(store, Recipe(epochs=2), "ann", "First")
    queue = RunQueue(store)
    queue.enqueue(Recipe(epochs=3), "ann", "Waits")
    queue.enqueue(Recipe(epochs=3), "bob", "Waits, too")
    assert queue.lease("worker")
    desk = TaughtClassroom(database, classroom.code, "teacher")
    desk.hide_name(bob.id, True)
    desk.hide_drawing(read_pool(database, classroom.code)[0].id, True)
    after = read_board(store, classroom.code)
    assert after.drawings == 1
    assert [name for name, _ in after.queue] == ["Ann", "Student 2"]
    assert after.run
    assert after.run.name == "Waits", "what is in training, not what has ended"
    desk.show_on_board(PANELS)
    assert len(read_board(store, classroom.code).classroom.board) == MAX_PANELS
