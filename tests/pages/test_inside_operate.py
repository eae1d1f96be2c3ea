"""Inside, Operate: what a network still reads, and the result as a model of its own."""

import pytest

from core.data import Dataset
from core.recipe import Recipe
from tests.pages.conftest import words
from tests.stored import finished_run
from ui import resources

PAGE = "8_inside"


def operate(open_page, **address: str):
    app = open_page(PAGE, **address)
    return app.pills(key="inside_view").set_value("Operate").run()


def accuracy(app) -> str:
    return next(metric.value for metric in app.metric if metric.label == "Test accuracy")


def test_accuracy_follows_the_sliders_and_comes_back_after_a_reset(open_page):
    app = operate(open_page)
    assert not app.exception
    assert accuracy(app) == "93.72%"
    assert "No digit suffers" in words(app)
    assert "Measured on all 10,000 test images" in words(app)
    app.slider(key="inside_prune").set_value(0.92).run()
    app.select_slider(key="inside_bits").set_value(3).run()
    assert not app.exception
    assert float(accuracy(app).rstrip("%")) < 50
    assert "Digits that suffer most: **" in words(app)
    app.button(key="inside_reset").click().run()
    assert accuracy(app) == "93.72%"
    assert app.slider(key="inside_prune").value == 0


def test_the_chosen_unit_is_switched_off_and_on_again(open_page):
    app = operate(open_page)
    assert app.button(key="inside_keep").disabled
    app.button(key="inside_switch").click().run()
    assert "Switched off: hidden_1 " in words(app)
    assert not app.button(key="inside_keep").disabled
    app.selectbox(key="inside_model").select("convolutional").run()
    assert not app.exception
    assert "Switched off" not in words(app), "a unit of another network"
    assert "random sample of 1,000 test images" in words(app)
    app.selectbox(key="inside_model").select("softmax").run()
    assert not app.exception
    assert not [button for button in app.button if button.key == "inside_switch"], "no hidden unit"


def test_the_result_is_kept_with_its_own_accuracy(open_page, mnist: Dataset):
    from core.evaluation import evaluate

    app = operate(open_page)
    app.slider(key="inside_noise").set_value(1.0).run()
    app.button(key="inside_another").click().run()
    keep = app.button(key="inside_keep").click()
    keep.run()
    assert not app.exception
    keep.click().run()  # The second click of a double click.
    (run,) = resources.store().runs()
    assert f"Kept as “{run.label}”: noise of 100% added (seed 1)" in app.success[0].value
    shown = float(accuracy(app).rstrip("%")) / 100
    assert run.test_accuracy == pytest.approx(shown, abs=2e-4)
    kept = evaluate(resources.store().load_model(run.id), mnist.test_images, mnist.test_labels)
    assert kept.accuracy == run.test_accuracy
    for page, said in (("5_runs", "Operated on, from “Article"), ("2_train", "operated on: noise of 100%")):
        other = open_page(page, run=run.id)
        assert not other.exception
        assert said in words(other)


def test_a_run_deleted_meanwhile_is_one_sentence(open_page, bundled_model):
    from core.model import to_bytes

    store = resources.store()
    run = finished_run(store, Recipe(), network=to_bytes(bundled_model("article")), epochs=1)
    app = operate(open_page, model=run.id)
    app.slider(key="inside_prune").set_value(0.5).run()
    store.delete(run.id, run.owner)
    app.button(key="inside_keep").click().run()
    assert not app.exception
    assert [error.value for error in app.error] or [warning.value for warning in app.warning]
