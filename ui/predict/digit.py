"""The prediction for one digit, with all that explains it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data import IMAGE_SIZE
from core.drawing.detector import Likeness, load_detector
from core.plots import charts
from ui import chrome, pictures, projector
from ui.announcement import announce
from ui.predict import explanations, save
from ui.predict.prediction import Picture, Prediction, Probabilities
from ui.words import percent

# Pixels: the prediction with its confidence, or a message and what to do.
_PREDICTION_HEIGHT = 140
_INPUT_PIXEL = 7
# Two lines on a phone.
_NOT_A_DIGIT = "Not a digit (out of distribution): {}"
_STRICT = "Perhaps not a digit: you allow more false rejections than usual."
_LIKENESSES = {
    Likeness.SYMBOL: "more like a letter or symbol.",
    Likeness.SCRIBBLE: "more like a scribble.",
    Likeness.PART: "perhaps several digits, or part of one.",
    Likeness.CHANGED_DIGIT: "perhaps turned, mirrored or crossed out.",
    None: "perhaps a letter, symbol or scribble.",
}
_UNCERTAIN = "Uncertain: it may be another digit, or more than one."
_INPUT_HELP = (
    "What the network gets. As in MNIST, the center of mass of a digit is in the middle, "
    "so the foot of a 7 may reach the last row of pixels."
)


def _show_nothing() -> None:
    pass


@dataclass(frozen=True)
class Shown:
    """An answer that is on the screen.

    The browser lays out whatever it gets in turn, so what everybody waits for is sent first.

    Attributes
    ----------
    sentence : str
        The answer for screen readers; empty if a message box says it.
    show_details : callable, optional
        Shows what explains the answer.
    """

    sentence: str
    show_details: Callable[[], None] = _show_nothing


@dataclass(frozen=True)
class Places:
    """Where the input, the prediction, and what explains it go.

    The prediction is beside the input, or right under it on a phone, and always as high, so
    that nothing jumps when it comes.
    """

    pad: DeltaGenerator
    prediction: DeltaGenerator
    details: DeltaGenerator
    status: DeltaGenerator

    def complete(self, shown: Shown) -> None:
        """Show what explains an answer, and let screen readers say it. A message box does so by itself."""
        shown.show_details()
        with self.status:
            announce(shown.sentence, key="predict_announcement")


def lay_out(wide: bool = False) -> Places:
    """Lay out the part of the page that changes with the input, which may be a wide one."""
    pad, right = st.columns([1, 1] if wide else [2, 3], gap="medium")
    prediction = right.container(key="prediction", height=_PREDICTION_HEIGHT, border=False)
    return Places(pad, prediction, right.container(), st.container())


def show_digit(prediction: Prediction, at: Places, own: bool = True, certain: bool = True) -> Shown:
    """Show a prediction; ``own`` is as `show_details` takes it.

    It is only a best guess if it is not ``certain``, as of `NumberReading`.
    """
    with at.details:
        [is_digit] = explanations.are_digits(prediction.sketch.image[np.newaxis])
    doubt = _why_not(prediction.sketch.image) if not is_digit else "" if certain else _UNCERTAIN
    with at.prediction:
        sentence = _show_answer(prediction, doubt)
    return Shown(sentence, partial(show_details, prediction, at, own))


def _why_not(image: Picture) -> str:
    detector = load_detector()
    if detector.is_digit(image):
        return _STRICT
    return _NOT_A_DIGIT.format(_LIKENESSES[detector.likeness(image)])


def _show_answer(prediction: Prediction, doubt: str) -> str:
    digit, confidence = prediction.digit, percent(prediction.confidence)
    if doubt:
        st.warning(doubt, icon=":material/question_mark:")
        st.markdown(f"Best guess: **{digit}** ({confidence})")
        return ""
    with st.container(horizontal=True):
        st.metric("Prediction", str(digit), width="content", border=True)
        st.metric(
            "Confidence", confidence, width="content", border=True, help="The highest class probability."
        )
    return f"Prediction: {digit}, confidence {confidence}."


def show_details(prediction: Prediction, at: Places, own: bool = True) -> None:
    """Show the class probabilities, the network's input, and on demand what explains a prediction.

    Only one digit of the visitor's ``own`` may be saved for fine-tuning: a network that was trained
    on test images would be measured on what it knows.
    """
    image, digit = prediction.sketch.image, prediction.digit
    _probabilities(
        prediction.probabilities,
        f"Class probabilities; {digit} has the highest, {percent(prediction.confidence)}",
        image,
        f"The digit in white on black, {IMAGE_SIZE} by {IMAGE_SIZE} pixels",
        at,
    )
    with at.details:
        if own:
            save.label(prediction)
            run = prediction.classifier.run
            chrome.page_link("8_inside.py", "Look inside the network", model=run.id, image="drawing")
        explanations.explain(prediction)
        save.save(lambda: prediction.sketch.canvas, lambda: save.as_data(prediction))


def show_no_details(at: Places) -> None:
    """Keep the places of the class probabilities and the network's input while there are none."""
    blank = np.zeros((IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8)
    _probabilities(None, "Class probabilities: none yet", blank, "The network's input: blank", at)


def _probabilities(
    probabilities: Probabilities | None, chart_alt: str, image: Picture, image_alt: str, at: Places
) -> None:
    bars, seen = at.details.columns([3, 2])
    bars.markdown("**Class probabilities**")
    bars.vega_lite_chart(
        projector.sized(charts.probabilities(probabilities, pictures.style().text)),
        key="prediction_probabilities",
        alt=chart_alt,
    )
    seen.markdown(f"**Network input** ({IMAGE_SIZE}×{IMAGE_SIZE} pixels)", help=_INPUT_HELP)
    seen.image(pictures.framed(image, _INPUT_PIXEL), alt=image_alt)
