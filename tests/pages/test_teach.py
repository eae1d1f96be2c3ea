"""Fine-tuning a network on the drawings that one saves."""

import numpy as np
import pytest

from core.analysis.fine_tuning_verdict import fine_tuning_verdict
from core.fine_tuning import rehearsal
from core.fine_tuning.outcome import FineTuning
from core.recipe import Recipe
from core.store.drawings import DrawingStore
from core.store.run import RunState
from tests.pages.conftest import wait_until_trained, words
from tests.stored import finished_run
from ui import resources


@pytest.fixture(autouse=True)
def short_trainings(monkeypatch):
    monkeypatch.setattr(rehearsal, "REHEARSAL_IMAGES", 2000)
    monkeypatch.setattr(rehearsal, "REPEATED_DRAWINGS", 500)
    monkeypatch.setattr(rehearsal, "EPOCHS", 2)


@pytest.fixture
def keep(mnist):
    def keep(app, count: int) -> DrawingStore:
        book = DrawingStore(resources.store().database, app.session_state["owner"])
        for image, label in zip(mnist.test_images[:count], mnist.test_labels[:count], strict=True):
            book.save(image, int(label), [np.array([[1.0, 2.0], [3.0, 4.0]])])
        return book

    return keep


def test_without_drawings_it_says_where_to_make_them(open_page):
    app = open_page("6_teach")
    assert not app.exception
    assert "at least 8" in app.info[0].value
    assert "No drawings saved yet" in app.info[1].value
    assert "Draw a digit" in [link.label for link in app.page_link]
    assert app.button(key="teach_start").disabled


def test_it_says_before_how_many_drawings_a_result_needs(open_page, keep):
    app = open_page("6_teach")
    keep(app, 12)
    app.run()
    assert "**9** training drawings · **3** validation drawings (held out)" in words(app)
    assert "save **40 drawings**: then 10 are held out" in words(app)
    keep(app, 40)
    app.run()
    assert "**10** validation drawings" in words(app)
    assert "that means something" not in words(app)


def test_a_network_is_fine_tuned_and_its_outcome_is_shown(open_page, keep):
    app = open_page("6_teach", model="softmax")
    keep(app, 12)
    app.run()
    app.button(key="teach_start").click().run()
    assert not app.exception
    wait_until_trained()
    app.run()
    run = resources.store().runs()[0]
    assert run.state is RunState.FINISHED, run.failure
    assert (run.parent, run.owner) == ("softmax", app.session_state["owner"])
    shown = {metric.label: metric for metric in app.metric}
    assert shown["Validation drawings (held out)"].value == f"{run.fine_tuning.after:.0%}"
    assert shown["MNIST test accuracy"].value == f"{run.test_accuracy:.2%}"
    assert "points" in shown["MNIST test accuracy"].delta
    assert "train_further" not in {button.key for button in app.button}

    app.switch_page("pages/5_runs.py").run()
    assert not app.exception
    for page in ("3_evaluate", "4_predict"):
        other = open_page(page, model=run.id)
        assert not other.exception, page
        assert "Run 1" in other.selectbox[0].format_func(run.id)


def test_drawings_are_deleted_one_by_one_or_all(open_page, keep):
    app = open_page("6_teach")
    book = keep(app, 3)
    app.run()
    newest = book.drawings()[0]
    app.button(key=f"kept_delete_{newest.id}").click().run()
    assert newest.id not in [drawing.id for drawing in book.drawings()]
    assert len(book) == 2
    app.button(key="kept_delete_for_good").click().run()
    assert len(book) == 0
    assert "No drawings saved yet" in words(app)


def test_a_second_click_is_a_sentence_and_not_a_second_run(open_page, keep):
    app = open_page("6_teach", model="relu")
    keep(app, 12)
    app.run()
    resources.scheduler().shutdown()  # The run only waits.
    app.button(key="teach_start").click().run()
    app.button(key="teach_start").click().run()
    assert not app.exception
    assert app.toast, "it says why not"
    assert len(resources.store().runs()) == 1


def test_nobody_sees_the_drawings_of_another(open_page, keep, browser):
    browser("a" * 16)
    keep(open_page("6_teach"), 9)
    browser("b" * 16)
    app = open_page("6_teach")
    assert "No drawings saved yet" in words(app)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (FineTuning(6, 2, 0.0, 0.5, 0.9), "Too few held-out drawings"),
        (FineTuning(30, 10, 0.2, 0.9, 0.9), "**improved**"),
        (FineTuning(30, 10, 0.9, 0.2, 0.9), "**fallen**"),
        (FineTuning(30, 10, 1.0, 1.0, 0.9), "accurate on your handwriting before"),
        (FineTuning(30, 10, 0.1, 0.1, 0.9), "**not improved**"),
        (FineTuning(6, 0, None, None, 0.9), "No drawing was held out"),
    ],
)
def test_the_outcome_is_told_as_it_was(outcome: FineTuning, said: str):
    assert said in fine_tuning_verdict(outcome)


def test_a_network_deleted_meanwhile_is_not_replaced_by_another(open_page, keep):
    store = resources.store()
    run = finished_run(store, Recipe(epochs=1), owner="somebody")
    app = open_page("6_teach", model=run.id)
    keep(app, 12)
    app.run()
    assert app.selectbox(key="teach_model").value == run.id
    store.delete(run.id, "somebody")
    app.button(key="teach_start").click().run()
    assert not app.exception
    assert store.runs() == (), "nothing is taught"
    assert "no longer on this server" in app.toast[0].value


def test_a_model_that_is_gone_is_a_sentence(open_page):
    app = open_page("6_teach", model="gone")
    assert not app.exception
    assert any("no longer on this server" in warning.value for warning in app.warning)
