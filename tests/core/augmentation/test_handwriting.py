import functools
import math

import numpy as np
import pytest

from core.analysis.morphology import measure
from core.augmentation import allographs, handwriting
from core.augmentation.distance_fields import signed_distance_fields
from core.augmentation.handwriting import augment
from core.data import Dataset, load_mnist
from core.evaluation import predict
from core.ink import CENTER, ink_box
from core.store.runs import RunStore

RULES = {"SLASHED": 0, "FLAGGED": 1, "CROSSED": 7, "SERIF": 7, "HOOKED": 9}
STRENGTHS = ("ROTATION", "SLANT", "LEFT", "STRETCH", "ELASTIC")


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing changes but what a test asks for; the pen width is that of most of MNIST."""
    silence(monkeypatch)
    return monkeypatch


def silence(patch: pytest.MonkeyPatch) -> None:
    for name in (*RULES, "BASED"):
        patch.setattr(allographs, name, 0.0)
    for name in ("DRAWN", "GAPPED", *STRENGTHS):
        patch.setattr(handwriting, name, 0.0)
    patch.setattr(handwriting, "MIN_STROKE_WIDTH", 2.4)
    patch.setattr(handwriting, "MAX_STROKE_WIDTH", 2.4)


@pytest.fixture(scope="module")
def plain(mnist: Dataset) -> np.ndarray:
    """The images when nothing changes."""
    with pytest.MonkeyPatch.context() as patch:
        silence(patch)
        return augmented(mnist)


@functools.cache
def fields() -> np.ndarray:
    return np.asarray(signed_distance_fields(load_mnist().train_images[:500]))


def augmented(mnist: Dataset, digit: int | None = None, seed: int = 1) -> np.ndarray:
    labels = mnist.train_labels[:500]
    chosen = np.full(500, True) if digit is None else labels == digit
    return np.asarray(augment(fields()[chosen], labels[chosen], (seed, 0)))


def test_distances_to_the_edge_of_a_stroke():
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, :, 10:14] = 255
    image[0, :, 14] = 128  # half covered: the edge is in its middle
    row = signed_distance_fields(image)[0, 14] / 32
    assert row[8:15] == pytest.approx([-1.5, -0.5, 0.5, 1.5, 2.0, 1.0, 0.0], abs=0.05)
    assert row[0] == -3, "as far as it reaches"


def test_a_blank_image_stays_blank():
    blank = np.zeros((2, 28, 28), np.uint8)
    assert not np.asarray(augment(signed_distance_fields(blank), np.array([3, 5]), (0, 0))).any()


def test_without_any_rule_a_digit_is_only_drawn_again(quiet, mnist: Dataset):
    before, after = mnist.train_images[:500].astype(float), augmented(mnist).astype(float)
    alike = [np.corrcoef(one.ravel(), other.ravel())[0, 1] for one, other in zip(before, after, strict=True)]
    assert np.median(alike) > 0.85
    assert measure(after.astype(np.uint8)).thickness.mean() == pytest.approx(2.4, abs=0.3)


@pytest.mark.parametrize(("pen", "thickness"), [(1.6, 1.7), (3.0, 3.0), (4.0, 3.8)])
def test_the_pen_has_the_width_asked_for(pen: float, thickness: float, quiet, mnist: Dataset):
    quiet.setattr(handwriting, "MIN_STROKE_WIDTH", pen)
    quiet.setattr(handwriting, "MAX_STROKE_WIDTH", pen)
    assert measure(augmented(mnist)).thickness.mean() == pytest.approx(thickness, abs=0.25)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_for_its_own_digit(rule: str, plain: np.ndarray, quiet, mnist: Dataset):
    quiet.setattr(allographs, rule, 1.0)
    changed = (augmented(mnist) != plain).any(axis=(1, 2))
    assert changed.tolist() == (mnist.train_labels[:500] == RULES[rule]).tolist()


def test_a_slashed_zero_has_ink_across_its_middle(quiet, mnist: Dataset):
    def inked(images: np.ndarray) -> float:
        """Share of the zeros with ink in the middle of their box."""
        boxes = [ink_box(image) for image in images]
        middles = [((box.top + box.bottom) // 2, (box.left + box.right) // 2) for box in boxes if box]
        return np.mean(
            [
                image[y - 1 : y + 2, x - 1 : x + 2].max() > 200
                for image, (y, x) in zip(images, middles, strict=True)
            ]
        )

    assert inked(augmented(mnist, 0)) < 0.25
    quiet.setattr(allographs, "SLASHED", 1.0)
    assert inked(augmented(mnist, 0)) > 0.85


def test_a_flag_is_at_the_upper_left_and_a_base_below(quiet, mnist: Dataset):
    plain = augmented(mnist, 1).astype(float)
    quiet.setattr(allographs, "FLAGGED", 1.0)
    flagged = augmented(mnist, 1).astype(float)
    quiet.setattr(allographs, "BASED", 1.0)
    based = augmented(mnist, 1).astype(float)
    columns = np.arange(28)

    def upper_middle(images: np.ndarray) -> float:
        upper = images[:, 4:14].sum(axis=1)
        lower = images[:, 14:24].sum(axis=1)
        return float(np.median(upper @ columns / upper.sum(axis=1) - lower @ columns / lower.sum(axis=1)))

    assert upper_middle(flagged) < upper_middle(plain) - 0.8
    foot = [(images[:, 21:24].max(axis=1) > 127).sum(axis=1).mean() for images in (flagged, based)]
    assert foot[1] > 2 * foot[0]


def test_a_bar_crosses_the_stem_of_a_seven(quiet, mnist: Dataset):
    def crossing(images: np.ndarray) -> float:
        """The widest row of the middle third, in pixels, on average."""
        return (images[:, 11:18] > 127).sum(axis=2).max(axis=1).mean()

    plain = crossing(augmented(mnist, 7))
    quiet.setattr(allographs, "CROSSED", 1.0)
    assert crossing(augmented(mnist, 7)) > plain + 3


def test_a_hook_is_at_the_lower_left_of_a_nine(quiet, mnist: Dataset):
    plain = augmented(mnist, 9)
    quiet.setattr(allographs, "HOOKED", 1.0)
    assert augmented(mnist, 9)[:, 17:, :12].mean() > 1.5 * plain[:, 17:, :12].mean()


def test_a_gap_takes_away_a_little_ink_and_adds_none(plain: np.ndarray, quiet, mnist: Dataset):
    plain = plain.astype(float)
    quiet.setattr(handwriting, "GAPPED", 1.0)
    gapped = augmented(mnist).astype(float)
    lost = 1 - gapped.sum(axis=(1, 2)) / plain.sum(axis=(1, 2))
    assert 0.02 < np.median(lost) < 0.2
    assert (gapped != plain).any(axis=(1, 2)).mean() > 0.99


@pytest.mark.parametrize("strength", STRENGTHS)
def test_each_deformation_changes_every_digit(strength: str, plain: np.ndarray, quiet, mnist: Dataset):
    strengths = {"ROTATION": 0.2, "SLANT": 0.35, "LEFT": 0.2, "STRETCH": 0.25, "ELASTIC": 1.6}
    quiet.setattr(handwriting, strength, strengths[strength])
    difference = np.abs(augmented(mnist) - plain.astype(float)).mean(axis=(1, 2))
    assert (difference > 0).all()
    assert 3 < difference.mean() < 30


def test_slants_reach_further_to_the_left(plain: np.ndarray, quiet, mnist: Dataset):
    quiet.setattr(handwriting, "LEFT", 0.2)
    assert np.median(measure(augmented(mnist)).slant - measure(plain).slant) == pytest.approx(-11, abs=3)


def test_a_drawn_digit_takes_the_place_of_one_of_its_own_label(quiet, mnist: Dataset):
    quiet.setattr(handwriting, "DRAWN", 1.0)
    labels = mnist.train_labels[:500]
    predicted = predict(RunStore().load_model("relu"), augmented(mnist)).argmax(axis=1)
    assert (predicted == labels).mean() > 0.85
    # Whatever was there before is gone.
    blank = np.zeros((500, 28, 28), np.uint8)
    instead = np.asarray(augment(signed_distance_fields(blank), labels, (1, 0)))
    np.testing.assert_array_equal(instead, augmented(mnist))


def test_about_the_given_share_is_drawn(plain: np.ndarray, quiet, mnist: Dataset):
    quiet.setattr(handwriting, "DRAWN", 0.15)
    share = (augmented(mnist) != plain).any(axis=(1, 2)).mean()
    assert share == pytest.approx(0.15, abs=4 * math.sqrt(0.15 * 0.85 / 500))


def test_nothing_takes_the_place_of_a_picture_without_a_label(plain: np.ndarray, quiet):
    quiet.setattr(handwriting, "DRAWN", 1.0)
    np.testing.assert_array_equal(augment(fields(), np.full(500, -1), (1, 0)), plain)


def test_augmented_digits_have_the_form_of_mnist(mnist: Dataset):
    images = augmented(mnist)
    sizes = np.array([box.size for box in map(ink_box, images) if box])
    assert len(sizes) == 500
    assert 19 <= np.median(sizes) <= 21
    assert ((sizes >= 17) & (sizes <= 24)).mean() > 0.98
    places = np.arange(28) + 0.5
    for axis in (1, 2):
        profile = images.sum(axis=axis)
        middles = profile @ places / profile.sum(axis=1)
        assert np.abs(middles - CENTER).mean() < 0.4
    assert (images[:, 0] == 0).mean() > 0.99
    grays = ((images > 40) & (images < 215)).sum() / (images > 40).sum()
    assert grays < 0.55, "gray only at edges"


def test_the_same_seed_gives_the_same_pictures(mnist: Dataset):
    np.testing.assert_array_equal(augmented(mnist), augmented(mnist))
    assert (augmented(mnist) != augmented(mnist, seed=2)).any(axis=(1, 2)).all()


def test_about_the_given_share_is_flagged(quiet, mnist: Dataset):
    plain = augmented(mnist, 1)
    quiet.setattr(allographs, "FLAGGED", 0.4)
    share = (augmented(mnist, 1) != plain).any(axis=(1, 2)).mean()
    assert share == pytest.approx(0.4, abs=4 * math.sqrt(0.24 / len(plain)))
