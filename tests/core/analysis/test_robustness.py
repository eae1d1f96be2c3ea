import numpy as np
import pytest
from PIL import Image, ImageFilter

from core.analysis.interpretability import gradient_signs
from core.analysis.robustness import (
    CORRUPTIONS,
    EPSILONS,
    corruption_curve,
    perturb,
    perturbation_curve,
    random_signs,
)
from core.analysis.significance import wilson
from core.data import Dataset, sample_indices


@pytest.fixture(scope="module")
def some(mnist: Dataset):
    chosen = sample_indices(mnist.test_labels, 300, seed=1)
    return mnist.test_images[chosen], mnist.test_labels[chosen]


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_every_level_gives_images_and_the_harmless_one_changes_nothing(some, name: str):
    images, _ = some
    corruption = CORRUPTIONS[name]
    before = images.copy()
    harmless = 1 if name == "contrast" else 0
    assert harmless in corruption.levels
    assert list(corruption.levels) == sorted(set(corruption.levels))
    for level in corruption.levels:
        changed = corruption.apply(images, level)
        assert changed.shape == images.shape
        assert changed.dtype == np.uint8
        assert np.array_equal(changed, images) == (level == harmless)
    np.testing.assert_array_equal(images, before)


def test_rotation_is_that_of_pillow_and_clockwise(some):
    images, _ = some
    turned = CORRUPTIONS["rotation"].apply(images[:20], 30)
    for image, ours in zip(images[:20], turned, strict=True):
        theirs = np.asarray(Image.fromarray(image).rotate(-30, Image.Resampling.BILINEAR))
        assert abs(ours.astype(int) - theirs).mean() < 1
    dot = np.zeros((1, 28, 28), dtype=np.uint8)
    dot[0, 2:5, 12:16] = 255
    assert CORRUPTIONS["rotation"].apply(dot, 90)[0, 12:16, 23:26].min() > 200, "from the top to the right"


def test_shift_moves_columns_to_the_right(some):
    images, _ = some
    moved = CORRUPTIONS["shift"].apply(images, 6)
    np.testing.assert_array_equal(moved[:, :, 6:], images[:, :, :-6])
    assert not moved[:, :, :6].any()


def test_thickness_is_the_filter_of_pillow(some):
    images, _ = some
    thick, thin = (CORRUPTIONS["thickness"].apply(images[:20], level) for level in (1.5, -1.5))
    inner = slice(1, 27)
    for image, more, less in zip(images[:20], thick, thin, strict=True):
        picture = Image.fromarray(image)
        np.testing.assert_array_equal(
            more[inner, inner], np.asarray(picture.filter(ImageFilter.MaxFilter(3)))[inner, inner]
        )
        np.testing.assert_array_equal(
            less[inner, inner], np.asarray(picture.filter(ImageFilter.MinFilter(3)))[inner, inner]
        )


def test_noise_has_the_deviation_it_says():
    gray = np.full((50, 28, 28), 128, dtype=np.uint8)
    noisy = CORRUPTIONS["noise"].apply(gray, 32)
    assert noisy.std() == pytest.approx(32, rel=0.02)
    assert noisy.mean() == pytest.approx(128, abs=0.5)


def test_contrast_multiplies():
    assert CORRUPTIONS["contrast"].apply(np.full((1, 28, 28), 200, dtype=np.uint8), 0.4).max() == 80


def test_occlusion_covers_a_square_inside_the_field():
    full = np.full((2000, 28, 28), 255, dtype=np.uint8)
    covered = CORRUPTIONS["occlusion"].apply(full, 10) == 0
    assert (covered.sum(axis=(1, 2)) == 100).all()
    assert not covered[:, :4].any()
    assert not covered[:, 24:].any()
    assert covered[:, 4:24, 4:24].any(axis=0).all(), "any place of the field is covered in some image"


def test_a_curve_is_the_accuracy_of_the_network(some, bundled_model):
    images, labels = some
    model = bundled_model("softmax")
    points = corruption_curve(model, images, labels, CORRUPTIONS["rotation"])
    assert [point.level for point in points] == list(CORRUPTIONS["rotation"].levels)
    for point in points:
        turned = CORRUPTIONS["rotation"].apply(images, point.level)
        correct = int((model.predict(turned, verbose=0).argmax(axis=1) == labels).sum())
        interval = wilson(correct, len(labels))
        assert (point.accuracy, point.low, point.high) == (interval.proportion, interval.low, interval.high)


def test_gradient_of_a_network_without_hidden_layer_worked_by_hand(some, bundled_model):
    images, labels = some
    model = bundled_model("softmax")
    weights, bias = model.get_layer("digit").get_weights()
    flat = images.reshape(len(images), -1) / 255
    scores = flat @ weights + bias
    probabilities = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    # Of the cross-entropy of a softmax: (probability − truth) times the weights.
    gradient = (probabilities - np.eye(10)[labels]) @ weights.T
    # The rest, a few in a hundred thousand, is rounding: TensorFlow computes in float32.
    clear = np.abs(gradient) > 1e-3 * np.abs(gradient).max(axis=1, keepdims=True)
    signs = gradient_signs(model, images, labels).reshape(len(images), -1)
    assert clear.mean() > 0.9
    assert (signs[clear] == np.sign(gradient)[clear]).mean() > 0.9999


def test_gradient_of_a_deep_network_by_small_steps(some, bundled_model):
    images, labels = images_and_labels = (some[0][:3], some[1][:3])
    model = bundled_model("article")
    signs = gradient_signs(model, *images_and_labels)

    def error(pixels: np.ndarray) -> np.ndarray:
        answers = np.asarray(model(pixels, training=False), dtype=np.float64)
        return -np.log(answers[range(3), labels])

    agree = []
    for row, column in [(8, 12), (14, 14), (20, 10), (14, 18)]:
        step = np.zeros((1, 28, 28), dtype=np.float32)
        step[0, row, column] = 8
        pixels = images.astype(np.float32)
        slope = error(pixels + step) - error(pixels - step)
        agree.append(np.sign(slope) == signs[:, row, column])
    assert np.mean(agree) > 0.9


def test_a_confident_prediction_has_a_gradient_too(some, bundled_model):
    images, labels = some
    model = bundled_model("convolutional")
    assert np.asarray(model(images)).max() == 1.0, "more confident than float32 can tell from 1"
    assert (gradient_signs(model, images, labels) != 0).any(axis=(1, 2)).all()


def test_adversarial_changes_hurt_more_than_random_ones(some, bundled_model):
    images, labels = some
    model = bundled_model("article")
    adversarial = perturbation_curve(model, images, labels, gradient_signs(model, images, labels))
    random = perturbation_curve(model, images, labels, random_signs(images))
    assert adversarial[0].accuracy == random[0].accuracy
    index = EPSILONS.index(24)
    assert adversarial[index].accuracy < 0.3
    assert random[index].accuracy > 0.8


def test_a_pixel_changes_by_epsilon(some):
    images, _ = some
    signs = random_signs(images)
    assert set(np.unique(signs)) == {-1, 1}
    change = perturb(images, signs, 16).astype(int) - images
    assert abs(change).max() == 16
    middle = (images >= 16) & (images <= 239)
    np.testing.assert_array_equal(change[middle], 16 * signs[middle])
