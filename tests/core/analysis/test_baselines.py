import numpy as np
import pytest

from core.analysis.baselines import BASELINES, reasons, standing
from core.data import Dataset
from core.presets import PRESETS
from core.recipe import ARTICLE, Recipe


def test_baselines_fall_from_guessing_to_the_best(mnist: Dataset):
    errors = [baseline.error for baseline in BASELINES]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == 0.0035
    counts = np.bincount(mnist.test_labels)
    assert BASELINES[1].error == pytest.approx(1 - counts.max() / counts.sum())
    assert counts.argmax() == 1
    assert all(baseline.source and baseline.why for baseline in BASELINES)


@pytest.mark.parametrize(
    ("error", "beaten", "ahead"),
    [
        (0.95, None, "Random guessing"),
        (0.063, "Linear classifier", "k-nearest neighbors"),
        (0.05, "Linear classifier", "k-nearest neighbors"),
        (0.001, "6-layer MLP with elastic distortions", None),
    ],
)
def test_standing(error: float, beaten: str | None, ahead: str | None):
    found = standing(error)
    assert (found.beaten.name if found.beaten else None) == beaten
    assert (found.ahead.name if found.ahead else None) == ahead


def test_reasons_follow_from_the_recipe():
    assert any("no hidden layer" in reason for reason in reasons(PRESETS["softmax"]))
    assert any("filters" in reason for reason in reasons(PRESETS["convolutional"]))
    assert any("shifted, rotated and zoomed" in reason for reason in reasons(PRESETS["augmented"]))
    assert any("other handwriting styles" in reason for reason in reasons(PRESETS["drawings"]))
    assert any("fewer than 2,000 times" in reason for reason in reasons(ARTICLE))
    assert any("only a part" in reason for reason in reasons(Recipe(validation_share=0.1)))
    assert len(reasons(Recipe(batch_size=100))) == 1


def test_the_published_results_are_those_of_their_sources():
    """LeCun 1998, Simard 2003, Ciresan 2010, as DESIGN.md has them."""
    errors = {baseline.error for baseline in BASELINES}
    assert {0.12, 0.05, 0.047, 0.016, 0.0095, 0.0035} <= errors
