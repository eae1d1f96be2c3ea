"""A class on the page: opened by a teacher, joined by students, drawn and labeled in."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from core import mixture
from core.classroom.archive import save_class
from core.classroom.board import read_board
from core.classroom.board_pictures import pixels, wall
from core.classroom.classroom import Member
from core.classroom.membership import Membership, join, memberships
from core.classroom.pooled import to_drawings
from core.classroom.progress import read_pool
from core.classroom.second_readings import read_drawings
from core.classroom.teaching import TaughtClassroom, open_classroom, taught_by
from core.fine_tuning import rehearsal
from core.jobs.queue import RunQueue
from core.jobs.teacher_key import KEY_VARIABLE
from core.jobs.tensorflow_loader import tensorflow_loader
from core.jobs.tuning import tune_for_class
from core.plots.figures import LIGHT
from core.recipe import Recipe
from core.store.drawings import KEEP_VARIABLE
from core.store.owners import delete_all
from tests.core.classroom.conftest import draw
from tests.pages.conftest import wait_until_trained, words
from ui import resources
from ui.classroom import board, visit

TEACHER, ANN, BOB = "a" * 16, "b" * 16, "c" * 16
PAGE, CANVAS = "9_class", "class_canvas_drawing"
# A vertical line, as the canvas describes it.
LINE = [{"path": [["M", 200, 50], ["L", 200, 350]], "strokeWidth": 30}]


def database():
    return resources.store().database


@pytest.fixture
def code() -> str:
    return open_classroom(database(), TEACHER)[0].code


def become(code: str, owner: str, name: str) -> Member:
    return join(database(), code, owner, name)


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


def test_a_teacher_of_two_classes_changes_between_them_and_opens_a_third(open_page, browser, code):
    other = open_classroom(database(), TEACHER)[0].code
    browser(TEACHER)
    app = open_page(PAGE, room=code)
    assert f"room={code}" in app.code[0].value
    app.selectbox(key="class_choice").set_value(other).run()
    assert f"room={other}" in app.code[0].value
    app.selectbox(key="class_choice").set_value("").run()
    app.button(key="class_open").click().run()
    assert not app.exception
    assert len(taught_by(database(), TEACHER)) == 3


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


def test_a_teacher_pauses_hides_and_deletes(open_page, browser, code):
    ann = become(code, ANN, "**Ann**")
    draw(database(), ann, 4)
    browser(TEACHER)
    app = open_page(PAGE)
    app.toggle(key="class_pause_uploads").set_value(True).run()
    assert taught_by(database(), TEACHER)[0].uploads_paused
    TaughtClassroom(database(), code, TEACHER).pause(uploads=False)
    app.run()
    assert app.toggle(key="class_pause_uploads").value is False, "another teacher has switched it"
    app.selectbox(key="class_student").set_value(ann.id).run()
    app.button(key="class_hide_name").click().run()
    assert memberships(database(), code, ANN)[0].shown_name == "Student 1"
    app.segmented_control(key="class_view").set_value("Drawings").run()
    (drawing,) = read_pool(database(), code)
    app.button(key=f"class_hide_{drawing.id}").click().run()
    assert not app.exception
    assert read_pool(database(), code) == ()
    app.segmented_control(key="class_view").set_value("Teach").run()
    app.button(key="class_make_file").click().run()
    assert [button.label for button in app.get("download_button")] == [f"Save class-{code}.json.gz"]
    app.button(key="class_delete").click().run()
    assert not app.exception
    assert taught_by(database(), TEACHER) == ()
    assert "class_open" in keys(app)


def test_a_teacher_lets_a_queued_run_begin_next(open_page, browser, code):
    resources.scheduler().shutdown()  # The runs only wait.
    queue = RunQueue(resources.store())
    for owner in (ANN, BOB):
        become(code, owner, owner)
        run = queue.enqueue(Recipe(), owner, "Run")
    browser(TEACHER)
    app = open_page(PAGE)
    app.session_state["class_queue"] = True
    app.run()
    app.selectbox(key="class_next_run").set_value(run.id).run()
    app.button(key="class_move_first").click().run()
    assert not app.exception
    assert resources.store().active()[0].id == run.id


def test_a_file_brings_a_class_back(open_page, browser, code):
    become(code, ANN, "Ann")
    file = save_class(database(), code)
    delete_all(database(), TEACHER)
    browser(TEACHER)
    app = open_page(PAGE)
    app.button(key="class_load").click().run()
    assert "Choose the file first." in words(app)
    app.file_uploader(key="class_load_file").upload("class.json.gz", file, "application/gzip")
    app.button(key="class_load").click().run()
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric}["Joined"] == "1"
    assert taught_by(database(), TEACHER)[0].code == code


def test_with_a_key_only_its_owner_opens_or_finds_a_class(open_page, browser, code, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "secret")
    browser(BOB)
    app = open_page(PAGE)
    app.text_input(key="class_open_key").set_value("wrong")
    app.button(key="class_open").click().run()
    assert "This is not the key." in words(app)
    app.text_input(key="class_lost_code").set_value(code)
    app.text_input(key="class_lost_key").set_value("secret")
    app.button(key="class_lost").click().run()
    assert not app.exception
    assert taught_by(database(), BOB)[0].code == code


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


def test_who_was_removed_starts_no_training_on_the_drawings(open_page, browser, code, mnist):
    ann = become(code, ANN, "Ann")
    for member in (ann, become(code, BOB, "Bob")):
        for image, label in zip(mnist.test_images[:9], mnist.test_labels[:9], strict=True):
            Membership(database(), member).save(image // member.seat, int(label))
    browser(ANN)
    app = open_page(PAGE, model="softmax")
    app.segmented_control(key="class_view").set_value("Train").run()
    TaughtClassroom(database(), code, TEACHER).remove_member(ann.id)
    app.button(key="class_start").click().run()
    assert not app.exception
    assert "Join it again" in app.toast[0].value
    assert resources.store().runs() == ()


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


def test_a_network_is_trained_on_the_pool_and_everyone_s_drawings_are_a_test_set(
    open_page, browser, code, monkeypatch, mnist
):
    monkeypatch.setattr(mixture, "REHEARSAL_IMAGES", 1000)
    monkeypatch.setattr(mixture, "REPEATED_DRAWINGS", 500)
    monkeypatch.setattr(rehearsal, "EPOCHS", 1)
    browser(ANN)
    members = [become(code, ANN, "Ann")]
    app = open_page(PAGE, model="softmax")
    app.segmented_control(key="class_view").set_value("Train").run()
    assert not app.exception
    assert app.button(key="class_start").disabled
    members.append(become(code, BOB, "Bob"))
    for number in range(20):
        member = Membership(database(), members[number % 2])
        member.save(mnist.test_images[number], int(mnist.test_labels[number]))
    app.run()
    app.segmented_control(key="class_from_scratch").set_value(False).run()
    app.button(key="class_start").click().run()
    assert not app.exception
    wait_until_trained()
    app.run()
    assert not app.exception
    (run,) = resources.store().runs()
    assert run.fine_tuning.mixture.data == "both"
    assert "Classmates' drawings (held out)" in [metric.label for metric in app.metric]
    assert list(app.dataframe[0].value["Status"]) == ["Finished"]

    app.segmented_control(key="class_view").set_value("Test").run()
    assert not app.exception
    app.selectbox(key="class_test_model").set_value(run.id).run()
    assert not app.exception
    assert "On unseen people's drawings" in [metric.label for metric in app.metric]
    for kind in ("npz", "zip"):
        app.button(key=f"class_{kind}").click().run()
        assert not app.exception
        assert app.get("download_button")[0].label == f"Save class-{code}.{kind}"


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


def test_other_pages_know_a_network_trained_from_scratch_for_a_class(open_page, browser, code, mnist):
    resources.scheduler().shutdown()
    store = resources.store()
    for number, owner in enumerate((ANN, BOB)):
        member = Membership(database(), become(code, owner, owner))
        for image, label in zip(mnist.test_images[:9], mnist.test_labels[:9], strict=True):
            member.save(image // (number + 1), int(label))
    tuning = tune_for_class(store, "softmax", to_drawings(read_pool(database(), code)), code, "both", True)
    queue = RunQueue(store)
    run = queue.enqueue_tuning(tuning, ANN)
    lease = queue.lease("worker")
    network = store.model_file("softmax")
    outcome = dataclasses.replace(tuning.fine_tuning, after=0.5)
    lease.finish(network, b"state", False, 0.9, 0.9, {}, outcome)
    browser(ANN)
    app = open_page("5_runs", run=run.id)
    assert not app.exception
    assert "Trained from scratch for a class, measured on 9 drawings." in words(app)
    app = open_page("2_train", run=run.id)
    assert not app.exception
    assert "Classmates' drawings (held out)" in [metric.label for metric in app.metric]
    for view, said in (
        ("Significance", "No other seeds"),
        ("Label errors", "cannot be ranked"),
        ("Baselines", "for a class"),
    ):
        app = open_page("3_evaluate", model=run.id, view=view)
        assert not app.exception
        assert said in words(app)
