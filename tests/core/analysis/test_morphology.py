import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.analysis.morphology import by_quintile, deviation_from_class_mean, measure
from core.data import Dataset

SCALE = 8


def line(width: float, lean: float) -> np.ndarray:
    """A stroke of 18 rows whose top is to the right by ``lean`` pixels, with soft edges."""
    big = Image.new("L", (28 * SCALE, 28 * SCALE))
    top, bottom = (14 + lean / 2, 5), (14 - lean / 2, 23)
    # A polygon has its width across; the stroke's own width is narrower by the cosine.
    across = width / 2 * np.hypot(lean, 18) / 18
    corners = [(top[0] - across, 5), (top[0] + across, 5), (bottom[0] + across, 23), (bottom[0] - across, 23)]
    ImageDraw.Draw(big).polygon([(x * SCALE, y * SCALE) for x, y in corners], fill=255)
    return np.asarray(big.resize((28, 28), Image.Resampling.BOX))


@pytest.mark.parametrize("width", [2, 3, 4])
@pytest.mark.parametrize("lean", [-8, 0, 8])
def test_thickness_and_slant_of_a_drawn_stroke(width: int, lean: int):
    measured = measure(line(width, lean)[np.newaxis])
    # Its two ends belong to the outline too.
    expected = 2 * width * 18 / (2 * 18 + 2 * width)
    assert measured.thickness[0] == pytest.approx(expected, rel=0.12)
    assert measured.slant[0] == pytest.approx(np.degrees(np.arctan2(lean, 18)), abs=1.0)


def test_size_is_the_box_around_the_ink():
    image = np.zeros((1, 28, 28), dtype=np.uint8)
    image[0, 4:24, 10:15] = 255
    assert measure(image).size[0] == 100


def test_a_blank_image_has_no_measures():
    measured = measure(np.zeros((2, 28, 28), dtype=np.uint8))
    assert (measured.thickness == 0).all()
    assert (measured.slant == 0).all()
    assert (measured.size == 0).all()


def test_real_digits(mnist: Dataset):
    measured = measure(mnist.test_images)
    assert measured.thickness.shape == measured.slant.shape == measured.size.shape == (10_000,)
    ones = mnist.test_labels == 1
    assert measured.size[ones].mean() < 0.6 * measured.size[~ones].mean(), "a one is slim"
    images = mnist.test_images[:200]
    thick = measure(np.maximum(images, np.roll(images, 1, axis=2)))
    assert (thick.thickness > measured.thickness[:200]).mean() > 0.95
    mirrored = measure(mnist.test_images[:200, :, ::-1])
    np.testing.assert_allclose(mirrored.slant, -measured.slant[:200], atol=1e-3)


def test_a_block_boundary_changes_nothing(mnist: Dataset):
    together, alone = measure(mnist.test_images[:1500]), measure(mnist.test_images[1400:1401])
    assert together.thickness[1400] == pytest.approx(alone.thickness[0])
    assert together.slant[1400] == pytest.approx(alone.slant[0])


def test_quintiles_worked_by_hand():
    values = np.array([5.0, 1, 4, 2, 3, 10, 9, 8, 7, 6])
    wrong = np.array([False, True, False, False, True, True, True, False, False, False])
    quintiles = by_quintile(values, np.zeros(10, dtype=np.uint8), wrong)
    assert [(one.mean, one.images, one.errors) for one in quintiles] == [
        (1.5, 2, 1),
        (3.5, 2, 1),
        (5.5, 2, 0),
        (7.5, 2, 0),
        (9.5, 2, 2),
    ]


def test_a_measure_that_only_tells_the_digit_explains_no_error():
    """Ones are small and easy: split together, small writing would seem to be easy."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(10, dtype=np.uint8), 500)
    wrong = rng.random(5000) < labels / 20
    quintiles = by_quintile(labels + rng.random(5000) / 1000, labels, wrong)
    shares = [quintile.errors / quintile.images for quintile in quintiles]
    assert max(shares) - min(shares) < 0.05
    together = np.array_split(labels.argsort(kind="stable"), 5)
    assert wrong[together[4]].mean() - wrong[together[0]].mean() > 0.3
    assert deviation_from_class_mean(labels.astype(float), labels).max() == 0
