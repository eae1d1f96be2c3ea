import dataclasses
import shutil
import threading

import numpy as np
import pytest

from core.data import Dataset
from core.evaluation import evaluate
from core.history import Epoch
from core.model import build_model
from core.recipe import LESSONS, PRESETS, Recipe
from core.runs import BUNDLED_FOLDER, MAX_RUNS, Run, RunError, RunState, RunStore


@pytest.fixture
def folder(tmp_path):
    """A copy of the bundled models that a test may damage."""
    return shutil.copytree(BUNDLED_FOLDER, tmp_path / "models")


@pytest.fixture
def store(folder) -> RunStore:
    return RunStore(folder)


def finished(run_id: str) -> Run:
    return Run(run_id, f"Run {run_id}", Recipe(), RunState.FINISHED, owner="someone")


def test_every_preset_is_bundled():
    bundled = {run.id: run for run in RunStore().models()}
    assert bundled.keys() == PRESETS.keys()
    for name, run in bundled.items():
        assert run.bundled
        assert run.recipe == PRESETS[name], "run `make models`: the preset has changed"
        assert run.name == LESSONS[name].title
        assert len(run.history) == run.recipe.epochs
        assert {"python", "keras", "numpy"} <= run.versions.keys()


@pytest.mark.parametrize("name", PRESETS)
def test_bundled_model_reads_as_well_as_its_card_says(name: str, mnist: Dataset):
    store = RunStore()
    evaluation = evaluate(store.load_model(name), mnist.test_images, mnist.test_labels)
    # Other processors round differently; a handful of images may tip over.
    assert evaluation.accuracy == pytest.approx(store.get(name).test_accuracy, abs=0.001)


def test_run_round_trip():
    epoch = Epoch(1, 0.5, 0.9, None, None, 1.25)
    run = dataclasses.replace(finished("a"), history=(epoch,), versions={"keras": "3"})
    assert Run.from_json(run.to_json()) == run


def test_newest_first_and_models_need_a_file(store: RunStore):
    store.add(finished("a"))
    store.add(finished("b"))
    assert [run.id for run in store.runs()] == ["b", "a"]
    assert {run.id for run in store.models()} == PRESETS.keys()
    store.save_model("a", build_model(Recipe(hidden_units=())))
    assert store.models()[0].id == "a"


def test_saved_model_is_the_same(store: RunStore, mnist: Dataset):
    model = build_model(Recipe())
    store.add(finished("a"))
    store.save_model("a", model)
    images = mnist.test_images[:10]
    np.testing.assert_array_equal(np.asarray(store.load_model("a")(images)), np.asarray(model(images)))


def test_unknown_run_is_a_sentence(store: RunStore):
    for ask in (store.get, store.load_model):
        with pytest.raises(RunError, match="not on this server any more"):
            ask("nothing")


@pytest.mark.parametrize("damage", ["deleted", "cut short", "replaced"])
def test_damaged_bundled_model_is_a_sentence_and_the_others_work(store: RunStore, folder, damage: str):
    path = folder / "article.keras"
    if damage == "deleted":
        path.unlink()
    elif damage == "cut short":
        path.write_bytes(path.read_bytes()[:1000])
    else:
        shutil.copyfile(folder / "softmax.keras", path)
    with pytest.raises(RunError, match="restore the folder models/"):
        store.load_model("article")
    assert store.load_model("softmax").count_params() == 7850
    listed = {run.id for run in store.models()}
    assert listed == PRESETS.keys() - ({"article"} if damage == "deleted" else set())


def test_damaged_card_does_not_hide_the_others(folder):
    (folder / "article.json").write_text("{", encoding="utf-8")
    assert {run.id for run in RunStore(folder).models()} == PRESETS.keys() - {"article"}


def test_no_bundled_models_at_all(tmp_path):
    assert RunStore(tmp_path / "nothing").models() == ()


def test_the_store_is_bounded_and_never_drops_an_active_run(store: RunStore):
    store.add(dataclasses.replace(finished("going on"), state=RunState.TRAINING))
    store.add(finished("oldest"))
    store.save_model("oldest", build_model(Recipe(hidden_units=())))
    file = store.model_path("oldest")
    assert file.exists()
    for number in range(MAX_RUNS):
        store.add(finished(str(number)))
    kept = [run.id for run in store.runs()]
    assert len(kept) == MAX_RUNS
    assert "going on" in kept
    assert "oldest" not in kept
    assert not file.exists()
    assert store.next_number() == MAX_RUNS + 3


def test_many_threads_lose_nothing(store: RunStore):
    store.add(finished("shared"))

    def work(number: int) -> None:
        for step in range(200):
            store.update("shared", progress=step / 200)
            store.get("shared")
            store.runs()
        store.add(finished(f"thread {number}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.runs()) == 9


def test_seconds_left():
    run = dataclasses.replace(finished("a"), progress=0.25, state=RunState.TRAINING)
    assert run.seconds_left is None
    history = tuple(Epoch(n, 1, 0.5, None, None, seconds=2.0) for n in (1, 2))
    assert dataclasses.replace(run, history=history).seconds_left == 0.75 * 10 * 2
