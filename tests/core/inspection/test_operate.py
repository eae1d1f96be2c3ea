"""Operating on a network: what is taken away, and what it still reads."""

import numpy as np
import pytest

from core.data import Dataset
from core.inspection.forward import forward
from core.inspection.network import Conv2D, Network, read_network
from core.inspection.operate import operate, read, rounded, sample_size, weights_left, write_weights
from core.inspection.operation import Operation, OperationError
from core.inspection.unit import outgoing
from core.model import build_model, from_bytes, to_bytes
from core.presets import PRESETS
from core.recipe import Recipe

ALL = Operation((("conv_1", 2), ("hidden_1", 5)), drop=0.25, prune=0.5, bits=4, noise=0.3, seed=1)


@pytest.fixture(scope="module")
def article(bundled_model) -> Network:
    return read_network(bundled_model("article"))


@pytest.fixture(scope="module")
def convolutional(bundled_model) -> Network:
    return read_network(bundled_model("convolutional"))


def test_pruning_takes_the_smallest_weights_and_no_others(article: Network):
    kernel = operate(article, Operation(prune=0.75)).weighted[0].kernel
    before = article.weighted[0].kernel
    assert (kernel == 0).mean() == 0.75
    assert np.abs(before[kernel == 0]).max() <= np.abs(kernel[kernel != 0]).min()
    np.testing.assert_array_equal(kernel[kernel != 0], before[kernel != 0])
    assert weights_left(operate(article, Operation(prune=1.0)))[0] == 0


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_rounding_leaves_so_many_values_each_as_close_as_can_be(article: Network, bits: int):
    before = article.weighted[0].kernel
    kernel = rounded(before, bits)
    assert len(np.unique(kernel)) <= 2**bits - 1
    step = np.abs(before).max() / (2 ** (bits - 1) - 1)
    assert np.abs(kernel - before).max() <= step / 2 * 1.001
    assert np.abs(kernel).max() == pytest.approx(np.abs(before).max())


def test_noise_is_as_large_as_said_and_the_same_for_the_same_seed(article: Network):
    before = article.weighted[0].kernel
    first, again, other = (
        operate(article, Operation(noise=0.5, seed=seed)).weighted[0].kernel for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert (first - before).std() == pytest.approx(0.5 * before.std(), rel=0.02)


@pytest.mark.parametrize("name", ["hidden_1", "conv_1", "conv_2"])
def test_a_unit_that_is_off_adds_nothing_to_the_next_layer(
    article: Network, convolutional: Network, mnist: Dataset, name: str
):
    network = convolutional if name.startswith("conv") else article
    before = forward(network, mnist.test_images[:1])
    gone = outgoing(before, name, 3)
    assert gone
    after = forward(operate(network, Operation(off=((name, 3),))), mnist.test_images[:1])
    z_before, z_after = (
        values.step(gone.layer).z[0].reshape(-1, len(gone.weights)).mean(axis=0) for values in (before, after)
    )
    np.testing.assert_allclose(z_after, z_before - gone.contributions, atol=1e-5)
    assert np.abs(gone.contributions).max() > 0.01


def test_a_larger_share_switches_off_more_units_and_keeps_off_the_others(article: Network):
    off = [
        set(np.flatnonzero((operate(article, Operation(drop=share)).layers[-1].kernel == 0).all(axis=1)))
        for share in (0.1, 0.5, 1.0)
    ]
    assert [len(units) for units in off] == [30, 150, 300]
    assert off[0] < off[1] < off[2]


def test_every_step_still_holds_after_the_later_ones(convolutional: Network):
    network = operate(convolutional, ALL)
    for layer in network.weighted:
        assert (layer.kernel == 0).mean() >= 0.5
        assert len(np.unique(layer.kernel)) <= 15
    following = network.weighted[1]
    assert isinstance(following, Conv2D)
    assert not following.kernel[:, :, 2].any()
    assert not network.weighted[-1].kernel[5].any()


def test_nothing_done_is_the_network_itself_on_all_test_images(
    article: Network, mnist: Dataset, bundled_evaluation
):
    same = operate(article, Operation())
    assert sample_size(same, 10_000) == 10_000
    reading = read(same, mnist.test_images, mnist.test_labels)
    evaluation = bundled_evaluation("article")
    assert reading.accuracy == pytest.approx(evaluation.accuracy, abs=2e-4)
    recalls = [score.recall for score in evaluation.digit_scores]
    np.testing.assert_allclose(reading.of_digits, recalls, atol=2e-3)
    assert reading.mostly_taken_for(4) == 9


def test_half_of_the_weights_of_the_article_network_can_go(article: Network, mnist: Dataset):
    images, labels = mnist.test_images[:2000], mnist.test_labels[:2000]
    accuracy = {share: read(operate(article, Operation(prune=share)), images, labels).accuracy
                for share in (0.0, 0.5, 0.97)}  # fmt: skip
    assert accuracy[0.5] > accuracy[0.0] - 0.02
    assert accuracy[0.97] < 0.5


def test_keras_gives_the_same_answers_with_the_new_weights(convolutional: Network, mnist: Dataset):
    model = build_model(PRESETS["convolutional"])
    network = operate(convolutional, ALL)
    write_weights(network, model)
    saved = from_bytes(to_bytes(model))
    images = mnist.test_images[:4]
    np.testing.assert_allclose(forward(network, images).probabilities, np.asarray(saved(images)), atol=1e-5)


def test_a_network_for_which_all_images_take_too_long_reads_a_sample(convolutional: Network):
    assert 250 <= sample_size(convolutional, 10_000) < 10_000
    assert sample_size(convolutional, 100) == 100
    large = read_network(build_model(Recipe(conv_filters=(64, 64, 64), train_size=1000, batch_size=100)))
    assert sample_size(large, 10_000) == 250


def test_an_operation_says_what_it_does_and_comes_back_from_json():
    assert Operation.from_json(ALL.to_json()) == ALL
    assert str(Operation()) == ""
    assert str(ALL) == (
        "switched off: conv_1 2, hidden_1 5 · 25% of the units switched off (seed 1) · "
        "50% of the weights pruned · weights rounded to 4 bits · noise of 30% added (seed 1)"
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prune": 1.1}, "0 to 100%"),
        ({"drop": -0.1}, "0 to 100%"),
        ({"prune": float("nan")}, "0 to 100%"),
        ({"bits": 1}, "from 2 to 32 bits"),
        ({"noise": float("inf")}, "a number from 0 up"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(values: dict, sentence: str):
    with pytest.raises(OperationError, match=sentence):
        Operation(**values)


@pytest.mark.parametrize("unit", [("digit", 3), ("hidden_1", 300), ("hidden_9", 0)])
def test_a_unit_that_is_not_there_cannot_be_switched_off(article: Network, unit: tuple[str, int]):
    with pytest.raises(OperationError, match="no hidden unit"):
        operate(article, Operation(off=(unit,)))
