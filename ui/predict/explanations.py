"""Why a digit was predicted: explanations, each on demand."""

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import streamlit as st

from core.data import DataError, Images
from core.drawing.detector import DEFAULT_FALSE_REJECTION_RATE, MAX_FALSE_REJECTION_RATE, load_detector
from core.drawing.preprocessing_ablation import normalize
from core.evaluation import EvaluationError
from core.inspection.attribution import integrated_gradients
from core.inspection.network import InspectionError, read_network
from core.plots import charts, figures
from core.store.run import RunError
from ui import pictures, resources
from ui.predict.prediction import Classifier, Prediction, prediction_metric
from ui.words import percent

NEIGHBORS = 12
_THRESHOLD = "predict_strictness"


def threshold() -> float:
    """Return the false rejection rate of the detector that the visitor has chosen."""
    return float(st.session_state.get(_THRESHOLD, DEFAULT_FALSE_REJECTION_RATE))


def are_digits(images: Images) -> list[bool]:
    """Return whether the detector takes each picture for a digit; without a detector all pass.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
    """
    try:
        rejected = load_detector().rejects(images, threshold())
    except DataError as error:
        st.warning(str(error), icon=":material/broken_image:")
        return [True] * len(images)
    return [not one for one in rejected]


def explain(prediction: Prediction) -> None:
    """Let the visitor choose an explanation of a prediction."""
    way = st.pills(
        "Explain this prediction",
        _WAYS,
        key="predict_why",
        format_func=str,
        persist_state="session",
        wrap=True,
    )
    if way is not None:
        with st.container(key="predict_why_shown"):
            try:
                _WAYS[way](prediction)
            except DataError as error:
                st.warning(str(error), icon=":material/broken_image:")


def _normalizations(prediction: Prediction) -> None:
    sketch = prediction.sketch
    st.markdown(
        "The same drawing brought to 28×28 pixels in different ways, with the prediction for each. "
        "A network only knows images that were preprocessed like its training images."
    )
    with st.grid(4, min_column_width=140):
        for way in normalize(sketch.canvas, sketch.image if sketch.strokes else None):
            with st.container():
                prediction_metric(way.title, prediction.classifier.probabilities(way.image))
                st.image(pictures.framed(way.image, 4), alt=f"Network input after: {way.title}")
                st.markdown(way.text)


def _attribution(prediction: Prediction) -> None:
    image, digit, runner_up = prediction.sketch.image, prediction.digit, prediction.runner_up
    try:
        network = read_network(prediction.classifier.network)
    except InspectionError as error:
        st.warning(str(error), icon=":material/broken_image:")
        return
    attributions = integrated_gradients(network, image, digit, runner_up)
    st.markdown(
        f"Blue = evidence for **{digit}**, orange = evidence for **{runner_up}**, the second most probable "
        "class. Which stroke would you change to get another prediction?"
    )
    st.image(
        pictures.enlarged(figures.attribution(image, attributions), 10),
        alt=f"The digit in blue and orange: evidence for {digit} and for {runner_up}",
        width=280,
    )
    st.markdown(
        "Integrated gradients: how much each pixel contributes to the difference between the two classes, "
        "added up while the ink fades in from black."
    )


def _neighbors(prediction: Prediction) -> None:
    indices, _ = resources.neighbor_index().nearest(prediction.sketch.image[np.newaxis], NEIGHBORS)
    dataset = resources.mnist()
    images, labels = dataset.train_images[indices[0]], dataset.train_labels[indices[0]]
    st.markdown(
        "Of the 60,000 training images, these are most similar to your drawing, comparing stroke "
        "directions in each place. This does not use the network."
    )
    pictures.show(
        figures.digit_grid,
        images,
        [str(label) for label in labels],
        columns=6,
        alt=f"The {NEIGHBORS} nearest training images, labeled {', '.join(map(str, labels))}",
        width=480,
    )


def _detector(prediction: Prediction) -> None:
    st.markdown(
        "A classifier always picks one of ten digits, even for a face. So a second small network, trained "
        "to tell digits from letters, symbols, scribbles, and parts of digits, first decides whether it is "
        "a digit at all."
    )
    p_value = float(load_detector().p_value(prediction.sketch.image[np.newaxis])[0])
    st.metric(
        "Percentile among test digits",
        percent(p_value),
        help="Share of the 10,000 test digits that look even less like a digit (p-value). Your drawing is "
        "rejected if it is below the share that you allow.",
    )
    rate = st.slider(
        "Allowed false rejections (test digits)",
        0.0,
        MAX_FALSE_REJECTION_RATE,
        DEFAULT_FALSE_REJECTION_RATE,
        0.005,
        format="percent",
        key=_THRESHOLD,
        persist_state="session",
        help="Share of real digits that the detector may reject by mistake. The more you allow, "
        "the more non-digits it rejects.",
    )
    points = resources.rejection_rates()
    chosen = min(points, key=lambda point: abs(point.digits - rate))
    pictures.chart(
        charts.rejection_rates,
        points,
        chosen.digits,
        pictures.style().text,
        key="predict_refusals",
        alt=f"Rejecting {percent(chosen.digits)} of the test digits "
        f"rejects {percent(chosen.negatives, 0)} of the non-digits",
    )
    st.markdown(
        f"Now it rejects {chosen.digits:.1%} of the test digits and {chosen.negatives:.1%} of non-digits: "
        "letters, symbols and scribbles that were drawn only to test it."
    )


def _models(prediction: Prediction) -> None:
    st.markdown("Predictions of every bundled model for the same 28×28 pixels.")
    with st.grid(3, min_column_width=150):
        for run in resources.store().bundled():
            with st.container():
                try:
                    classifier = Classifier(run, resources.model(run.id))
                    prediction_metric(run.name, classifier.probabilities(prediction.sketch.image))
                except (RunError, EvaluationError) as error:
                    st.warning(str(error))


_WAYS: MappingProxyType[str, Callable[[Prediction], None]] = MappingProxyType(
    {
        "Preprocessing": _normalizations,
        "Nearest neighbors": _neighbors,
        "Attribution (integrated gradients)": _attribution,
        "Other models' predictions": _models,
        "Out-of-distribution detector": _detector,
    }
)
