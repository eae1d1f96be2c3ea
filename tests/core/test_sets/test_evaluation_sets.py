import keras
import numpy as np
import pytest

from core.analysis.morphology import measure
from core.evaluation import evaluate
from core.store.bundled import BUNDLED_FOLDER
from core.test_sets.evaluation_sets import EvaluationSet, mnist_test_set, sklearn_digits


@pytest.mark.parametrize(("preset", "accuracy"), [("article", 0.684), ("relu", 0.825)])
def test_a_network_that_knows_only_mnist_reads_next_doors_digits_worse(preset: str, accuracy: float):
    model = keras.saving.load_model(BUNDLED_FOLDER / f"{preset}.keras", compile=False)
    digits = sklearn_digits()
    assert len(digits) == 1797
    assert evaluate(model, digits.images, digits.labels).accuracy == pytest.approx(accuracy, abs=0.015)


def test_next_doors_digits_have_mnists_size_and_place():
    images = sklearn_digits().images
    places = np.arange(28)
    ink = images.sum(axis=(1, 2), dtype=np.float64)
    for axis in (1, 2):
        center = images.sum(axis=3 - axis, dtype=np.float64) @ places / ink
        assert np.abs(center - 14).max() < 0.1
    areas = [np.median(measure(which.images[:1500]).size) for which in (sklearn_digits(), mnist_test_set())]
    assert areas[0] == pytest.approx(areas[1], rel=0.2)


def test_a_test_set_is_known_by_its_images_and_labels():
    images, labels = mnist_test_set().images[:4], mnist_test_set().labels[:4]
    one, same = (EvaluationSet("drawings", "Mine", images.copy(), labels) for _ in range(2))
    assert one.key == same.key
    others = (
        EvaluationSet("drawings", "Mine", images[:3], labels[:3]),
        EvaluationSet("drawings", "Mine", images, labels[::-1]),
    )
    assert len({one.key, *(other.key for other in others)}) == 3
