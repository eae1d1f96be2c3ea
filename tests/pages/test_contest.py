"""The contest of a class: half of the test set is sealed, on every page, until the teacher opens it."""

import pytest

from core.classroom.classroom import Member
from core.classroom.membership import join
from core.classroom.progress import read_pool
from core.classroom.second_readings import save_reading
from core.classroom.teaching import TaughtClassroom, open_classroom
from core.evaluation import predict
from core.halves import TestAnswers
from core.presets import PRESETS
from core.store.run import Run
from tests.core.classroom.conftest import draw
from tests.pages.conftest import words
from tests.stored import finished_run
from ui import resources
from ui.classroom import board, contest

TEACHER, ANN, BOB, CLEO = "a" * 16, "b" * 16, "c" * 16, "d" * 16


def database():
    return resources.store().database


@pytest.fixture
def code() -> str:
    return open_classroom(database(), TEACHER)[0].code


@pytest.fixture
def ann(code: str) -> Member:
    return join(database(), code, ANN, "Ann_*1*")


def trained(owner: str, preset: str, mnist, bundled_evaluation) -> Run:
    """A run of somebody's whose network is a bundled one."""
    store, test = resources.store(), bundled_evaluation(preset)
    return finished_run(
        store,
        PRESETS[preset],
        owner,
        accuracy=test.accuracy,
        network=store.model_file(preset),
        answers=TestAnswers.of(test.predictions, mnist),
    )


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
