"""A lesson beside the page: reached by a link, answered, and kept."""

import ast
from functools import partial
from urllib.parse import parse_qsl

from streamlit.runtime.scriptrunner import RerunData
from streamlit.testing.v1 import AppTest, local_script_runner

from core.classroom.class_lessons import read_class_lesson
from core.classroom.teaching import open_classroom, taught_by
from core.lessons.addresses import PAGES
from core.lessons.lesson import Link
from core.lessons.library import read_library
from core.recipe import Recipe
from core.series.experiments import EXPERIMENTS
from tests.pages.conftest import ROOT, words
from ui import resources
from ui.evaluate import test_sets
from ui.lessons import choice, of_class

NAME = "from-pixel-to-prediction"
LESSON = read_library()[NAME]


def key(question: str) -> str:
    return f"lesson_{NAME}_{question}_0"


def test_a_link_shows_its_step_and_an_answer_shows_what_to_notice_and_stays(open_page, browser):
    browser("ann")
    app = open_page("8_inside", lesson=LESSON.title, step="6")
    assert not app.exception
    assert not app.warning
    assert f"6. {LESSON.steps[5].title}" in words(app)
    notice = LESSON.steps[5].notice
    assert notice not in words(app)
    app.radio(key=key("6.1")).set_value("6, and it is rather sure").run()
    assert notice in words(app)
    again = open_page("3_evaluate", lesson=LESSON.title, step="6")
    assert again.radio(key=key("6.1")).value == "6, and it is rather sure"
    assert LESSON.steps[5].answer not in "".join(str(one.value) for one in again.markdown)


def test_a_link_of_a_lesson_fills_the_form_of_train(open_page):
    app = open_page("2_train", lesson="How does it learn?", step="3", batch_size="128")
    assert not app.exception
    assert app.session_state["recipe_base"] == Recipe(batch_size=128)


def test_a_link_to_the_page_that_one_is_on_brings_it_into_the_state_of_the_link(open_page, monkeypatch):
    app = open_page("1_explore", lesson=LESSON.title, step="3", explore_index="7")
    app.selectbox(key="explore_class").set_value(3).run()
    (link,) = (one.proto for one in app.get("page_link") if one.proto.label == "Open 64 sevens")
    app.query_params = dict(parse_qsl(link.query_string))
    # What the browser makes of the click, see `ui.address_bar.follow_links`.
    monkeypatch.setattr(local_script_runner, "RerunData", partial(RerunData, is_history_navigation=True))
    app.run()
    assert not app.exception
    assert app.selectbox(key="explore_class").value == 7
    assert app.get("button_group")[0].value == 8
    assert app.number_input(key="explore_index").value == 0
    assert f"3. {LESSON.steps[2].title}" in words(app)


def test_a_link_to_evaluate_measures_on_mnist_unless_it_says_otherwise():
    asked = Link("Open", "evaluate", (("model", "article"),))
    assert choice.query(asked) == {"model": "article", "test_set": "MNIST"}
    other = Link("Open", "evaluate", (("test_set", "scikit-learn"),))
    assert choice.query(other) == {"test_set": "scikit-learn"}


def test_a_lesson_or_step_that_is_not_there_gives_a_sentence(open_page):
    for wrong in ({"lesson": "Alchemy"}, {"lesson": LESSON.title, "step": "99"}):
        app = open_page("0_home", **wrong)
        assert not app.exception
        assert "not here" in app.warning[0].value


def test_a_teacher_at_a_step_for_students_is_told_how_to_do_it_too(open_page, browser):
    browser("teacher")
    open_classroom(resources.store().database, "teacher")
    app = open_page("9_class", class_view="Label")
    assert not app.exception
    assert not app.warning
    assert "join under *Try it as a student*" in app.info[0].value
    assert "Try it as a student" in [fold.label for fold in app.expander]


def test_home_lists_the_lessons(open_page):
    links = [link.proto.label for link in open_page().get("page_link")]
    assert {f"**{lesson.title}**" for lesson in read_library().values()} <= {*links}


def test_a_teacher_sees_the_answers_chooses_a_lesson_and_is_told_what_is_wrong_in_one(open_page, browser):
    browser("teacher")
    app = open_page("9_class")
    app.button(key="class_open").click().run()
    app = open_page("0_home", lesson=LESSON.title)
    assert LESSON.steps[0].answer in words(app)
    code = taught_by(resources.store().database, "teacher")[0].code
    app = AppTest.from_function(_teach, kwargs={"code": code}, default_timeout=60).run()
    assert not app.exception
    app.selectbox(key="class_lesson").set_value(NAME).run()
    assert read_class_lesson(resources.store().database, code).lesson == NAME
    app.toggle(key="class_own_lesson").set_value(True).run()
    app.text_area(key="class_lesson_text").set_value("---\ntitle: <b>\n---").run()
    app.button(key="class_lesson_add").click().run()
    assert "Line 3: “about: …” is missing" in app.error[0].value
    app.text_area(key="class_lesson_text").set_value(of_class.EXAMPLE).run()
    app.button(key="class_lesson_add").click().run()
    assert "Crossed sevens" in app.selectbox(key="class_lesson").options


def _teach(code):
    from ui.lessons import of_class

    of_class.teach(code)


def test_projector_mode_is_in_the_address_and_makes_charts_larger(open_page):
    app = open_page("2_train", big="1", run="article")
    assert app.toggle(key="big").value
    assert '"labelFontSize": 20.3' in app.get("vega_lite_chart")[0].proto.spec
    assert not open_page("2_train", run="article").toggle(key="big").value
    assert "not here" in open_page("0_home", big="huge").warning[0].value


def test_the_addresses_of_lessons_are_those_of_the_pages():
    assert PAGES["evaluate"]["view"] == keys("pages/3_evaluate.py", "VIEWS")
    assert PAGES["evaluate"]["test_set"] == tuple(test_sets.LOADERS)
    assert PAGES["inside"]["inside_view"] == keys("ui/inside/show.py", "_VIEWS")
    assert PAGES["train"]["experiment"] == tuple(one.title for one in EXPERIMENTS.values())
    assert PAGES["predict"]["predict_source"] == keys("pages/4_predict.py", "SOURCES")


def keys(file: str, name: str) -> tuple[str, ...]:
    """Return the keys of a mapping in a file that cannot be imported without a page around it."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    values = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    ]
    assert isinstance(values[0], ast.Dict)
    named = {"sources.SEVERAL": "Several digits", "sources.TEST_IMAGE": "Test image"}
    written = [ast.unparse(key) for key in values[0].keys if key]
    return tuple(named.get(text) or ast.literal_eval(text) for text in written)
