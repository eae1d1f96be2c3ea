"""The contest of a class: half of the test set is sealed, on every page, until the teacher opens it."""

import contextlib
import re

import pyarrow
import pytest
from streamlit.testing.v1 import AppTest

from core.classroom.classroom import Member
from core.classroom.membership import join
from core.classroom.progress import read_pool
from core.classroom.second_readings import save_reading
from core.classroom.teaching import TaughtClassroom
from core.evaluation import predict
from core.presets import PRESETS
from core.store.queries import update_run
from core.store.run import Run
from core.test_sets.halves import Part, TestAnswers, places
from tests.core.classroom.conftest import draw
from tests.pages.conftest import words
from tests.pages.evaluate.views import VIEWS
from tests.pages.people import ANN, BOB, CLEO, TEACHER, database
from tests.stored import finished_run
from ui import resources, test_part
from ui.classroom import board, contest


@pytest.fixture
def ann(code: str) -> Member:
    return join(database(), code, ANN, "Ann_*1*")


def trained(owner: str, preset: str, mnist, bundled_evaluation) -> Run:
    """A run of somebody's whose network is a bundled one."""
    store, test = resources.store(), bundled_evaluation(preset)
    answers, network = TestAnswers.of(test.predictions, mnist), store.model_file(preset)
    run = finished_run(store, PRESETS[preset], owner, network=network, answers=answers)
    with store.database.writing() as connection:
        update_run(connection, run.id, test_accuracy=test.accuracy)
    return run


def contest_page(open_page, code: str):
    contest._entries.clear()
    app = open_page("9_class", room=code)
    app.segmented_control(key="class_view").set_value("Contest").run()
    assert not app.exception
    return app


def test_a_teacher_seals_half_sees_who_leads_and_opens_it_once(
    open_page, browser, code, ann, mnist, bundled_evaluation
):
    browser(TEACHER)
    app = contest_page(open_page, code)
    app.button(key="class_seal").click().run()
    assert "No network takes part yet" in words(app)
    trained(ANN, "article", mnist, bundled_evaluation)
    bob = join(database(), code, BOB, "Bob")
    trained(BOB, "softmax", mnist, bundled_evaluation)
    TaughtClassroom(database(), code, TEACHER).hide_name(bob.id, True)
    app = contest_page(open_page, code)
    table = app.dataframe[0].value
    assert table["Student"].tolist() == ["Ann_*1*", f"Student {bob.seat}"]
    assert table["Open half"].tolist() == ["93.78%", "92.64%"]
    assert table["Against the first"].tolist() == ["First", "Behind"]
    assert not [column for column in table if "Sealed" in column]
    app.button(key="class_unseal").click().run()
    app = contest_page(open_page, code)
    assert app.dataframe[0].value["Sealed half"].tolist() == ["93.66%", "92.50%"]
    assert "more than chance" in words(app)
    assert "only once" in words(app)
    assert "class_seal" not in [button.key for button in app.button]


def test_who_fools_the_network_gets_a_point_on_the_page_and_on_the_board(open_page, browser, code, ann):
    bob, cleo = (join(database(), code, owner, name) for owner, name in ((BOB, "Bob"), (CLEO, "Cleo")))
    draw(database(), ann, *range(3))
    for drawing in read_pool(database(), code):
        for reader in (bob, cleo):
            save_reading(database(), reader, drawing.id, drawing.label)
    images = [drawing.image for drawing in read_pool(database(), code)]
    read = predict(resources.model("article"), images).argmax(axis=1)
    missed = sum(int(digit) != label for label, digit in enumerate(read))
    assert missed
    browser(ANN)
    app = contest_page(open_page, code)
    (table,) = (frame.value for frame in app.dataframe if "Points" in frame.value)
    assert table.to_dict("list") == {"Student": ["Ann_*1*"], "Points": [missed]}
    TaughtClassroom(database(), code, TEACHER).show_on_board(["leaderboard", "fooled"])
    board._state.clear()
    app = open_page("10_board", room=code)
    assert not app.exception
    assert "The contest has not started yet" in words(app)
    assert rf"| **Ann\_\*1\*** | {missed} |" in words(app)


def figures(part: Part, mnist, bundled_evaluation) -> set[str]:
    """How the test accuracy and the test error of the softmax network on a part are written."""
    share = float(bundled_evaluation("softmax").correct[places(mnist, part)].mean())
    shares = (share, 1 - share)
    return {f"{one:.4f}" for one in shares} | {f"{100 * one:.2f}" for one in shares}


def everything_in(app: AppTest) -> str:
    """All that a page sends to the browser: texts, tables, and the data of charts."""
    found = [element.value.to_csv(float_format="%.6g") for element in (*app.dataframe, *app.table)]
    for node in app.main:
        proto = getattr(node, "proto", None)
        found.append(str(proto).replace("\\", ""))
        charts = [getattr(proto, "data", None), *(one.data for one in getattr(proto, "datasets", ()))]
        for chart in charts:
            if isinstance(content := getattr(chart, "data", None), bytes) and content:
                with contextlib.suppress(pyarrow.ArrowInvalid):
                    found.append(pyarrow.ipc.open_stream(content).read_pandas().to_csv(float_format="%.6g"))
    return "\n".join(found)


def shown(app: AppTest, figures: set[str]) -> set[str]:
    """Which of the figures a page shows."""
    assert not app.exception
    text = everything_in(app)
    return {one for one in figures if re.search(rf"(?<![\d.]){re.escape(one)}(?![\d])", text)}


def test_a_member_sees_no_figure_of_the_sealed_half_on_any_page(
    open_page, browser, code, ann, mnist, bundled_evaluation
):
    run = trained(ANN, "softmax", mnist, bundled_evaluation)
    other = trained(BOB, "article", mnist, bundled_evaluation)
    sealed = figures(Part.WHOLE, mnist, bundled_evaluation) | figures(Part.SEALED, mnist, bundled_evaluation)
    model = {"model": run.id}
    plain = {
        "Train": ("2_train", {"run": run.id}),
        "Runs": ("5_runs", {"run": run.id}),
        "Compare": ("5_runs", {"compare": f"{run.id},{other.id}"}),
        "Results": ("3_evaluate", model),
        "Significance": ("3_evaluate", model | {"view": "Significance"}),
        "Baselines": ("3_evaluate", model | {"view": "Baselines"}),
        "Operate": ("8_inside", model | {"inside_view": "Operate"}),
    }
    # Here the figures are among others, so that nothing says which page would show them.
    rest = {view: ("3_evaluate", model | {"view": view}) for view in VIEWS if view not in plain} | {
        "Unit": ("8_inside", model),
        "Map": ("8_inside", model | {"inside_view": "Map"}),
        "Class": ("9_class", {"room": code}),
        "Home": ("0_home", {}),
        "Explore": ("1_explore", {}),
        "Predict": ("4_predict", model),
        "Teach": ("6_teach", {}),
    }
    browser(CLEO)
    for name, (page, query) in plain.items():
        assert shown(open_page(page, **query), sealed), f"{name}: somebody outside the class sees all"
    TaughtClassroom(database(), code, TEACHER).seal()
    test_part.sealed_for.clear()
    browser(ANN)
    pages = plain | rest
    leaks = {name: shown(open_page(page, **query), sealed) for name, (page, query) in pages.items()}
    app = open_page("5_runs", compare=f"{run.id},{other.id}")
    leaks["Pairs"] = shown(app.segmented_control(key="compare_view").set_value("Results").run(), sealed)
    assert {name: found for name, found in leaks.items() if found} == {}
    assert "5,000 open test images" in words(open_page("3_evaluate", model=run.id))


def test_a_member_measures_a_network_on_the_drawings_of_the_class(open_page, browser, code, ann):
    browser(BOB)
    assert "Class drawings" not in open_page("3_evaluate").selectbox(key="test_set").options
    browser(ANN)
    app = open_page("3_evaluate", model="article", test_set="Class drawings")
    assert "Save some on Class" in words(app)
    for member in (ann, join(database(), code, CLEO, "Cleo")):
        draw(database(), member, 1, 7)
    app = open_page("3_evaluate", model="article", test_set="Class drawings", view="Writers")
    assert not app.exception
    assert "nobody can see who" in words(app)
    assert "of 4" in "".join(part.value for part in app.pills(key="view").set_value("Results").run().markdown)
