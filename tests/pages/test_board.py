"""The board of a class, for the projector."""

import numpy as np
import pytest

from core.classroom.board import read_board
from core.classroom.board_pictures import pixels, wall
from core.classroom.membership import Membership
from core.classroom.progress import read_pool
from core.classroom.teaching import TaughtClassroom, taught_by
from core.jobs.tensorflow_loader import tensorflow_loader
from core.plots.figures import LIGHT
from tests.core.classroom.conftest import draw
from tests.pages.conftest import words
from tests.pages.people import ANN, TEACHER, become, database
from ui import resources
from ui.classroom import board

PAGE = "9_class"


def test_the_board_shows_what_the_teacher_chose_and_no_name_of_a_drawing(open_page, browser, code, mnist):
    ann = become(code, ANN, "Ann")
    Membership(database(), ann).save(mnist.test_images[0], 7)
    browser(TEACHER)
    app = open_page(PAGE)
    app.multiselect(key="class_panels").set_value(["drawings", "queue", "curve", "matrix"]).run()
    assert not app.exception
    assert taught_by(database(), TEACHER)[0].board == ("drawings", "queue", "curve", "matrix")
    tensorflow_loader.load()
    app = open_page("10_board", room=code)
    assert not app.exception
    assert app.title[0].value == f"Class {code}"
    assert [header.value for header in app.header] == [
        "1 drawing",
        "Training queue",
        "Learning curve",
        "Confusion matrix on our drawings",
    ]
    assert "Ann" not in words(app)
    TaughtClassroom(database(), code, TEACHER).show_on_board(["joined"])
    board._state.clear()
    app.run()
    assert {metric.label: metric.value for metric in app.metric} == {"Joined": "1", "Drawings": "1"}


def test_no_picture_of_the_board_keeps_a_hidden_drawing(open_page, code):
    draw(database(), become(code, ANN, "Ann"), 3, 8)
    open_page("10_board", room=code)
    shown, hidden = read_pool(database(), code)
    desk = TaughtClassroom(database(), code, TEACHER)
    desk.hide_drawing(hidden.id, True)
    without = np.array(read_board(resources.store(), code).shown)
    # Shown again between the look at the class and the drawing of the picture, which is kept.
    desk.hide_drawing(hidden.id, False)
    picture = board._wall(code, without, "")
    desk.hide_drawing(hidden.id, True)
    assert board._wall(code, without, "") == picture
    assert picture == wall(pixels([shown.image]), np.array([shown.label], np.uint8), LIGHT)


@pytest.mark.parametrize("query", [{}, {"room": "<b>"}, {"room": "BCFHJ"}])
def test_a_board_of_no_class_is_a_sentence(open_page, query):
    app = open_page("10_board", **query)
    assert not app.exception
    assert len(app.warning) == 1
