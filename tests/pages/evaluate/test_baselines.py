"""The view Baselines."""

import dataclasses
import threading
from types import SimpleNamespace

import streamlit as st

from core.jobs.baseline_worker import BaselineJob
from core.recipe import ARTICLE
from core.store.queries import update_run
from tests.pages.conftest import words
from tests.pages.evaluate.views import copied, text
from ui import resources
from ui.evaluate import measured_baselines


def test_the_standing_among_the_baselines(seen):
    app = seen("article", "Baselines")
    standing = text(app, "evaluate_standing")
    assert "**6.28%**" in standing
    assert "It beats **Linear classifier** (12.00%)." in standing
    assert "The next better one is **k-nearest neighbors** (5.00%)." in standing


def test_measured_baselines_come_with_the_presets_and_are_measured_for_other_images(open_page, seen):
    app = seen("article", "Baselines")
    assert not app.exception
    assert any("96.91%" in str(table.value.to_numpy()) for table in app.table)
    assert "evaluate_measure" not in {button.key for button in app.button}
    run = copied(dataclasses.replace(ARTICLE, train_size=300), 0.8)
    app = open_page("3_evaluate", model=run.id, view="Baselines")
    app.button(key="evaluate_measure").click().run()
    for thread in threading.enumerate():
        if thread.name == "digit-lab-baselines":
            thread.join()
    app.run()
    assert not app.exception
    assert any("1-nearest neighbor" in str(table.value.to_numpy()) for table in app.table)
    with resources.store().database.writing() as connection:
        update_run(connection, run.id, test_accuracy=None)
    assert "0.00%" not in words(app.run())


def test_baselines_that_cannot_be_measured_say_why_and_the_page_looks_no_more(open_page, monkeypatch):
    run = copied(dataclasses.replace(ARTICLE, train_size=300), 0.8)
    paces: list[float | None] = []
    fragment = st.fragment
    monkeypatch.setattr(
        measured_baselines.st, "fragment", lambda look, run_every: paces.append(run_every) or fragment(look)
    )
    jobs = [BaselineJob(), BaselineJob(failure="The data is missing.")]
    monkeypatch.setattr(measured_baselines, "_worker", lambda: SimpleNamespace(job=lambda _: jobs[0]))
    app = open_page("3_evaluate", model=run.id, view="Baselines")
    assert "Measuring" in app.info[0].value
    del jobs[0]
    app.run()
    assert not app.exception
    assert app.warning[0].value == "The data is missing."
    assert "evaluate_measure" in {button.key for button in app.button}, "one may try again"
    assert paces[-1] is None
