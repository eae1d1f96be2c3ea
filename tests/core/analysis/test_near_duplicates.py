import numpy as np
from scipy.spatial.distance import pdist

from core.analysis.near_duplicates import PAIRS, distances, find_near_duplicates, load_near_duplicates
from core.data import Dataset


def test_the_nearest_pairs_of_a_few_images_are_those_of_comparing_all(mnist: Dataset):
    images, labels = mnist.train_images[:600].copy(), mnist.train_labels[:600]
    images[599] = images[np.flatnonzero(labels != labels[599])[0]]
    found = find_near_duplicates(images, labels)
    first, second = np.triu_indices(600, 1)
    apart = pdist(images.reshape(600, -1).astype(np.float64))
    alike = labels[first] == labels[second]
    for digit in range(10):
        own = apart[alike & (labels[first] == digit)]
        np.testing.assert_allclose(distances(images, found.same[digit]), np.sort(own)[:PAIRS])
    np.testing.assert_allclose(distances(images, found.different), np.sort(apart[~alike])[:PAIRS])
    assert distances(images, found.different)[0] == 0, "the same image with two labels is found"


def test_the_bundled_pairs_are_pairs_of_mnist_nearest_first(mnist: Dataset):
    found = load_near_duplicates()
    for digit, pairs in enumerate(found.same):
        assert (mnist.train_labels[pairs] == digit).all()
    labels = mnist.train_labels[found.different]
    assert (labels[:, 0] != labels[:, 1]).all()
    for pairs in (*found.same, found.different):
        apart = distances(mnist.train_images, pairs)
        assert (np.diff(apart) >= 0).all()
        assert 0 < apart[0] < found.typical
