"""Models that are gone or of no use here, while one looks at them and before."""

import shutil

import keras
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation import Evaluation
from core.recipe import ARTICLE
from core.store.bundled import BUNDLED_FOLDER
from core.store.database import StoreError
from tests.pages.conftest import add_bundled, words
from tests.pages.evaluate.views import VIEWS, copied
from tests.stored import finished_run
from ui import resources


def test_a_run_stopped_before_its_first_epoch(open_page):
    store = resources.store()
    run = finished_run(store, ARTICLE, epochs=0, network=store.model_file("softmax"))
    for view in VIEWS:
        app = open_page("3_evaluate", model=run.id, view=view)
        assert not app.exception
        assert "before its first epoch was finished" in app.warning[0].value


def test_a_model_without_ten_classes(open_page, other_store, tmp_path):
    folder = shutil.copytree(BUNDLED_FOLDER, tmp_path / "models")
    image = keras.Input((28, 28), name="image")
    flat = keras.layers.Flatten(name="flat")(image)
    keras.Model(image, keras.layers.Dense(3, name="three")(flat)).save(tmp_path / "three.keras")
    add_bundled(folder, "three", (tmp_path / "three.keras").read_bytes())
    other_store(folder)
    for view in VIEWS:
        app = open_page("3_evaluate", model="three", view=view)
        assert not app.exception
        assert app.error[0].value == (
            "This model does not have ten outputs, one for each digit, so it cannot be used here."
        )
    # Also as the second model of a comparison.
    app = open_page("3_evaluate", model="article", view="Significance")
    app.selectbox(key="evaluate_other").select("three").run()
    assert not app.exception
    assert "does not have ten outputs" in app.error[0].value


# Those that have widgets and results of their own for each run; all of a bundled one are in `test_views`.
@pytest.mark.parametrize("view", ["Results", "Errors", "Significance"])
def test_a_trained_run_deleted_while_its_page_is_open(open_page, view: str):
    run = copied(ARTICLE, 0.93)
    app = open_page("3_evaluate", model=run.id, view=view)
    assert app.selectbox(key="evaluate_model").value == run.id
    resources.store().delete(run.id, "ann")
    app.run()
    assert not app.exception
    assert "no longer on this server" in app.warning[0].value
    assert app.selectbox(key="evaluate_model").value == "article"


def test_a_run_deleted_before_one_of_its_images_is_opened():
    def open_image(run, index):
        from core.test_sets.evaluation_sets import mnist_test_set
        from ui.evaluate import widgets

        widgets._open_image(run, mnist_test_set(), index)

    run = copied(ARTICLE, 0.93)
    resources.store().delete(run.id, "ann")
    dialog = AppTest.from_function(open_image, args=(run, 0), default_timeout=60).run()
    assert not dialog.exception
    assert "no longer on this server" in dialog.error[0].value


def test_a_model_deleted_between_the_list_and_the_reading(open_page, other_store, tmp_path, monkeypatch):
    folder = shutil.copytree(BUNDLED_FOLDER, tmp_path / "models")
    add_bundled(folder, "deleted", (folder / "softmax.keras").read_bytes())
    other_store(folder)
    app = open_page("3_evaluate", model="article")
    models = resources.store().models()
    monkeypatch.setattr(resources.store(), "models", lambda _limit=None: models)
    (folder / "deleted.keras").unlink()
    app.selectbox(key="evaluate_model").select("deleted").run()
    assert not app.exception
    assert "is missing" in app.error[0].value


def test_a_network_without_a_single_error(open_page, monkeypatch):
    labels = resources.mnist().test_labels
    perfect = Evaluation(np.eye(10, dtype=np.float32)[labels], labels)
    monkeypatch.setattr(resources, "evaluation", lambda run_id, test_set: perfect)
    for view in VIEWS:
        app = open_page("3_evaluate", view=view)
        assert not app.exception, view
    assert "No result here is better" in words(app)


def test_an_unavailable_store_is_said_once(open_page, monkeypatch):
    def fail(*_args):
        raise StoreError("The run store is full.")

    for method in ("models", "seeds_of", "active"):
        monkeypatch.setattr(resources.store(), method, fail)
    app = open_page("3_evaluate", view="Significance")
    assert not app.exception
    assert [warning.value for warning in app.warning] == ["The run store is full."]
    assert not app.error
    assert "Other seeds cannot be shown while the run store is unavailable." in words(app)
