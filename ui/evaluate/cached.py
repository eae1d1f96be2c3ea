"""What the Evaluate page measures, cached for all visitors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis import label_errors, robustness
from core.analysis.calibration import fit_temperature
from core.analysis.label_errors import PlantedFound
from core.analysis.morphology import Morphology, measure
from core.analysis.robustness import CORRUPTIONS, Point
from core.analysis.temperatures import calibration_split, preset_temperature
from core.data import Images, Labels, load_mnist, sample_indices
from core.evaluation import predict
from core.sampling import SelectionError, select, take
from core.test_sets.evaluation_sets import EvaluationSet
from ui import resources

# Test images that are corrupted: a random sample, because the first 5,000 differ from the rest.
SAMPLE_SIZE = 1000
_SAMPLE_SEED = 0
_MODELS = 16


@dataclass(frozen=True)
class Temperature:
    """A fitted temperature, and whether it is that of the holdout recipe, trained on fewer images."""

    value: float
    of_holdout: bool


@dataclass(frozen=True)
class FgsmCurves:
    """Accuracy under changes of every ε: adversarial (FGSM), and random for comparison."""

    adversarial: tuple[Point, ...]
    random: tuple[Point, ...]


# What is kept for another session is known by the images, not by the object that holds them.
_BY_KEY: dict[str | type, Callable[[Any], Any]] = {EvaluationSet: lambda test_set: test_set.key}


def sample(test_set: EvaluationSet) -> tuple[Images, Labels]:
    """Return the test images that are corrupted, and their labels."""
    chosen = sample_indices(test_set.labels, SAMPLE_SIZE, _SAMPLE_SEED)
    return test_set.images[chosen], test_set.labels[chosen]


@st.cache_resource(max_entries=_MODELS, show_spinner="Fitting the temperature on held-out images…")
def temperature(run_id: str) -> Temperature | None:
    """Return the temperature of a run's network; None if it has no calibration split, or it is not known."""
    run = resources.whole_store().get(run_id)
    if run.bundled:
        value = preset_temperature(run_id)
        return None if value is None else Temperature(value, of_holdout=True)
    dataset = load_mnist()
    try:
        split = calibration_split(run.recipe, dataset)
    except SelectionError:
        return None
    images, labels = dataset.train_images[split], dataset.train_labels[split]
    if len(images) == 0:
        return None
    return Temperature(
        fit_temperature(predict(resources.model(run_id), images), labels),
        of_holdout=False,
    )


@st.cache_resource(
    max_entries=_MODELS * len(CORRUPTIONS), show_spinner="Evaluating on distorted images…", hash_funcs=_BY_KEY
)
def corruption_curve(run_id: str, test_set: EvaluationSet, corruption: str) -> tuple[Point, ...]:
    """Return the accuracy of a run's network at every level of a corruption."""
    return robustness.corruption_curve(resources.model(run_id), *sample(test_set), CORRUPTIONS[corruption])


@st.cache_resource(
    max_entries=_MODELS, show_spinner="Evaluating on adversarial images (FGSM)…", hash_funcs=_BY_KEY
)
def fgsm_curves(run_id: str, test_set: EvaluationSet) -> FgsmCurves:
    """Return the accuracy of a run's network under adversarial and under random changes."""
    # Imported here because it brings TensorFlow, as the network does.
    from core.analysis.interpretability import gradient_signs

    model = resources.model(run_id)
    images, labels = sample(test_set)
    return FgsmCurves(
        robustness.perturbation_curve(model, images, labels, gradient_signs(model, images, labels)),
        robustness.perturbation_curve(model, images, labels, robustness.random_signs(images)),
    )


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=_BY_KEY)
def morphology(test_set: EvaluationSet) -> Morphology:
    """Return thickness, slant and size of the test images."""
    return measure(test_set.images)


@dataclass(frozen=True, eq=False)
class DisputedLabels:
    """The training labels of a run that its network disputes most.

    Attributes
    ----------
    table : DataFrame
        The first images by their loss: index in MNIST, label, prediction, loss, planted (whether the
        label was made wrong).
    images, planted : int
        Training images, and how many of their labels were made wrong.
    found : tuple of PlantedFound
        Empty if none was.
    """

    table: pd.DataFrame
    images: int
    planted: int
    found: tuple[PlantedFound, ...]


@st.cache_resource(max_entries=_MODELS, show_spinner="Predicting the training images…")
def disputed_labels(run_id: str) -> DisputedLabels:
    """Return the training labels that a run's network disputes most. Raises `SelectionError`."""
    dataset = load_mnist()
    selection = select(resources.whole_store().get(run_id).recipe, dataset)
    probabilities = predict(resources.model(run_id), take(dataset.train_images, selection.fit))
    loss = label_errors.loss_by_image(probabilities, selection.fit_labels)
    order = label_errors.rank_by_loss(loss)
    top = order[: max(label_errors.FIRST)]
    planted = int(selection.planted.sum())
    table = pd.DataFrame(
        {
            "index": selection.fit[top],
            "label": selection.fit_labels[top],
            "prediction": np.argmax(probabilities[top], axis=1),
            "loss": loss[top],
            "planted": selection.planted[top],
        }
    )
    found = label_errors.planted_found(selection.planted, order) if planted else ()
    return DisputedLabels(table, len(order), planted, found)
