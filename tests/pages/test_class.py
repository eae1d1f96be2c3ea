"""A class on the page: opened by a teacher, joined by students, drawn and labeled in."""

from typing import Any

import numpy as np
import pytest

from core.classroom.membership import Membership, memberships
from core.classroom.progress import read_pool
from core.classroom.second_readings import read_drawings
from core.classroom.teaching import TaughtClassroom, taught_by
from core.store.drawings import KEEP_VARIABLE
from tests.core.classroom.conftest import draw
from tests.pages.conftest import words
from tests.pages.people import ANN, BOB, TEACHER, become, database
from ui.classroom import visit

PAGE, CANVAS = "9_class", "class_canvas_drawing"
# A vertical line, as the canvas describes it.
LINE = [{"path": [["M", 200, 50], ["L", 200, 350]], "strokeWidth": 30}]


def keys(app: Any) -> set[str]:
    return {element.key for kind in (app.button, app.toggle, app.text_input) for element in kind}


def test_a_teacher_opens_a_class_and_sees_code_link_and_who_comes(open_page, browser):
    browser(TEACHER)
    app = open_page(PAGE)
    app.button(key="class_open").click().run()
    assert not app.exception
    (opened,) = taught_by(database(), TEACHER)
    assert f"room={opened.code}" in app.code[0].value
    assert any("teacher=" in code.value for code in app.code), "the personal link, to keep"
    become(opened.code, ANN, "Ann")
    visit.progress.clear()
    app.run()
    assert {metric.label: metric.value for metric in app.metric}["Joined"] == "1"

    link = next(code.value for code in app.code if "teacher=" in code.value)
    browser(BOB)
    second = open_page(PAGE, teacher=link.partition("teacher=")[2])
    assert not second.exception
    assert "teacher" not in second.query_params, "the link does not stay where a class could read it"
    assert "class_closed" in keys(second)


def test_a_student_joins_by_the_link_draws_and_is_counted(open_page, browser, code):
    browser(ANN)
    app = open_page(PAGE, room=code.lower())
    app.text_input(key="class_enter_name").set_value("Ann")
    app.button(key="class_enter_now").click().run()
    assert not app.exception
    assert "Draw a 0" in [header.value for header in app.header]
    app.session_state[CANVAS].replace(LINE)
    app.button(key="class_save").click().run()
    assert not app.exception
    (drawing,) = read_pool(database(), code)
    assert drawing.label == 0
    assert "Draw a 1" in [header.value for header in app.header]
    assert app.session_state[CANVAS].objects == [], "the canvas is empty again"
    app.button(key="class_save").click().run()
    assert app.toast[0].value == "Draw a digit in the black box first."
    app.session_state["class_delete"] = True
    app.run()
    app.button(key=f"class_delete_{drawing.id}").click().run()
    assert read_pool(database(), code) == ()


def test_a_refresh_or_a_second_tab_finds_the_student_again(open_page, browser, code):
    become(code, ANN, "Ann")
    browser(ANN)
    app = open_page(PAGE)
    assert "Draw a 0" in [header.value for header in app.header]
    assert "class_leave" in keys(app)
    app.button(key="class_leave").click().run()
    assert not app.exception
    assert memberships(database(), code, ANN) == ()
    assert "class_open" in keys(app)


def test_two_students_share_a_tablet(open_page, browser, code):
    ann = become(code, ANN, "Ann")
    browser(ANN)
    app = open_page(PAGE)
    app.text_input(key="class_another_name").set_value("Bob")
    app.button(key="class_another_now").click().run()
    assert not app.exception
    assert len(memberships(database(), code, ANN)) == 2
    app.session_state[CANVAS].replace(LINE)
    app.button(key="class_save").click().run()
    assert read_pool(database(), code)[0].seat == 2
    app.button(key=f"class_be_{ann.id}").click().run()
    app.session_state[CANVAS].replace(LINE)
    app.button(key="class_save").click().run()
    assert [drawing.seat for drawing in read_pool(database(), code)] == [2, 1]


def test_a_student_labels_blindly_and_a_dispute_is_shown(open_page, browser, code):
    draw(database(), become(code, ANN, "Ann"), 4)
    become(code, BOB, "Bob")
    browser(BOB)
    app = open_page(PAGE)
    app.segmented_control(key="class_view").set_value("Label").run()
    assert not app.exception
    assert "label 4" not in words(app).lower()
    app.button(key="class_label_9").click().run()
    assert [one.digits for one in read_drawings(database(), code)] == [(9,)]
    assert "no drawing left to label" in words(app)
    app.segmented_control(key="class_view").set_value("Agreement").run()
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric}["Disputed"] == "1"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"room": "hello"}, "It has five letters"),
        ({"room": "BCFHJ"}, "no class with this code"),
        ({"teacher": "x" * 22}, "no longer works"),
        ({"teacher": "<b>"}, "no longer works"),
    ],
)
def test_a_wrong_link_is_a_sentence_and_the_entrance_is_there(open_page, query, said):
    app = open_page(PAGE, **query)
    assert not app.exception
    assert said in app.warning[0].value
    assert {"class_open", "class_enter_now"} <= keys(app)


def test_bad_names_codes_and_closed_classes_are_sentences(open_page, browser, code):
    browser(ANN)
    app = open_page(PAGE)
    for typed, name, said in (
        ("12345", "", "Type the five letters"),
        (code, "n" * 100_000, "at most 20 characters"),
    ):
        app.text_input(key="class_enter_code").set_value(typed)
        app.text_input(key="class_enter_name").set_value(name)
        app.button(key="class_enter_now").click().run()
        assert not app.exception
        assert said in app.error[0].value
    TaughtClassroom(database(), code, TEACHER).close(True)
    app.text_input(key="class_enter_name").set_value("")
    app.button(key="class_enter_now").click().run()
    assert "closed" in app.error[0].value


def test_a_removed_student_is_told_and_nobody_else_notices(open_page, browser, code):
    ann = become(code, ANN, "Ann")
    browser(ANN)
    app = open_page(PAGE)
    Membership(database(), ann).leave()
    app.session_state[CANVAS].replace(LINE)
    app.button(key="class_save").click().run()
    assert not app.exception
    assert "Join it again" in app.toast[0].value
    assert "class_enter_now" in keys(app.run())


def test_in_a_closed_class_nobody_draws_or_labels_and_all_is_told_why(open_page, browser, code):
    draw(database(), become(code, BOB, "Bob"), 4)
    draw(database(), become(code, ANN, "Ann"), 4)
    browser(ANN)
    app = open_page(PAGE)
    TaughtClassroom(database(), code, TEACHER).close(True)
    for view in ("Label", "Draw"):
        app.segmented_control(key="class_view").set_value(view).run()
        assert not app.exception
        assert "This class is closed" in app.info[0].value
        assert not {"class_save", "class_label_4"} & keys(app)
    assert "class_delete" in app.session_state, "what is one's own can go"


def test_a_server_that_keeps_no_drawings_says_so(open_page, monkeypatch):
    monkeypatch.setenv(KEEP_VARIABLE, "off")
    app = open_page(PAGE)
    assert not app.exception
    assert "does not save drawings" in app.info[0].value


def test_the_pool_is_in_the_privacy_sentences_and_in_my_data(open_page, browser, code):
    draw(database(), become(code, ANN, "Ann"), 1, 2)
    browser(ANN)
    assert "Privacy" in words(open_page(PAGE))
    app = open_page("5_runs")
    assert "2 drawings in classes" in words(app)
    app.button(key="my_data_delete_for_good").click().run()
    assert np.size(read_pool(database(), code)) == 0
