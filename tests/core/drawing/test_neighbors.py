import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.analysis.rejection import load_negatives
from core.data import load_mnist
from core.drawing.hog import slopes
from core.drawing.neighbors import load_likeness


@pytest.fixture(scope="module")
def likeness():
    return load_likeness()


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


def test_a_seven_looks_like_sevens_and_a_face_like_nothing(likeness):
    mnist, others = load_mnist(), load_negatives(1)
    indices, distances = likeness.nearest(mnist.test_images[:1], 9)
    assert (mnist.train_labels[indices[0]] == 7).all()
    assert (np.diff(distances[0]) >= 0).all()
    _, far = likeness.nearest(others.images[others.names == "smiling face"][:1], 9)
    assert far[0, 0] > distances[0, 0]


def test_a_blank_picture_is_no_error(likeness):
    indices, distances = likeness.nearest(np.zeros((1, 28, 28), dtype=np.uint8), 9)
    assert indices.shape == distances.shape == (1, 9)
    assert np.isfinite(distances).all()
