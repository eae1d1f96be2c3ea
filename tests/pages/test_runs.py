"""The page of all runs: looking, finding, and looking after one's own."""

import sqlite3

import pytest

from core.jobs.queue import RunQueue
from core.presets import PRESETS
from core.recipe import Recipe
from core.store.retention import evict
from core.store.run import RunState
from core.store.runs import RunStore
from tests.pages.actions import keys
from tests.pages.conftest import forget_server, words
from tests.pages.people import ANN, BOB, finished
from tests.stored import finished_run, set_size
from ui import resources


def table(app):
    return app.dataframe[0].value


def test_an_empty_store_says_what_to_do(open_page):
    app = open_page("5_runs")
    assert not app.exception
    assert "No runs yet. Start the first one on *Train*." in words(app)
    assert "Train a network" in [link.value for link in app.page_link]


def test_all_runs_newest_first_and_the_best_is_marked(open_page, runs):
    app = open_page("5_runs")
    assert not app.exception
    shown = table(app)
    assert list(shown["Run"]) == ["Run 3: Ann again", "Run 2: Bob tries", "Run 1: Ann tries"]
    assert list(shown["Best"]) == ["", "★", ""]
    assert list(shown["Test accuracy"]) == pytest.approx([93, 97, 91])
    assert list(shown["Student"]) == ["Ann", "Bob", "Ann"]
    assert set(shown["Status"]) == {"Finished"}
    assert list(shown.columns[:2]) == ["Run", "Test accuracy"], "what a phone has room for"
    assert "Select a row to open, rename, pin or delete a run." in words(app)


def test_numbers_for_operators_are_folded_away(open_page, runs):
    app = open_page("5_runs")
    (status,) = [expander for expander in app.expander if expander.label == "Server status"]
    assert not status.proto.expanded
    shown = {metric.label: metric.value for metric in status.metric}
    assert shown["Saved models"] == "3"
    assert "MB" in shown["Free memory"]
    assert len(app.metric) == len(shown), "none outside"


def test_runs_of_one_name_are_told_apart(open_page, store: RunStore):
    for seed in (1, 2):
        finished(store, ANN, "Ann tries", 0.91, seed=seed, learning_rate=seed / 100)
    finished(store, BOB, "Bob tries", 0.92, seed=3)
    app = open_page("5_runs")
    differing = list(app.dataframe[0].value["Differs in"])
    assert differing[0] == "", "Bob's is the only one of its name"
    for text, seed, rate in ((differing[1], "seed 2", "0.02"), (differing[2], "seed 1", "0.01")):
        assert seed in text
        assert rate in text
    assert "batch size" not in " ".join(differing)


def test_whoever_waits_sees_the_position_in_the_queue(open_page, browser, store: RunStore):
    queue = RunQueue(store)
    queue.enqueue(Recipe(), ANN, "Ann tries")
    assert queue.lease("another server's worker"), "so that nothing is trained here: one at a time for each"
    queue.enqueue(Recipe(seed=1), ANN, "Ann again")
    browser(ANN)
    app = open_page("5_runs")
    assert "Now: 1 training, 1 queued; yours is number 1." in words(app)
    assert list(table(app)["Status"]) == ["Queued", "Training"]


def test_a_visitor_without_runs_of_their_own_is_told_where_the_others_are(open_page, runs, browser):
    browser("cccccccccccccccc")
    app = open_page("5_runs")
    app.segmented_control(key="runs_mine").set_value(True).run()
    assert "You have no runs yet. Choose *All*" in words(app)


def test_mine_search_and_status(open_page, runs, browser):
    browser(BOB)
    app = open_page("5_runs")
    app.segmented_control(key="runs_mine").set_value(True).run()
    assert list(table(app)["Run"]) == ["Run 2: Bob tries"]
    app.segmented_control(key="runs_mine").set_value(False).run()
    app.text_input(key="runs_search").set_value("ANN again").run()
    assert list(table(app)["Run"]) == ["Run 3: Ann again"]
    app.text_input(key="runs_search").set_value("relu").run()
    assert list(table(app)["Run"]) == ["Run 2: Bob tries"]
    app.text_input(key="runs_search").set_value("").run()
    app.selectbox(key="runs_states").set_value(RunState.FINISHED).run()
    assert len(table(app)) == 3
    app.selectbox(key="runs_states").set_value(RunState.FAILED).run()
    assert "No run matches" in words(app)
    assert not app.exception


def test_its_owner_renames_annotates_marks_and_deletes(open_page, runs, browser, store: RunStore):
    browser(ANN)
    app = open_page("5_runs", run=runs["low"])
    app.text_input(key=f"run_name_{runs['low']}").set_value("My first")
    app.text_area(key=f"run_note_{runs['low']}").set_value("Sigmoid is slow.")
    app.checkbox(key=f"run_marked_{runs['low']}").check()
    app.button(key="run_save").click().run()
    assert not app.exception
    run = store.get(runs["low"])
    assert (run.name, run.note, run.pinned) == ("My first", "Sigmoid is slow.", True)
    assert "Run 1: My first" in words(app)

    app.button(key="run_delete_for_good").click().run()
    assert not app.exception
    assert [run.id for run in store.runs()] == [runs["middle"], runs["high"]]
    assert "run" not in app.query_params
    assert "run_save" not in keys(app)


def test_an_empty_name_is_one_sentence(open_page, runs, browser, store: RunStore):
    browser(ANN)
    app = open_page("5_runs", run=runs["low"])
    app.text_input(key=f"run_name_{runs['low']}").set_value(" ")
    app.text_area(key=f"run_note_{runs['low']}").set_value("Not lost.")
    app.button(key="run_save").click().run()
    assert "A name must have 1 to 60 characters" in app.error[0].value
    assert app.text_area(key=f"run_note_{runs['low']}").value == "Not lost."
    assert store.get(runs["low"]).name == "Ann tries"


def test_others_look_and_do_not_touch(open_page, runs, browser):
    browser(BOB)
    app = open_page("5_runs", run=runs["low"])
    assert "Run 1: Ann tries" in words(app)
    assert "Only the person who started this run can rename, pin or delete it." in words(app)
    assert not {"run_save", "run_delete_for_good"} & set(keys(app))
    shown = " ".join(str(element.value) for element in (*app.code, *app.markdown, *app.caption))
    assert ANN not in shown, "who knows the id controls the runs"


def test_who_has_trained_it_from_whom(open_page, runs, browser, store: RunStore):
    browser(ANN)
    child = RunQueue(store).extend(runs["high"], 3, ANN)
    app = open_page("5_runs", run=child.id)
    assert "Continues “Run 2: Bob tries” after epoch 1." in words(app)
    store.delete(runs["high"], BOB)
    app.run()
    assert "Continues a run that was deleted, after epoch 1." in words(app)


def test_a_run_of_the_address_that_is_gone(open_page, runs):
    app = open_page("5_runs", run="gone")
    assert not app.exception
    assert len(table(app)) == 3


@pytest.mark.parametrize("page", ["0_home", "2_train", "3_evaluate", "4_predict", "5_runs"])
def test_a_store_that_is_no_database_is_one_sentence_and_the_rest_works(
    open_page, tmp_path, page: str, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "runs.db").write_text("not a database " * 99)
    monkeypatch.setenv("DIGIT_LAB_STORE", f"sqlite:///{tmp_path}/broken/runs.db")
    forget_server()
    app = open_page(page)
    assert not app.exception
    assert "is not a database" in words(app)
    if page in ("3_evaluate", "4_predict"):
        key = page[2:] + "_model"
        assert set(app.selectbox(key=key).options) >= {"Article network · 93.7%"}
        assert len(app.selectbox(key=key).options) == len(PRESETS)
    if page == "2_train":
        app.button(key="train_start").click().run()
        assert not app.exception
        assert "is not a database" in app.toast[0].value


def test_a_store_that_breaks_while_somebody_trains_is_one_sentence(
    open_page, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.store.engine.LOCK_SECONDS", 0.05)
    app = open_page("2_train")
    resources.scheduler().shutdown()
    other = sqlite3.connect(tmp_path / "runs.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    app.button(key="train_start").click().run()
    assert not app.exception
    assert "locked by another program" in app.toast[0].value
    other.execute("ROLLBACK")
    other.close()


def test_a_name_is_never_a_picture_in_the_browsers_of_others(open_page, store: RunStore):
    name = "![x](https://example.org/a.png) :red[hi] *b*"
    run = finished_run(store, Recipe(epochs=1), ANN, name, nickname="**bold**")
    shown = words(open_page("5_runs", run=run.id)) + words(open_page("2_train", run=run.id))
    assert "![x](" not in shown
    assert ":red[" not in shown
    assert "Started by **bold**" not in shown
    assert r"\!\[x\]\(https" in shown


def test_saving_in_one_tab_keeps_what_another_tab_changed(open_page, runs, browser, store: RunStore):
    browser(ANN)
    first = open_page("5_runs", run=runs["low"])
    second = open_page("5_runs", run=runs["low"])
    first.text_input(key=f"run_name_{runs['low']}").set_value("Renamed")
    first.button(key="run_save").click().run()
    second.text_area(key=f"run_note_{runs['low']}").set_value("A note")
    second.button(key="run_save").click().run()
    run = store.get(runs["low"])
    assert (run.name, run.note) == ("Renamed", "A note")


def test_what_was_evicted_is_said_to_its_owner(open_page, runs, browser, store: RunStore):
    """And to nobody else; the run itself says why to everyone."""
    for run_id in (runs["low"], runs["middle"]):
        set_size(store, run_id, 61)
    browser(ANN)
    assert "deleted automatically" not in words(open_page("5_runs"))
    with store.database.writing() as connection:
        evict(connection)
    app = open_page("5_runs", run=runs["low"])
    assert "models of yours were deleted automatically today: Run 1: Ann tries." in words(app)
    assert "The model of this run was deleted automatically: the models of one person" in words(app)
    assert "Evaluate this model" not in [link.value for link in app.page_link]
    assert list(table(app)["Model"]) == ["Saved", "Saved", "Deleted"]
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Your models"] == "61 of 120 MB"
    train = open_page("2_train", run=runs["low"])
    assert "the models of one person may take 120 MB together" in words(train)
    assert "Evaluate this model" not in [link.value for link in train.page_link]
    browser(BOB)
    assert "models of yours" not in words(open_page("5_runs"))


def test_a_sixth_pin_and_a_start_without_room_are_one_sentence(open_page, browser, store: RunStore):
    ids = [finished(store, ANN, f"Run {number}", 0.9) for number in range(6)]
    for run_id in ids[:5]:
        store.pin(run_id, ANN, True)
    browser(ANN)
    app = open_page("5_runs", run=ids[5])
    app.checkbox(key=f"run_marked_{ids[5]}").check()
    app.button(key="run_save").click().run()
    assert "You can pin 5 runs. Unpin one of them first." in app.error[0].value
    assert not app.exception

    set_size(store, ids[0], 119)
    app = open_page("2_train")
    app.button(key="train_start").click().run()
    assert "Your pinned models leave too little of your 120 MB" in app.toast[0].value
    browser(BOB)
    other = open_page("2_train")
    resources.scheduler().shutdown()  # The run only waits.
    other.button(key="train_start").click().run()
    assert [run.owner for run in store.active()] == [BOB], "others train on"
