"""What the Evaluate page measures, once for all visitors."""

from dataclasses import dataclass

import streamlit as st

from core.analysis import robustness
from core.analysis.calibration import fit_temperature
from core.analysis.morphology import Strokes, measure
from core.analysis.robustness import DISTORTIONS, Point
from core.analysis.temperatures import held_out, twin_temperature
from core.data import Images, Labels, load_mnist, sample_indices
from core.evaluation import predict
from ui import resources

# Test images that are disturbed: at random, because the first 5,000 are easier than the rest.
SAMPLE_SIZE = 1000
_SAMPLE_SEED = 0
_MODELS = 16


@dataclass(frozen=True)
class Temperature:
    """A fitted temperature, and whether it is that of a twin trained on fewer images."""

    value: float
    of_twin: bool


@dataclass(frozen=True)
class Pushes:
    """Accuracy under pushes of every size, along the gradient and by chance."""

    aimed: tuple[Point, ...]
    blind: tuple[Point, ...]


def sample() -> tuple[Images, Labels]:
    """The test images that are disturbed, and their labels."""
    dataset = resources.mnist()
    chosen = sample_indices(dataset.test_labels, SAMPLE_SIZE, _SAMPLE_SEED)
    return dataset.test_images[chosen], dataset.test_labels[chosen]


@st.cache_resource(max_entries=_MODELS, show_spinner="Reading training images kept aside…")
def temperature(run_id: str) -> Temperature | None:
    """The temperature of a run's network; None if no training images were kept aside."""
    run = resources.store().get(run_id)
    if run.bundled:
        value = twin_temperature(run_id)
        return None if value is None else Temperature(value, of_twin=True)
    kept_aside = held_out(run.recipe)
    dataset = load_mnist()
    images, labels = dataset.train_images[kept_aside], dataset.train_labels[kept_aside]
    if len(images) == 0:
        return None
    return Temperature(
        fit_temperature(predict(resources.model(run_id), images), labels),
        of_twin=False,
    )


@st.cache_resource(max_entries=_MODELS * len(DISTORTIONS), show_spinner="Reading disturbed images…")
def curve(run_id: str, distortion: str) -> tuple[Point, ...]:
    """The accuracy of a run's network at every level of a distortion."""
    return robustness.curve(resources.model(run_id), *sample(), DISTORTIONS[distortion])


@st.cache_resource(max_entries=_MODELS, show_spinner="Reading images pushed against the network…")
def pushes(run_id: str) -> Pushes:
    """The accuracy of a run's network when every pixel is pushed a little."""
    # Imported here because it brings TensorFlow, as the network does.
    from core.analysis.interpretability import gradient_signs

    model = resources.model(run_id)
    images, labels = sample()
    return Pushes(
        robustness.push_curve(model, images, labels, gradient_signs(model, images, labels)),
        robustness.push_curve(model, images, labels, robustness.random_signs(images)),
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def test_strokes() -> Strokes:
    """How the test images are written."""
    return measure(load_mnist().test_images)
