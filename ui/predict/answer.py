"""What a network reads in one digit."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data import CLASS_NAMES
from core.evaluation import EvaluationError
from core.plots import charts
from ui import pictures
from ui.predict import explanations, save
from ui.predict.prediction import Reader, Reading, Sketch, in_short

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


def places(wide: bool = False) -> Places:
    """Lay out the part of the page that changes with a drawing, which may be a wide one."""
    left, details = st.columns([1, 1] if wide else [2, 3], gap="large")
    short = left.container(key="prediction", height=ANSWER_HEIGHT, border=False)
    return Places(short, left.container(), left.container(), details)


def show(sketch: Sketch, reader: Reader, at: Places, own: bool = True) -> None:
    """Show the answer to a digit in a few words, and what it rests on.

    Only what is the visitor's ``own`` may be kept to teach it: a network that was taught test
    images would be measured on what it knows.
    """
    try:
        reading = Reading(sketch, reader, reader.probabilities(sketch.image))
    except EvaluationError as error:
        at.short.error(str(error), icon=":material/error:")
        return
    if explanations.is_refused(sketch.image):
        at.short.warning(_NO_DIGIT, icon=":material/question_mark:")
        at.short.caption(f"If it must be one: {reading.answer}, {reading.probabilities.max():.1%} sure")
    else:
        with at.short:
            in_short("The network reads", reading.probabilities)
    bars, seen = at.details.columns([3, 2])
    bars.markdown("**How probable it finds each digit**")
    bars.vega_lite_chart(
        charts.probabilities(reading.probabilities),
        key="prediction_probabilities",
        alt=f"Ten probabilities; {CLASS_NAMES[reading.answer]} is highest",
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
            save.correct(reading)
    with at.details:
        explanations.explain(reading)
        save.save(lambda: sketch.canvas, lambda: save.as_data(reading))
