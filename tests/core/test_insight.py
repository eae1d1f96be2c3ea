import numpy as np
import pytest

from core import figures
from core.insight import evidence


def test_evidence_in_a_network_without_hidden_layer_is_weight_times_ink(mnist, bundled_model):
    image = mnist.test_images[8]
    weights, _ = bundled_model("softmax").get_layer("digit").get_weights()
    spoken = evidence(bundled_model("softmax"), image, 5, 6)
    by_hand = (weights[:, 5] - weights[:, 6]).reshape(28, 28) * image / 255
    np.testing.assert_allclose(spoken, by_hand, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["article", "relu", "convolutional"])
def test_evidence_sums_to_what_the_image_changes(mnist, bundled_model, name: str):
    model = bundled_model(name)
    for index in (8, 18, 61):
        image = mnist.test_images[index]
        seen, empty = np.log(np.asarray(model(np.stack([image, np.zeros_like(image)]))))
        answer, rival = np.argsort(seen)[::-1][:2]
        changed = (seen[answer] - seen[rival]) - (empty[answer] - empty[rival])
        spoken = evidence(model, image, int(answer), int(rival))
        assert spoken.sum() == pytest.approx(changed, rel=0.1, abs=0.3)
        assert not spoken[image == 0].any()


def test_evidence_turns_round_with_the_two_digits(mnist, bundled_model):
    image = mnist.test_images[8]
    there, back = (evidence(bundled_model("relu"), image, *pair) for pair in ((5, 6), (6, 5)))
    np.testing.assert_allclose(there, -back, atol=1e-4)


def test_the_picture_of_evidence_is_blue_for_and_orange_against():
    spoken = np.zeros((28, 28), dtype=np.float32)
    spoken[0, 0], spoken[1, 1] = 2, -2
    image = np.full((28, 28), 100, dtype=np.uint8)
    picture = figures.evidence(image, spoken)
    assert picture[0, 0, 2] > picture[0, 0, 0]
    assert picture[1, 1, 0] > picture[1, 1, 2]
    assert picture[5, 5].tolist() == [30, 30, 30]
