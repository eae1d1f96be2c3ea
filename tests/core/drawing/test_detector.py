import numpy as np
import pytest

from core.analysis.rejection import load_negatives, rejection_rates
from core.augmentation.drawn_digits import load_drawn_digits
from core.data import Dataset
from core.drawing.detector import (
    DEFAULT_FALSE_REJECTION_RATE,
    MAX_FALSE_REJECTION_RATE,
    Likeness,
    load_detector,
)
from core.drawing.strokes import as_strokes, strokes_to_mnist
from scripts.altered_digits import altered_digits
from scripts.characters import CHARACTERS, DIGITS, draw_character
from scripts.doodles import KINDS, synthetic_negatives
from scripts.number_crops import NO_DIGIT, number_crops
from scripts.train_detector import NEGATIVES, SCRIBBLES


@pytest.fixture(scope="module")
def detector():
    return load_detector()


@pytest.fixture(scope="module")
def negatives():
    return load_negatives()


def test_the_false_rejection_rate_is_kept_on_the_test_digits(detector, mnist: Dataset):
    images = mnist.test_images[::4]
    assert not detector.rejects(images, 0).any()
    assert detector.rejects(images).mean() == pytest.approx(DEFAULT_FALSE_REJECTION_RATE, abs=0.005)
    assert detector.rejects(images, MAX_FALSE_REJECTION_RATE).mean() == pytest.approx(
        MAX_FALSE_REJECTION_RATE, abs=0.02
    )


@pytest.mark.parametrize(("kind", "floor"), [("letter", 0.95), ("symbol", 0.82), ("scribble", 0.93)])
def test_most_negatives_are_rejected(detector, negatives, kind, floor):
    assert detector.rejects(negatives.images[negatives.kinds == kind]).mean() >= floor


@pytest.mark.parametrize(
    "name", ["wandering line 2", "filled in", "star", "house", "smiling face", "sad face"]
)
def test_scribbles_symbols_and_faces_are_rejected(detector, negatives, name):
    assert detector.rejects(negatives.images[negatives.names == name]).all()


def test_pairs_and_pieces_are_told_from_digits(detector, mnist: Dataset):
    images, labels = number_crops(mnist.test_images, mnist.test_labels, 900, np.random.default_rng(1))
    is_digit = labels != NO_DIGIT
    assert detector.rejects(images[is_digit]).mean() < 0.1
    predicted = detector.score(images) > 0
    assert predicted[is_digit].mean() > 0.9
    assert predicted[~is_digit].mean() < 0.1


def test_most_altered_digits_are_rejected(detector, mnist: Dataset):
    images = altered_digits(mnist.test_images, mnist.test_labels, 400, np.random.default_rng(1))
    assert detector.rejects(images).mean() > 0.8


def test_most_synthetic_negatives_of_each_kind_are_rejected(detector):
    images, kinds = synthetic_negatives(20, np.random.default_rng(1))
    for kind in KINDS:
        assert detector.rejects(images[kinds == kind]).mean() >= 0.7, kind


def test_most_drawn_characters_are_rejected_and_drawn_digits_are_not(detector):
    rng = np.random.default_rng(1)
    for forms, low, high in ((CHARACTERS, 0.85, 1.0), (DIGITS, 0.0, 0.1)):
        drawn = np.stack(
            [draw_character(forms[name], rng) for name in forms for _ in range(300 // len(forms))]
        )
        assert low <= detector.rejects(drawn).mean() <= high


def test_a_higher_false_rejection_rate_rejects_more_negatives(detector, negatives):
    curve = rejection_rates(detector, negatives.images)
    shares = [point.negatives for point in curve]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert curve[-1].digits == MAX_FALSE_REJECTION_RATE


def test_a_blank_picture_is_no_error(detector):
    assert np.isfinite(detector.score(np.zeros((1, 28, 28), dtype=np.uint8))).all()
    assert detector.rejects(np.zeros((0, 28, 28), dtype=np.uint8)).shape == (0,)


@pytest.mark.parametrize(
    "strokes",
    [
        [[(0, 0), (0, 100)]],
        [[(30, 0), (0, 100)]],
        [[(-10, 10), (0, 0), (0, 100)]],
        [[(-30, 30), (0, 0), (0, 100)], [(-30, 100), (30, 100)]],
        [[(0, 0), (60, 0), (0, 100), (60, 100)]],
        [[(0, 0), (0, 55), (60, 55)], [(50, 0), (50, 100)]],
        [[(0, 0), (60, 0), (20, 100)]],
        [[(0, 0), (60, 0), (20, 100)], [(10, 50), (60, 50)]],
    ],
    ids=["1", "slanted 1", "1 with serif", "1 with flag and foot", "2", "4", "7", "crossed 7"],
)
def test_a_digit_of_straight_lines_is_one(detector, strokes):
    """As drawn with a mouse; the first version rejected a plain upright 1."""
    image = strokes_to_mnist(as_strokes(strokes))
    assert image is not None
    assert detector.is_digit(image)
    assert not detector.rejects(image[np.newaxis])[0]


def test_what_is_told_of_a_negative_is_rarely_wrong(detector, negatives, mnist: Dataset):
    """To somebody who drew a face, "more like a scribble" is the wrong reason."""
    rng = np.random.default_rng(1)
    crops, labels = number_crops(mnist.test_images, mnist.test_labels, 200, rng)
    altered = altered_digits(mnist.test_images, mnist.test_labels, 200, rng)
    for images, right, least in (
        (negatives.images[negatives.kinds == "letter"], Likeness.SYMBOL, 0.7),
        (negatives.images[negatives.kinds == "symbol"], Likeness.SYMBOL, 0.5),
        (negatives.images[negatives.kinds == "scribble"], Likeness.SCRIBBLE, 0.2),
        (crops[labels == NO_DIGIT], Likeness.PART, 0.6),
        (altered, Likeness.CHANGED_DIGIT, 0.3),
    ):
        told = [detector.likeness(image) for image in images[detector.rejects(images)]]
        assert told.count(right) >= least * len(told)
        assert told.count(right) + told.count(None) >= 0.9 * len(told)


def test_each_negative_has_a_name_of_its_own_and_scribbles_are_doodles():
    assert len(set(NEGATIVES)) == len(NEGATIVES)
    assert set(SCRIBBLES) <= set(KINDS)


def test_the_drawn_digits_are_those_of_their_forms():
    rng = np.random.default_rng(0)
    first = [draw_character(DIGITS["0"], rng) for _ in range(5)]
    np.testing.assert_array_equal(first, load_drawn_digits()[0, :5])
