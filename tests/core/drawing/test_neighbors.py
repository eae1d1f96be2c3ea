from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.analysis.rejection import load_negatives
from core.augmentation import drawn_digits
from core.data import DataError, load_mnist
from core.drawing import detector, neighbors
from core.drawing.hog import hog
from core.drawing.neighbors import load_neighbor_index

LOADERS = {
    detector.WEIGHTS: detector.load_detector.__wrapped__,
    neighbors.FILE: load_neighbor_index,
    drawn_digits.FILE: drawn_digits.load_drawn_digits,
}


@pytest.mark.parametrize("file", LOADERS)
@pytest.mark.parametrize("damage", ["missing", "cut", "changed", "of another shape", "text"])
def test_a_damaged_file_says_what_to_do(tmp_path, file: Path, damage: str):
    path, content = tmp_path / file.name, file.read_bytes()
    middle = len(content) // 2
    if damage == "of another shape":
        with np.load(file) as archive:
            np.savez(path, **{name: array[:-1] for name, array in archive.items()})
    elif damage != "missing":
        changed = content[:middle] + bytes(8) + content[middle + 8 :]
        path.write_bytes({"cut": content[:middle], "changed": changed, "text": b"hello"}[damage])
    with pytest.raises(DataError, match=rf"{file.name} is (missing|damaged)\. Restore .*`git checkout -- "):
        LOADERS[file](path)


@pytest.fixture(scope="module")
def index():
    return load_neighbor_index()


def test_the_nearest_neighbors_are_those_of_scikit_learn(index):
    images = load_mnist().test_images[:50]
    search = NearestNeighbors(n_neighbors=5, algorithm="brute").fit(index.digits)
    distances, indices = search.kneighbors((hog(images) - index.mean) @ index.axes)
    found, away = index.nearest(images)
    np.testing.assert_allclose(away, distances, atol=1e-3)
    assert (found == indices).mean() > 0.98


def test_a_training_digit_is_nearest_to_itself(index):
    indices, distances = index.nearest(load_mnist().train_images[[0, 777, 59_999]], 3)
    assert indices[:, 0].tolist() == [0, 777, 59_999]
    assert (distances[:, 0] < 0.05).all()


def test_most_nearest_neighbors_have_the_label_of_the_test_image(index):
    mnist = load_mnist()
    indices, _ = index.nearest(mnist.test_images[:300])
    assert (mnist.train_labels[indices[:, 0]] == mnist.test_labels[:300]).mean() > 0.95


def test_a_seven_looks_like_sevens_and_a_face_like_nothing(index):
    mnist, negatives = load_mnist(), load_negatives(1)
    indices, distances = index.nearest(mnist.test_images[:1], 9)
    assert (mnist.train_labels[indices[0]] == 7).all()
    assert (np.diff(distances[0]) >= 0).all()
    _, far = index.nearest(negatives.images[negatives.names == "smiling face"][:1], 9)
    assert far[0, 0] > distances[0, 0]


def test_a_blank_picture_is_no_error(index):
    indices, distances = index.nearest(np.zeros((1, 28, 28), dtype=np.uint8), 9)
    assert indices.shape == distances.shape == (1, 9)
    assert np.isfinite(distances).all()
