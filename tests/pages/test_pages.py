"""Every page opens, alone and in any order, and answers its four questions."""

import shutil
import subprocess
import sys

import pytest

from core import data
from core.data import DataError
from core.presets import PRESETS
from core.store.bundled import BUNDLED_FOLDER
from tests.pages.conftest import ROOT, add_bundled, words
from tests.stored import finished_run
from ui import open_files, resources

PAGES = {
    "0_home": "Digit Lab",
    "1_explore": "Explore the digits",
    "2_train": "Train",
    "3_evaluate": "Evaluate a network",
    "4_predict": "Draw a digit",
    "5_runs": "Training runs",
    "8_inside": "Look inside",
    "9_class": "Class",
}


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_and_shows_what_to_try_and_its_code(open_page, name: str):
    app = open_page(name)
    assert not app.exception
    assert app.title[0].value == PAGES[name]
    assert not app.error
    assert not app.warning
    if name == "0_home":
        return
    assert "Try this" in [header.value for header in app.header]
    before = len(app.code)
    step = name.split("_")[1]
    app.toggle(key=f"show_code_{step}").set_value(True).run()
    assert len(app.code) == before + 1
    assert "import" in app.code[-1].value


def test_home_says_where_you_are(open_page):
    app = open_page()
    values = {metric.label: metric.value for metric in app.metric}
    assert values["Training images"] == "60,000"
    assert values["Models"] == f"{len(PRESETS)}"
    assert values["Training runs"] == "0"


def test_home_without_bundled_models(open_page, other_store, tmp_path):
    other_store(tmp_path)
    app = open_page()
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric}["Models"] == "0"


@pytest.mark.parametrize("name", ["0_home", "1_explore", "2_train", "3_evaluate", "8_inside"])
def test_missing_data_is_one_sentence(open_page, monkeypatch, name: str):
    def fail():
        raise DataError("MNIST is missing. Restore it.")

    monkeypatch.setattr(resources, "load_mnist", fail)
    app = open_page(name)
    assert not app.exception
    assert app.error[0].value == "MNIST is missing. Restore it."


@pytest.mark.parametrize("name", ["3_evaluate", "4_predict", "8_inside"])
def test_no_model_at_all_links_to_training(open_page, other_store, tmp_path, name: str):
    other_store(tmp_path)
    app = open_page(name)
    assert not app.exception
    assert "There is no model on this server" in app.error[0].value
    assert "Train a network" in [link.value for link in app.page_link]


@pytest.mark.parametrize("name", ["3_evaluate", "4_predict", "8_inside"])
def test_unknown_model_in_the_address(open_page, name: str):
    app = open_page(name, model="no-such-model")
    assert not app.exception
    assert "no longer on this server" in app.warning[0].value
    assert app.selectbox[0].value == ("drawings" if name == "4_predict" else "article")


@pytest.mark.parametrize("name", ["3_evaluate", "4_predict", "8_inside"])
def test_model_deleted_from_the_folder(open_page, other_store, tmp_path, name: str):
    folder = shutil.copytree(BUNDLED_FOLDER, tmp_path / "models")
    other_store(folder)
    (folder / "softmax.keras").unlink()
    app = open_page(name, model="softmax")
    assert not app.exception
    assert "no longer on this server" in app.warning[0].value


@pytest.mark.parametrize("name", ["3_evaluate", "4_predict", "8_inside"])
def test_damaged_model_is_one_sentence_and_others_work(open_page, other_store, tmp_path, name: str):
    folder = shutil.copytree(BUNDLED_FOLDER, tmp_path / "models")
    add_bundled(folder, "broken", b"not a model", checksum="of what it was")
    other_store(folder)
    app = open_page(name, model="broken")
    assert not app.exception
    assert "damaged" in app.error[0].value
    app.selectbox[0].select("relu").run()
    assert not app.exception
    assert not app.error


def test_data_is_loaded_once_for_all(open_page):
    open_page("1_explore")
    before = data._load.cache_info().misses
    open_page("3_evaluate")
    open_page("0_home")
    assert data._load.cache_info().misses == before


@pytest.mark.parametrize("name", ["3_evaluate", "4_predict", "8_inside"])
def test_a_strangers_network_is_not_what_one_starts_with(open_page, browser, name: str):
    store = resources.store()
    run = finished_run(store, PRESETS["softmax"], owner="ann", network=store.model_file("softmax"))
    browser("ann")
    assert open_page(name).selectbox[0].value == run.id, "Ann starts with her own"
    browser("bob")
    assert open_page(name).selectbox[0].value in PRESETS


def test_heading_of_home_waits_for_no_import_and_explore_for_no_tensorflow():
    code = """
import sys, threading
import streamlit as st
from streamlit.testing.v1 import AppTest
loaded = []
title = st.title
def first_title(*args, **kwargs):
    loaded.append({"sqlalchemy", "matplotlib", "core.store.runs"} & sys.modules.keys())
    return title(*args, **kwargs)
st.title = first_title
app = AppTest.from_file("streamlit_app.py", default_timeout=60).run()
assert not app.exception
print(app.title[0].value, loaded)
app.switch_page("pages/1_explore.py").run()
assert not app.exception
heavy = {"tensorflow", "keras", "sklearn", "matplotlib.pyplot"}
print(sorted(heavy & sys.modules.keys()))
print([thread.name for thread in threading.enumerate() if "tensorflow" in thread.name])
"""
    answer = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True)
    assert answer.splitlines() == ["Digit Lab [set()]", "[]", "[]"]


def test_home_leads_to_every_page_of_the_navigation_and_credits_the_article(open_page):
    app = open_page()
    links = {link.proto.page for link in app.get("page_link")}
    assert links == {"explore", "train", "evaluate", "predict", "inside", "teach", "class", "runs"}
    assert "Fazla Najumudeen" in words(app)


def test_the_limit_of_open_files_is_raised_with_the_first_page(open_page, monkeypatch):
    raised = []
    monkeypatch.setattr(open_files, "raise_limit", lambda: raised.append(True))
    open_page()
    assert raised
