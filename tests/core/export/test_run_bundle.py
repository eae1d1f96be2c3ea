"""A run goes to another server in a file, and a file of anybody goes no further than a sentence."""

import contextlib
import io
import json
import random
import zipfile

import numpy as np
import pytest

from core.export.run_bundle import CARD, MAX_BUNDLE_BYTES, pack_bundle, read_bundle, weight_shapes
from core.export.run_import import IMPORTED, import_run
from core.history import Epoch
from core.inspection.operation import Operation
from core.presets import PRESETS
from core.recipe import Recipe
from core.steering.control import RateChange
from core.store.run import Run, RunError, RunState
from core.store.runs import RunStore
from tests.stored import finished_run, set_size

TINY = Recipe(hidden_units=(4,), epochs=2, batch_size=1000)
EPOCH = {"number": 1, "loss": 1, "accuracy": 1, "val_loss": None, "val_accuracy": None, "seconds": 1}
BIAS = "weights/digit.bias.npy"


@pytest.fixture(scope="module")
def bundle() -> bytes:
    """A run of a tiny network that was stopped, with a name and a note."""
    from core.model import build_model

    run = Run(
        "a", "Zoë’s 王小明", TINY, RunState.STOPPED, note="one\ntwo", created="2026-01-02T03:04:05+00:00"
    )
    history = (Epoch(1, 0.5, 0.9, None, None, 1.5),)
    return pack_bundle(run, history, build_model(TINY))


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(content: bytes, *without: str, card: dict | None = None, **files: bytes) -> bytes:
    """A bundle with other files (a dot in a name is written ``__``), or other entries in its text."""
    all_files = files_of(content)
    if card:
        all_files[CARD] = json.dumps(json.loads(all_files[CARD]) | card).encode()
    all_files |= files
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in all_files.items():
            if name not in without:
                archive.writestr(name, data)
    return buffer.getvalue()


def npy(array: np.ndarray, **options) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(RunError) as caught:
        read_bundle(content)
    return str(caught.value)


def test_a_bundle_that_unpacks_at_once_or_has_too_many_files_is_refused(bundle: bytes):
    for method, more in ((zipfile.ZIP_BZIP2, 0), (zipfile.ZIP_DEFLATED, 200)):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name, data in files_of(bundle).items():
                archive.writestr(name, data)
            for number in range(more):
                archive.writestr(str(number), b"")
        assert "damaged" in refusal(buffer.getvalue())


@pytest.mark.parametrize("name", ["article", "convolutional"])
def test_a_run_that_was_exported_and_imported_predicts_the_same(
    name: str, store: RunStore, mnist, bundled_model
):
    original, model = store.get(name), bundled_model(name)
    content = pack_bundle(original, store.history(name), model)
    imported = import_run(store, read_bundle(content), mnist, "ann", "Ann")
    images = mnist.test_images[:500]
    again = store.load_model(imported.id).predict_on_batch(images)
    assert np.array_equal(again, model.predict_on_batch(images))
    assert store.history(imported.id) == store.history(name)
    same = ("name", "recipe", "state", "train_accuracy", "epochs_done")
    assert [getattr(imported, key) for key in same] == [getattr(original, key) for key in same]
    assert imported.test_accuracy == pytest.approx(original.test_accuracy, abs=2e-4)
    assert imported.versions == {**original.versions, IMPORTED: original.created[:10]}
    assert (imported.owner, imported.nickname) == ("ann", "Ann")
    assert imported.parent_epochs == imported.epochs_done, "its seconds say nothing about this server"


def test_what_the_owner_wrote_and_what_was_done_comes_along(bundle: bytes, store: RunStore, mnist):
    operation = Operation((("hidden_1", 3),), prune=0.5)
    done = {"operation": json.loads(operation.to_json()), "rate_changes": [{"step": 60, "factor": 0.1}]}
    imported = import_run(store, read_bundle(changed(bundle, card=done)), mnist, "ann")
    assert (imported.name, imported.note) == ("Zoë’s 王小明", "one\ntwo")
    assert (imported.state, imported.operation) == (RunState.STOPPED, operation)
    assert imported.rate_changes == (RateChange(60, 0.1),)
    assert imported.test_accuracy < 0.5, "measured here: it was never trained"


def test_every_recipe_has_the_arrays_of_its_network():
    from core.model import build_model, weights_by_layer

    for recipe in PRESETS.values():
        arrays = [array for layer in weights_by_layer(build_model(recipe)).values() for array in layer]
        assert list(weight_shapes(recipe).values()) == [array.shape for array in arrays]


def test_it_counts_in_the_quota_of_whoever_brings_it(bundle: bytes, store: RunStore, mnist):
    full = finished_run(store, Recipe(epochs=1), "ann")
    store.pin(full.id, "ann", True)
    set_size(store, full.id, 120)
    with pytest.raises(RunError, match="leave too little of your 120 MB"):
        import_run(store, read_bundle(bundle), mnist, "ann")
    assert len(store.runs()) == 1
    before = store.owner_usage("bob").bytes
    import_run(store, read_bundle(bundle), mnist, "bob")
    assert store.owner_usage("bob").bytes > before == 0


def test_a_keras_model_from_elsewhere_is_refused_with_the_reason(store: RunStore):
    said = refusal(store.model_file("article"))
    assert "can bring code with it" in said
    assert "Run bundle" in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a run bundle"),
        (b"GIF89a", "not a run bundle"),
        (b"PK\x03\x04 and no more", "cut short"),
        (b"PK" + bytes(MAX_BUNDLE_BYTES), "at most 20 MB"),
    ],
)
def test_what_is_no_bundle_is_one_sentence(content: bytes, said: str):
    assert said in refusal(content)


def test_a_bundle_that_was_changed_is_one_sentence(bundle: bytes):
    zeros = np.zeros(10, np.float32)
    for files, said in (
        ({"../../evil.py": b"x"}, "not those of its recipe"),
        ({"/tmp/evil.npy": b"x"}, "not those of its recipe"),
        ({BIAS: npy(zeros[:9])}, "do not have the shapes"),
        ({BIAS: npy(zeros.astype(np.float16))}, "do not have the shapes"),
        ({BIAS: npy(zeros * np.nan)}, "are not numbers"),
        (
            {BIAS: npy(np.array([{}] * 10, object), allow_pickle=True)},
            "cannot be read|larger than|do not have",
        ),
        ({BIAS: npy(zeros)[:-8]}, "damaged|cannot be read"),
        ({BIAS: bytes(10**8)}, "larger than it can be"),
        ({CARD: b" " * 10**8}, "larger than it can be"),
        ({CARD: b"{"}, "cannot be read"),
        ({CARD: b"[" * 10**5}, "cannot be read"),
        ({CARD: b"[]"}, "cannot be read"),
    ):
        with pytest.raises(RunError, match=said):
            read_bundle(changed(bundle, **files))
    assert "not those of its recipe" in refusal(changed(bundle, BIAS))
    assert "not a run bundle" in refusal(changed(bundle, CARD))


@pytest.mark.parametrize(
    "card",
    [
        {"format": "other"},
        {"version": 2},
        {"recipe": {"epochs": 1000}},
        {"recipe": {"lambda": "code"}},
        {"name": 5},
        {"test_accuracy": 9.0},
        {"train_accuracy": float("nan")},
        {"history": [{"number": 2}]},
        {"history": [{}] * 3},
        {"history": [EPOCH | {"loss": float("inf")}]},
        {"history": [EPOCH | {"seconds": -1}]},
        {"history": [EPOCH | {"number": True}] * 2},
        {"operation": {"off": [], "seed": 10**30}},
        {"operation": {"bits": 1, "off": []}},
        {"rate_changes": [{"step": 10**9, "factor": 2.0}]},
        {"rate_changes": [{"step": 1, "factor": 0}]},
        {"fine_tuning": {"learned": "many", "held_out": 1}},
    ],
)
def test_a_value_that_cannot_be_is_one_sentence(bundle: bytes, card: dict):
    assert "This run bundle cannot be read" in refusal(changed(bundle, card=card))


def test_long_and_strange_texts_are_shortened(bundle: bytes):
    text = "a\x00\ud800\u200b\u202e王" * 10_000
    run = read_bundle(changed(bundle, card={"name": text, "note": text}))
    assert 0 < len(run.name) <= 60
    assert 0 < len(run.note) <= 500
    (run.name + run.note).encode()
    assert "\x00" not in run.name + run.note


def test_a_bundle_with_flipped_bits_is_read_or_refused(bundle: bytes):
    draw = random.Random(0)
    for _ in range(300):
        content = bytearray(bundle[: draw.choice((len(bundle), draw.randrange(len(bundle))))])
        for _ in range(draw.randrange(4)):
            content[draw.randrange(len(content))] = draw.randrange(256)
        with contextlib.suppress(RunError):
            read_bundle(bytes(content))
