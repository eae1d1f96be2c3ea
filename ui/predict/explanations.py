"""Why a digit was read as it was: explanations, each on demand."""

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import streamlit as st

from core.data import CLASS_NAMES
from core.drawing.detector import DEFAULT_FALSE_REJECTION_RATE, MAX_FALSE_REJECTION_RATE, load_detector
from core.drawing.preprocessing_ablation import normalize
from core.plots import charts, figures
from core.store.run import RunError
from ui import pictures, resources
from ui.predict.prediction import Classifier, Prediction, prediction_metric

NEIGHBORS = 12
_THRESHOLD = "predict_strictness"


def threshold() -> float:
    """Return the false rejection rate of the detector that the visitor has chosen."""
    return float(st.session_state.get(_THRESHOLD, DEFAULT_FALSE_REJECTION_RATE))


def explain(prediction: Prediction) -> None:
    """Let the visitor choose an explanation of a prediction."""
    way = st.pills(
        "Why this answer?", _WAYS, key="predict_why", format_func=str, persist_state="session", wrap=True
    )
    if way is not None:
        with st.container(key="predict_why_shown"):
            _WAYS[way](prediction)


def _normalizations(prediction: Prediction) -> None:
    sketch = prediction.sketch
    st.markdown(
        "The same drawing, brought to 28×28 pixels in different ways, and what this network reads in each. "
        "A network only knows pictures like those it learned from."
    )
    with st.grid(4, min_column_width=140):
        for way in normalize(sketch.canvas, sketch.image if sketch.strokes else None):
            with st.container():
                prediction_metric(way.title, prediction.classifier.probabilities(way.image))
                st.image(pictures.enlarged(way.image, 5), alt=way.text, width=140)
                st.caption(way.text)


def _pixels(prediction: Prediction) -> None:
    # Imported here because it brings TensorFlow, as the network has done.
    from core.analysis.interpretability import integrated_gradients

    image, digit, runner_up = prediction.sketch.image, prediction.digit, prediction.runner_up
    attributions = integrated_gradients(prediction.classifier.network, image, digit, runner_up)
    st.markdown(
        f"Blue ink speaks for **{CLASS_NAMES[digit]}**, orange ink for its rival "
        f"**{CLASS_NAMES[runner_up]}**. Which stroke would you change to be read differently?"
    )
    st.image(
        pictures.enlarged(figures.attribution(image, attributions), 10),
        alt=f"The drawing in blue and orange: for {CLASS_NAMES[digit]} and for {CLASS_NAMES[runner_up]}",
        width=280,
    )
    st.caption(
        "How the balance between the two changes as the ink appears, added up pixel by pixel "
        "(integrated gradients)."
    )


def _neighbors(prediction: Prediction) -> None:
    indices, _ = resources.neighbor_index().nearest(prediction.sketch.image[np.newaxis], NEIGHBORS)
    dataset = resources.mnist()
    images, labels = dataset.train_images[indices[0]], dataset.train_labels[indices[0]]
    st.markdown(
        "Of the 60,000 images that networks learn from, these are most like your drawing, by the "
        "directions of the strokes in each place. No network is asked."
    )
    pictures.show(
        figures.digit_grid,
        images,
        [str(label) for label in labels],
        columns=6,
        alt=f"The {NEIGHBORS} most similar training digits",
        width=480,
    )


def _is_a_digit(prediction: Prediction) -> None:
    st.markdown(
        "A network has ten answers and gives one to a face as well. So a second, small network, which "
        "learned nothing but what is one digit and what is none, looks first."
    )
    p_value = float(load_detector().p_value(prediction.sketch.image[np.newaxis])[0])
    st.metric("Test digits that look even less like a digit", f"{p_value:.1%}")
    rate = st.slider(
        "How many test digits may be refused by mistake",
        0.0,
        MAX_FALSE_REJECTION_RATE,
        DEFAULT_FALSE_REJECTION_RATE,
        0.005,
        format="percent",
        key=_THRESHOLD,
        persist_state="session",
    )
    points = resources.rejection_rates()
    chosen = min(points, key=lambda point: abs(point.digits - rate))
    pictures.chart(
        charts.rejection_rates,
        points,
        chosen.digits,
        key="predict_refusals",
        alt=f"Refusing {chosen.digits:.1%} of the test digits "
        f"refuses {chosen.negatives:.0%} of the non-digits",
    )
    st.caption("Non-digits: letters, symbols and scribbles that the second network has not seen before.")


def _models(prediction: Prediction) -> None:
    st.markdown("The same 28×28 pixels, read by every model that comes with Digit Lab.")
    with st.grid(3, min_column_width=150):
        for run in resources.store().bundled():
            try:
                classifier = Classifier(run, resources.model(run.id))
                prediction_metric(run.name, classifier.probabilities(prediction.sketch.image))
            except RunError as error:
                st.warning(str(error))


_WAYS: MappingProxyType[str, Callable[[Prediction], None]] = MappingProxyType(
    {
        "How it was made small": _normalizations,
        "Nearest training digits": _neighbors,
        "Which pixels spoke": _pixels,
        "What other models read": _models,
        "Is it a digit?": _is_a_digit,
    }
)
