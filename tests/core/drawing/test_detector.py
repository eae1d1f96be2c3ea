import numpy as np
import pytest

from core.analysis.rejection import load_negatives, rejection_rates
from core.data import Dataset
from core.drawing.detector import DEFAULT_REFUSED, MAX_REFUSED, load_judge
from core.drawing.strokes import as_strokes, strokes_to_mnist
from scripts.doodles import KINDS, drawings
from scripts.train_detector import changed, in_rows


@pytest.fixture(scope="module")
def judge():
    return load_judge()


@pytest.fixture(scope="module")
def others():
    return load_negatives()


def test_a_threshold_refuses_its_share_of_the_test_digits(judge, mnist: Dataset):
    images = mnist.test_images[::4]
    assert not judge.refuses(images, 0).any()
    assert judge.refuses(images).mean() == pytest.approx(DEFAULT_REFUSED, abs=0.01)
    assert judge.refuses(images, MAX_REFUSED).mean() == pytest.approx(MAX_REFUSED, abs=0.02)


@pytest.mark.parametrize(("kind", "floor"), [("letter", 0.95), ("symbol", 0.82), ("scribble", 0.93)])
def test_what_is_no_digit_is_mostly_refused(judge, others, kind, floor):
    assert judge.refuses(others.images[others.kinds == kind]).mean() >= floor


@pytest.mark.parametrize(
    "name", ["wandering line 2", "filled in", "star", "house", "smiling face", "sad face"]
)
def test_scribbles_symbols_and_faces_are_refused(judge, others, name):
    assert judge.refuses(others.images[others.names == name]).all()


def test_pairs_and_pieces_are_told_from_digits(judge, mnist: Dataset):
    images, one = in_rows(mnist.test_images, 900, np.random.default_rng(1))
    assert judge.refuses(images[one]).mean() < 0.1
    taken = judge.probability(images) > 0.5
    assert taken[one].mean() > 0.9
    assert taken[~one].mean() < 0.1


def test_digits_that_were_changed_into_none_are_mostly_refused(judge, mnist: Dataset):
    images = changed(mnist.test_images, mnist.test_labels, 400, np.random.default_rng(1))
    assert judge.refuses(images).mean() > 0.8


def test_each_kind_of_nonsense_is_mostly_refused(judge):
    images, kinds = drawings(20, np.random.default_rng(1))
    for kind in KINDS:
        assert judge.refuses(images[kinds == kind]).mean() >= 0.7, kind


def test_who_refuses_more_digits_refuses_more_of_the_rest(judge, others):
    curve = rejection_rates(judge, others.images)
    shares = [point.negatives for point in curve]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert curve[-1].digits == MAX_REFUSED


def test_a_blank_picture_is_no_error(judge):
    assert np.isfinite(judge.score(np.zeros((1, 28, 28), dtype=np.uint8))).all()
    assert judge.refuses(np.zeros((0, 28, 28), dtype=np.uint8)).shape == (0,)


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
def test_a_digit_of_straight_lines_is_one(judge, strokes):
    """As drawn with a mouse; the first version refused a plain upright 1."""
    image = strokes_to_mnist(as_strokes(strokes))
    assert image is not None
    assert not judge.refuses(image[np.newaxis])[0]
