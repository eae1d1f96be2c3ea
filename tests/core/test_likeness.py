import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.data import load_mnist
from core.likeness import DEFAULT_REFUSED, MAX_REFUSED, load_likeness, slopes
from core.not_digits import load_not_digits, refusals


@pytest.fixture(scope="module")
def likeness():
    return load_likeness()


@pytest.fixture(scope="module")
def others():
    return load_not_digits()


def test_the_nearest_digits_are_those_of_scikit_learn(likeness):
    images = load_mnist().test_images[:50]
    search = NearestNeighbors(n_neighbors=5, algorithm="brute").fit(likeness.digits)
    distances, indices = search.kneighbors((slopes(images) - likeness.mean) @ likeness.axes)
    found, away = likeness.nearest(images)
    np.testing.assert_allclose(away, distances, atol=1e-3)
    assert (found == indices).mean() > 0.98


def test_a_training_digit_is_nearest_to_itself(likeness):
    indices, distances = likeness.nearest(load_mnist().train_images[[0, 777, 59_999]], 3)
    assert indices[:, 0].tolist() == [0, 777, 59_999]
    assert (distances[:, 0] < 0.05).all()


def test_most_nearest_digits_have_the_label_of_the_test_image(likeness):
    mnist = load_mnist()
    indices, _ = likeness.nearest(mnist.test_images[:300])
    assert (mnist.train_labels[indices[:, 0]] == mnist.test_labels[:300]).mean() > 0.95


def test_the_bundled_strangeness_is_that_of_the_test_images(likeness):
    some = likeness.strangeness(load_mnist().test_images[:500])
    assert np.median(some) == pytest.approx(np.median(likeness.test_strangeness), rel=0.1)
    assert (likeness.as_strange(some) < 0.05).mean() == pytest.approx(0.05, abs=0.03)


@pytest.mark.parametrize("name", ["wandering line 2", "filled in", "star", "house"])
def test_scribbles_and_symbols_are_refused(likeness, others, name):
    for image in others.images[others.names == name]:
        assert likeness.look(image).is_refused()


def test_a_face_is_refused_by_who_refuses_more(likeness, others):
    for image in others.images[others.names == "smiling face"]:
        assert likeness.look(image).is_refused(0.10)


def test_typical_digits_are_not_refused(likeness):
    refused = [likeness.look(image).is_refused() for image in load_mnist().test_images[:30]]
    assert sum(refused) <= 2


def test_a_blank_picture_is_no_error(likeness):
    look = likeness.look(np.zeros((28, 28), dtype=np.uint8), k=9)
    assert np.isfinite(look.strangeness)
    assert look.neighbours.shape == look.distances.shape == (9,)


def test_who_refuses_more_digits_refuses_more_of_the_rest(likeness, others):
    curve = refusals(likeness, others.images)
    shares = [point.others for point in curve]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert curve[-1].digits == MAX_REFUSED
    usual = min(curve, key=lambda point: abs(point.digits - DEFAULT_REFUSED))
    assert usual.others > 0.6
