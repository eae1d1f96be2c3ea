"""Sweeps and experiments on Train."""

import numpy as np
from streamlit.testing.v1 import AppTest

from core.jobs.queue import RunQueue
from core.series.experiments import EXPERIMENTS
from core.test_sets.confusion import TestConfusion
from tests.pages.conftest import words
from tests.stored import finish
from ui import resources


def unfold(app: AppTest, fold: str) -> AppTest:
    app.session_state[fold] = True
    return app.run()


def finish_all() -> None:
    """Let all that waits be trained by a worker whose networks answer 7 to each 9."""
    labels = np.arange(10, dtype=np.uint8)
    answers = np.where(labels == 9, 7, labels).astype(np.int64)
    while lease := RunQueue(resources.store()).lease("worker"):
        finish(lease, test_confusion=TestConfusion.of(answers, labels, None))


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def test_closed_folds_show_nothing_and_ask_the_store_nothing(open_page):
    app = open_page("2_train")
    assert not app.exception
    assert not {"sweep_start", "experiment_start"} & keys(app)


def test_a_sweep_is_one_series_and_fills_in_after_a_refresh(open_page, browser):
    browser("ann")
    app = open_page("2_train")
    resources.scheduler().shutdown()  # The runs are finished by hand.
    unfold(app, "train_sweep")
    app.multiselect(key="sweep_values_learning_rate").set_value([0.001, 0.01]).run()
    app.button(key="sweep_start").click().run()
    assert not app.exception
    # One of the two is the article network, which comes with Digit Lab.
    assert [run.recipe.learning_rate for run in resources.store().active()] == [0.01]
    assert "**1 of 2** runs finished, 0 in training, 1 queued" in words(app)
    assert "sweep_stop" in keys(app)
    finish_all()
    refreshed = unfold(open_page("2_train"), "train_sweep")
    assert not refreshed.exception
    assert "2 of 2 runs finished." in words(refreshed)
    assert "sweep_stop" not in keys(refreshed)
    assert "chosen by **test accuracy**" in words(refreshed)


def test_a_stopped_series_can_be_resumed(open_page):
    app = open_page("2_train")
    resources.scheduler().shutdown()
    unfold(app, "train_experiments")
    app.radio(key="experiment_guess_nist").set_value("About as many").run()
    app.button(key="experiment_start").click().run()
    assert len(resources.store().active()) == 9
    app.button(key="experiment_nist_stop").click().run()
    assert not app.exception
    assert resources.store().active() == ()
    assert "Your guess: **About as many**" in words(app)
    assert "9 runs are missing" in words(app)
    app.button(key="experiment_nist_again").click().run()
    assert len(resources.store().active()) == 9


def test_an_experiment_that_a_classmate_has_done_shows_its_result_at_once(open_page):
    experiment = EXPERIMENTS["unseen"]
    app = open_page("2_train")
    resources.scheduler().shutdown()
    RunQueue(resources.store()).enqueue_series(experiment.series.recipes, "bob", experiment.series.title)
    finish_all()
    unfold(app, "train_experiments")
    app.pills(key="experiment").set_value("unseen").run()
    app.radio(key="experiment_guess_unseen").set_value("4").run()
    app.button(key="experiment_start").click().run()
    assert not app.exception
    assert resources.store().active() == ()
    assert "It answers 7 to 100% of the 9s" in words(app)
    assert "Your guess was: 4. Measured: **7**." in words(app)
    assert "What it means" in words(app)
