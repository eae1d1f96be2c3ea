"""The runs that come with Digit Lab: cards and networks, whole or damaged."""

import shutil
from pathlib import Path

import pytest

from core.data import Dataset
from core.evaluation import evaluate
from core.presets import PRESET_INFO, PRESETS
from core.store.bundled import BUNDLED_FOLDER, BundledRun
from core.store.run import RunError
from core.store.runs import RunStore
from core.store.snapshots import snapshot_epochs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled models that a test may damage."""
    return shutil.copytree(BUNDLED_FOLDER, tmp_path / "models")


@pytest.fixture
def bundled_store(folder: Path, address: str) -> RunStore:
    return RunStore(address, folder)


def test_every_preset_is_bundled(store: RunStore):
    bundled = {run.id: run for run in store.bundled()}
    assert bundled.keys() == PRESETS.keys()
    for name, run in bundled.items():
        assert run.bundled
        assert run.recipe == PRESETS[name], "run `make models`: the preset has changed"
        assert run.label == PRESET_INFO[name].title
        assert len(store.history(name)) == run.recipe.epochs == run.epochs_done
        assert {"python", "keras", "numpy"} <= run.versions.keys()


@pytest.mark.parametrize("name", PRESETS)
def test_bundled_model_reads_as_well_as_its_card_says(name: str, store: RunStore, mnist: Dataset):
    evaluation = evaluate(store.load_model(name), mnist.test_images, mnist.test_labels)
    # Other processors round differently; a handful of images may tip over.
    assert evaluation.accuracy == pytest.approx(store.get(name).test_accuracy, abs=0.001)


@pytest.mark.parametrize("name", PRESETS)
def test_card_round_trip(name: str):
    text = (BUNDLED_FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert BundledRun.from_json(text).to_json() == text


def test_damaged_bundled_snapshots_are_a_sentence_and_the_network_works(
    bundled_store: RunStore, folder: Path
):
    path = folder / "article.snapshots.npz"
    content = path.read_bytes()
    for damage in (path.unlink, lambda: path.write_bytes(content[:-1])):
        damage()
        with pytest.raises(RunError, match=r"snapshots is (missing|damaged). Choose another"):
            snapshot_epochs(bundled_store, bundled_store.get("article"))
    bundled_store.load_model("article")


@pytest.mark.parametrize("damage", ["deleted", "cut short", "replaced"])
def test_damaged_bundled_model_is_a_sentence_and_the_others_work(
    bundled_store: RunStore, folder: Path, damage: str
):
    path = folder / "article.keras"
    if damage == "deleted":
        path.unlink()
    elif damage == "cut short":
        path.write_bytes(path.read_bytes()[:1000])
    else:
        shutil.copyfile(folder / "softmax.keras", path)
    with pytest.raises(RunError, match="restore the folder models/"):
        bundled_store.load_model("article")
    assert bundled_store.load_model("softmax").count_params() == 7850
    listed = {run.id for run in bundled_store.models()}
    assert listed == PRESETS.keys() - ({"article"} if damage == "deleted" else set())


def test_damaged_card_does_not_hide_the_others(folder: Path, address: str):
    (folder / "article.json").write_text("{", encoding="utf-8")
    assert {run.id for run in RunStore(address, folder).models()} == PRESETS.keys() - {"article"}


def test_no_bundled_models_at_all(tmp_path: Path, store: RunStore):
    assert RunStore(store.database.address, tmp_path / "nothing").models() == ()
