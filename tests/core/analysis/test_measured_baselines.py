import numpy as np
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from core.analysis.measured_baselines import measure, nearest_class_mean, nearest_neighbor
from core.data import Dataset


def test_they_predict_what_scikit_learn_predicts(mnist: Dataset):
    images, labels, tests = mnist.train_images[:3000], mnist.train_labels[:3000], mnist.test_images[:300]
    rows, test_rows = images.reshape(3000, -1) / 255.0, tests.reshape(300, -1) / 255.0
    centroid = NearestCentroid().fit(rows, labels).predict(test_rows)
    np.testing.assert_array_equal(nearest_class_mean(images, labels, tests), centroid)
    neighbor = KNeighborsClassifier(1).fit(rows, labels).predict(test_rows)
    np.testing.assert_array_equal(nearest_neighbor(images, labels, tests), neighbor)


def test_a_digit_without_images_is_never_predicted(mnist: Dataset):
    known = mnist.train_labels[:500] != 9
    images, labels = mnist.train_images[:500][known], mnist.train_labels[:500][known]
    for name in ("Nearest class mean", "Logistic regression", "1-nearest neighbor"):
        found = measure(name, images, labels, mnist.test_images[:300], mnist.test_labels[:300])
        assert 0.6 < found.accuracy < 0.9
        assert found.images == len(images)
