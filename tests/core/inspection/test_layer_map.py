"""Maps of many digits: what a layer hands on, in two dimensions."""

import threading

import numpy as np
import pytest

from core.data import DataError, Dataset, sample_indices
from core.inspection.forward import forward
from core.inspection.layer_map import (
    FILE,
    PARTS,
    PIXELS,
    POINTS,
    SEED,
    bundled_maps,
    layer_values,
    map_key,
    pca,
    same_label_share,
    stages,
    tsne,
)
from core.inspection.network import Dense, Network, read_network
from core.inspection.tsne_worker import MapRefused, TsneWorker
from core.model import build_model
from core.presets import PRESETS
from core.recipe import Recipe

FEW = 150
TIMEOUT = 60


@pytest.fixture(scope="module")
def article(bundled_model) -> Network:
    return read_network(bundled_model("article"))


@pytest.fixture(scope="module")
def groups() -> tuple[np.ndarray, np.ndarray]:
    """Ten groups of points in five dimensions that are far apart."""
    rng = np.random.default_rng(0)
    labels = np.arange(FEW) % 10
    return (rng.normal(0, 50, (10, 5))[labels] + rng.normal(0, 1, (FEW, 5))).astype(np.float32), labels


@pytest.fixture
def worker():
    return TsneWorker()


def finished(worker: TsneWorker, key: str):
    """Wait until the worker's thread has ended, and return what it made."""
    thread = worker._thread
    if thread:
        thread.join(TIMEOUT)
    return worker.ask(key, lambda: pytest.fail("made twice"))


@pytest.mark.parametrize("name", ["article", "convolutional", "softmax"])
def test_a_layer_hands_on_what_the_next_one_gets(mnist: Dataset, bundled_model, name: str):
    network, images = read_network(bundled_model(name)), mnist.test_images[:60]
    values = forward(network, images)
    assert stages(network)[0] == PIXELS
    np.testing.assert_allclose(layer_values(network, PIXELS, images), images.reshape(60, -1) / 255, atol=1e-6)
    for stage, following in zip(stages(network)[1:], network.weighted[1:], strict=False):
        expected = values.step(following.name).input.reshape(60, -1)
        np.testing.assert_allclose(layer_values(network, stage, images), expected, atol=1e-4)
    np.testing.assert_allclose(layer_values(network, stages(network)[-1], images), values.logits, atol=1e-3)


def test_a_layer_of_many_values_has_fewer_points(mnist: Dataset):
    recipe = Recipe(conv_filters=(64,), hidden_units=(), train_size=1000, batch_size=100)
    values = layer_values(read_network(build_model(recipe)), "conv_1", mnist.test_images[:800])
    assert values.shape == (8_000_000 // 12_544, 12_544)


def test_pca_finds_the_directions_of_the_largest_variance():
    rng = np.random.default_rng(1)
    hidden = rng.normal(0, (9, 4), (300, 2))
    directions = np.linalg.qr(rng.normal(size=(20, 20)))[0][:2]
    points = pca((hidden @ directions + rng.normal(0, 0.01, (300, 20))).astype(np.float32))
    centered = hidden - hidden.mean(axis=0)
    correlation = np.abs(np.corrcoef(points.T, centered.T)[:2, 2:])
    assert correlation.max(axis=1).min() > 0.99
    np.testing.assert_allclose(np.sort(points.std(axis=0)), np.sort(centered.std(axis=0)), rtol=0.05)


def test_a_layer_of_one_unit_is_a_line():
    points = pca(np.arange(20, dtype=np.float32)[:, np.newaxis])
    assert points.shape == (20, 2)
    assert not points[:, 1].any()


def test_tsne_comes_along_in_parts_and_keeps_groups_together(groups):
    values, labels = groups
    seen = []
    points = tsne(values, lambda part, now: seen.append((part, now)))
    assert [part for part, _ in seen] == list(range(1, PARTS + 1))
    np.testing.assert_array_equal(seen[-1][1], points)
    assert same_label_share(points, labels) > 0.99


def test_the_share_of_neighbors_with_the_same_label_is_one_for_groups_and_a_tenth_for_chance(groups):
    values, labels = groups
    assert same_label_share(values, labels) == 1
    mixed = np.random.default_rng(2).permutation(labels)
    assert same_label_share(values, mixed) == pytest.approx(0.1, abs=0.06)


def test_the_digits_come_apart_from_layer_to_layer(mnist: Dataset, article: Network):
    chosen = sample_indices(mnist.test_labels, 600, SEED)
    images, labels = mnist.test_images[chosen], mnist.test_labels[chosen]
    pixels, digit = (
        same_label_share(pca(layer_values(article, stage, images)), labels) for stage in (PIXELS, "digit")
    )
    assert pixels + 0.1 < digit


@pytest.mark.parametrize("name", PRESETS)
def test_every_layer_of_a_bundled_network_has_its_map(mnist: Dataset, bundled_model, name: str):
    """If not: make `data/maps.npz` again by `python -m scripts.map_digits`."""
    network = read_network(bundled_model(name))
    labels = mnist.test_labels[sample_indices(mnist.test_labels, POINTS, SEED)]
    shares = [same_label_share(bundled_maps()[map_key(network, stage)], labels) for stage in stages(network)]
    assert min(shares) > 0.8, "t-SNE finds the ten digits, also among the pixels"
    assert FILE.stat().st_size < 300_000


def test_a_map_belongs_to_the_weights_up_to_its_layer(article: Network, bundled_model):
    other = read_network(bundled_model("article"))
    other.weighted[-1].bias[0] += 1
    assert map_key(other, "hidden_1") == map_key(article, "hidden_1")
    assert map_key(other, "digit") != map_key(article, "digit")


def test_a_damaged_file_is_one_sentence(tmp_path):
    (tmp_path / "maps.npz").write_bytes(b"PK damaged")
    with pytest.raises(DataError, match="damaged"):
        bundled_maps(tmp_path / "maps.npz")


def test_a_map_is_made_once_in_the_background(worker: TsneWorker, groups):
    values, labels = groups
    go = threading.Event()

    def wait() -> np.ndarray:
        assert go.wait(TIMEOUT)
        return values

    first, second = worker.ask("first", wait), worker.ask("second", lambda: values[:, :3])
    thread, again = worker._thread, worker.ask("second", lambda: pytest.fail("made twice"))
    unfinished = not worker.is_finished("first")
    go.set()
    assert thread
    assert (thread.name, thread.daemon) == ("digit-lab-tsne", True)
    assert unfinished
    assert (first.ahead, second.ahead, again.ahead) == (0, 1, 1)
    assert (first.parts, second.points, second.finished) == (0, None, False)
    state = finished(worker, "first")
    assert state.finished
    assert same_label_share(state.points, labels) > 0.99
    assert finished(worker, "second").finished
    assert worker._thread is None, "the thread ends when nothing is left to do"


def test_no_more_maps_wait_than_a_visitor_would(worker: TsneWorker, groups, monkeypatch):
    monkeypatch.setattr("core.inspection.tsne_worker.tsne", lambda values, on_part: None)
    go, begun = threading.Event(), threading.Event()

    def wait() -> np.ndarray:
        begun.set()
        assert go.wait(TIMEOUT)
        return groups[0]

    worker.ask("running", wait)
    assert begun.wait(TIMEOUT)
    for number in range(5):
        worker.ask(str(number), lambda: groups[0])
    with pytest.raises(MapRefused, match="Try again in a minute"):
        worker.ask("too many", lambda: groups[0])
    go.set()


def test_a_map_that_fails_is_one_sentence_and_can_be_tried_again(worker: TsneWorker, groups):
    def fail() -> np.ndarray:
        raise MemoryError

    worker.ask("map", fail)
    thread = worker._thread
    if thread:
        thread.join(TIMEOUT)
    for _ in range(2):  # Looking again makes nothing try again.
        with pytest.raises(MapRefused, match="could not be made"):
            worker.ask("map", fail)
    worker.forget_failure("map")
    worker.ask("map", lambda: groups[0])
    assert finished(worker, "map").finished


def test_only_so_many_maps_are_kept(worker: TsneWorker, groups, monkeypatch):
    monkeypatch.setattr("core.inspection.tsne_worker._KEPT", 2)
    monkeypatch.setattr(
        "core.inspection.tsne_worker.tsne", lambda values, on_part: on_part(PARTS, values[:, :2])
    )
    for number in range(4):
        worker.ask(str(number), lambda: groups[0])
        finished(worker, str(number))
    assert [worker.is_finished(str(number)) for number in range(4)] == [False, False, True, True]


def test_networks_that_differ_only_in_their_activation_have_maps_of_their_own():
    kernel, bias = np.ones((784, 4)), np.zeros(4)
    hidden = [Dense("hidden_1", activation, kernel, bias) for activation in ("relu", "sigmoid")]
    keys = {map_key(Network((layer,)), "hidden_1") for layer in hidden}
    assert len(keys) == 2
