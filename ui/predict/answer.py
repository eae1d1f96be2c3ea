"""The prediction for one digit, with all that explains it."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data import CLASS_NAMES
from core.drawing.detector import load_detector
from core.evaluation import EvaluationError
from core.plots import charts
from ui import pictures
from ui.predict import explanations, save
from ui.predict.prediction import Classifier, Prediction, Sketch, prediction_metric

# Pixels: the answer with its label and how sure it is.
ANSWER_HEIGHT = 125
_NO_DIGIT = "That does not look like a digit to me."


@dataclass(frozen=True)
class Places:
    """Where the answer, the picture, and what explains the answer go.

    The answer is above the picture and always as high, so that on a phone it is in
    sight while one draws, and nothing jumps.
    """

    short: DeltaGenerator
    pad: DeltaGenerator
    after: DeltaGenerator
    details: DeltaGenerator


def lay_out(wide: bool = False) -> Places:
    """Lay out the part of the page that changes with a drawing, which may be a wide one."""
    left, details = st.columns([1, 1] if wide else [2, 3], gap="large")
    short = left.container(key="prediction", height=ANSWER_HEIGHT, border=False)
    return Places(short, left.container(), left.container(), details)


def show_answer(sketch: Sketch, classifier: Classifier, at: Places, own: bool = True) -> None:
    """Show the prediction for a digit in a few words, and what it rests on.

    Only what is the visitor's ``own`` may be stored for fine-tuning: a network that was trained
    on test images would be measured on what it knows.
    """
    try:
        prediction = Prediction(sketch, classifier, classifier.probabilities(sketch.image))
    except EvaluationError as error:
        at.short.error(str(error), icon=":material/error:")
        return
    if load_detector().is_digit(sketch.image, explanations.threshold()):
        with at.short:
            prediction_metric("The network reads", prediction.probabilities)
    else:
        at.short.warning(_NO_DIGIT, icon=":material/question_mark:")
        at.short.caption(f"If it must be one: {prediction.digit}, {prediction.probabilities.max():.1%} sure")
    bars, seen = at.details.columns([3, 2])
    bars.markdown("**How probable it finds each digit**")
    bars.vega_lite_chart(
        charts.probabilities(prediction.probabilities),
        key="prediction_probabilities",
        alt=f"Ten probabilities; {CLASS_NAMES[prediction.digit]} is highest",
    )
    seen.markdown("**What the network sees**")
    with seen.container(width=224):
        st.image(
            pictures.enlarged(sketch.image, 8),
            alt="28 by 28 grey pixels, the digit in the middle",
            width="stretch",
        )
    if own:
        with at.after:
            save.label(prediction)
    with at.details:
        explanations.explain(prediction)
        save.save(lambda: sketch.canvas, lambda: save.as_data(prediction))
