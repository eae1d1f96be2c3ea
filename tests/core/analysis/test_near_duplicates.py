import numpy as np

from core.analysis.near_duplicates import PAIRS, distances, find_near_duplicates, load_near_duplicates
from core.data import Dataset


def first_pairs(images, first, second) -> list[float]:
    """The distances of the nearest of these pairs, each image in one of them, the slow way."""
    chosen: list[float] = []
    apart = np.linalg.norm(images[first].astype(float) - images[second], axis=(1, 2))
    used = np.zeros(len(images), bool)
    for pair in apart.argsort(kind="stable"):
        if len(chosen) < PAIRS and not used[[first[pair], second[pair]]].any():
            chosen.append(apart[pair])
            used[[first[pair], second[pair]]] = True
    return chosen


def test_the_nearest_pairs_of_a_few_images_are_those_of_comparing_all(mnist: Dataset):
    images, labels = mnist.train_images[:400].copy(), mnist.train_labels[:400]
    images[399] = images[np.flatnonzero(labels != labels[399])[0]]
    found = find_near_duplicates(images, labels)
    first, second = np.triu_indices(400, 1)
    alike = labels[first] == labels[second]
    for digit in range(10):
        own = alike & (labels[first] == digit)
        expected = first_pairs(images, first[own], second[own])
        np.testing.assert_allclose(distances(images, found.same[digit]), expected)
    assert distances(images, found.different)[0] == 0, "the same image with two labels is found"


def test_the_bundled_pairs_are_pairs_of_mnist_nearest_first(mnist: Dataset):
    found = load_near_duplicates()
    for digit, pairs in enumerate(found.same):
        assert (mnist.train_labels[pairs] == digit).all()
    labels = mnist.train_labels[found.different]
    assert (labels[:, 0] != labels[:, 1]).all()
    for pairs in (*found.same, found.different):
        apart = distances(mnist.train_images, pairs)
        assert len(np.unique(pairs)) == pairs.size, "each image is in one pair only"
        assert (np.diff(apart) >= 0).all()
        assert 0 < apart[0] < found.typical
