"""What a teacher does with a class."""

from core.classroom.archive import save_class
from core.classroom.membership import memberships
from core.classroom.progress import read_pool
from core.classroom.teaching import TaughtClassroom, open_classroom, taught_by
from core.jobs.queue import RunQueue
from core.jobs.teacher_key import KEY_VARIABLE
from core.recipe import Recipe
from core.store.owners import delete_all
from tests.core.classroom.conftest import draw
from tests.pages.actions import keys
from tests.pages.conftest import words
from tests.pages.people import ANN, BOB, TEACHER, become, database
from ui import resources

PAGE = "9_class"


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
