"""What a run is taken home as, and the bundle that brings it back."""

import pytest

from core.jobs.queue import RunQueue
from core.presets import PRESETS
from core.recipe import Recipe
from core.store.runs import RunStore
from tests.pages.conftest import words
from tests.pages.people import BOB


def downloads(app) -> set[str]:
    return {button.key for button in app.download_button if button.key.startswith("take_")}


def test_a_run_can_be_taken_home(open_page, runs):
    app = open_page("5_runs", run=runs["low"])
    assert not app.exception
    assert downloads(app) == {"take_history", "take_script", "take_notebook"}
    assert "One file of about 0.7 MB that reads drawings offline." in words(app)


@pytest.mark.usefixtures("runs")
def test_each_file_of_a_network_is_made_when_it_is_asked_for(open_page):
    app = open_page("5_runs", run="article")
    for key in (
        "take_pocket",
        "take_keras",
        "take_tflite",
        "take_report",
        "take_report_html",
        "take_bundle",
        "take_onnx",
    ):
        assert f"{key}_file" not in downloads(app)
        app.button(key=key).click().run()
        assert not app.exception
        assert [error.value for error in app.error] == []
        assert f"{key}_file" in downloads(app)


def test_a_file_that_cannot_be_made_is_one_sentence(open_page, runs):
    app = open_page("5_runs", run=runs["low"])
    app.button(key="take_pocket").click().run()
    assert not app.exception
    assert "cannot read this model" in app.error[0].value
    assert "take_pocket_file" not in downloads(app)


def test_of_a_run_that_has_just_started_only_the_code_can_be_taken_home(open_page, store: RunStore):
    queue = RunQueue(store)
    queue.enqueue(Recipe(epochs=1), BOB, "second", "Bob")
    lease = queue.lease("worker")
    assert lease
    app = open_page("5_runs", run=lease.run.id)
    assert not app.exception
    assert downloads(app) == {"take_script", "take_notebook"}
    assert "Trains a network with these settings" in words(app)
    assert "there is no network to download" in words(app)


def test_a_bundle_is_imported_as_a_run_of_ones_own_and_opened(open_page, browser, store: RunStore):
    from core.export.run_bundle import pack_bundle

    browser(BOB)
    app = open_page("5_runs")
    model = store.load_model("softmax")
    content = pack_bundle(store.get("softmax"), store.history("softmax"), model)
    app.file_uploader(key="runs_import_file").set_value(("renamed.keras", content, "application/zip"))
    app.button(key="runs_import_start").click().run()
    assert not app.exception
    (run,) = store.runs()
    assert (run.owner, run.recipe) == (BOB, PRESETS["softmax"])
    assert run.id in app.query_params["run"]
    assert "Imported from a run bundle" in words(app)
    train = open_page("2_train", run=run.id)
    assert not train.exception
    assert "its training cannot be continued" in words(train)
    assert "train_extend" not in {button.key for button in train.button}
    assert "Evaluate this model" in [link.value for link in app.page_link]


def test_a_file_that_is_no_bundle_is_refused_with_the_reason(open_page, store: RunStore):
    app = open_page("5_runs")
    app.button(key="runs_import_start").click().run()
    assert "Choose a file first." in words(app)
    for content, reason in (
        (store.model_file("softmax"), "can bring code with it"),
        (b"hi", "not a run bundle"),
    ):
        app.file_uploader(key="runs_import_file").set_value(("run.zip", content, "application/zip"))
        app.button(key="runs_import_start").click().run()
        assert not app.exception
        assert reason in app.error[0].value
    assert not store.runs()
