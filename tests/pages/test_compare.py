"""Two to six runs side by side on Runs."""

import pytest

from core.recipe import Recipe
from core.store.runs import RunStore
from tests.pages.conftest import words
from tests.stored import finished_run

ANN = "aaaaaaaaaaaaaaaa"


@pytest.fixture
def runs(store: RunStore) -> list[str]:
    recipes = (Recipe(epochs=2), Recipe(epochs=3, learning_rate=0.01), Recipe(epochs=2, seed=1))
    return [finished_run(store, recipe, ANN, "Mine").id for recipe in recipes]


def test_the_switch_shows_a_table_to_tick_with_the_bundled_models_at_its_end(open_page, runs):
    app = open_page("5_runs")
    app.toggle(key="runs_compare").set_value(True).run()
    assert not app.exception
    assert list(app.dataframe[0].value["Run"])[-1] == "Softmax regression (no hidden layer)"
    assert "Tick two to 6 runs in the table to compare." in words(app)


def test_a_link_shows_what_differs_and_what_nobody_can_tell(open_page, runs):
    app = open_page("5_runs", compare=",".join(runs[:2]))
    assert not app.exception
    table = app.dataframe[1].value
    assert list(table["Setting"]) == ["Learning rate", "Epochs"]
    assert list(table["A"]) == ["0.001", "2"]
    assert list(table["B"]) == ["0.01", "3"]
    assert "Nobody can tell which of them did it" in words(app)
    assert "**A**: Run 1: Mine · test accuracy **90.00%**" in words(app)

    seeds = open_page("5_runs", compare=f"{runs[0]},{runs[2]}")
    assert "Only the random seed differs." in words(seeds)
    by_seconds = seeds.segmented_control(key="compare_over").set_value("seconds").run()
    assert not by_seconds.exception


@pytest.mark.parametrize("view", ["Results", "Confusion matrices", "Disagreements"])
def test_two_models_are_compared_image_by_image(open_page, view: str):
    app = open_page("5_runs", compare="article,softmax")
    app.segmented_control(key="compare_view").set_value(view).run()
    assert not app.exception
    assert not app.error
    said = words(app)
    if view == "Results":
        assert "**A is better than the other one**" in said
        assert list(app.dataframe[1].value["Pair"]) == ["A and B"]
    elif view == "Disagreements":
        assert "Test images on which the runs disagree: **" in said
        everyone = len(said)
        app.segmented_control(key="compare_correct").set_value("A").run()
        assert "Test images that only **A** reads correctly: **" in words(app)
        assert everyone
    else:
        assert "From A to B" in [header.value for header in app.subheader]


def test_of_runs_without_a_model_or_gone_there_is_a_sentence(open_page, store: RunStore, runs):
    app = open_page("5_runs", compare=f"gone,{runs[0]}")
    assert not app.exception
    assert "Not all runs of this link are on this server any more." in words(app)
    assert "Tick another run in the table to compare." in words(app)
    with store.database.writing() as connection:
        from core.store.queries import update_run

        update_run(connection, runs[0], has_model=False)
    app = open_page("5_runs", compare=f"{runs[0]},article")
    app.segmented_control(key="compare_view").set_value("Results").run()
    assert not app.exception
    assert "No saved model, so left out here: A." in words(app)
    assert "Two runs with a saved model are needed" in words(app)


def test_more_than_six_are_too_many(open_page, store: RunStore, runs):
    bundled = [run.id for run in store.bundled()]
    app = open_page("5_runs", compare=",".join([*bundled, runs[0]]))
    assert not app.exception
    assert "Only the first 6 are compared." in words(app)


def test_ticks_go_into_the_address(open_page, runs, monkeypatch: pytest.MonkeyPatch):
    import streamlit as st

    from ui.compare.choice import tick, ticked

    address = {"compare": "hidden,second"}
    monkeypatch.setattr(st, "query_params", address)
    tick(["first", "second", "third"], [0, 2])
    assert ticked() == ["hidden", "first", "third"]
    address["compare"] = "first"
    tick(["first"], [])
    assert ticked() == []
