"""The prediction for a number, and for each of its digits."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.drawing.number import NumberReading
from ui import pictures
from ui.predict import explanations, save
from ui.predict.digit import Places, show_digit
from ui.predict.prediction import Classifier, Picture, Prediction, Sketch
from ui.words import percent

_TILE_SCALE = 3
_NOT_ALL_DIGITS = "Some parts are not recognized as digits (out of distribution)."
_ORDINALS = ("1st", "2nd", "3rd", *(f"{index}th" for index in range(4, 13)))


def show_number(
    reading: NumberReading,
    sketches: tuple[Sketch, ...],
    paint: Callable[[], Picture],
    classifier: Classifier,
    at: Places,
) -> str:
    """Show the predicted number, and let the visitor look into each of its digits.

    Parameters
    ----------
    reading : NumberReading
    sketches : tuple of Sketch
        Each digit by itself, as it was drawn.
    paint : callable
        Returns a picture of all of them, light ink on black.
    classifier : Classifier
    at : Places

    Returns
    -------
    str
        The prediction as a sentence; empty if a message box says it.
    """
    predictions = [
        Prediction(sketch, classifier, digit.probabilities)
        for sketch, digit in zip(sketches, reading.digits, strict=True)
    ]
    if len(predictions) == 1:
        return show_digit(predictions[0], at)
    with at.details:
        are_digits = explanations.are_digits(np.stack([sketch.image for sketch in sketches]))
        st.markdown("**Segmentation**", help="Where one digit ends and the next begins.")
        with st.container(horizontal=True, key="predict_row"):
            for prediction, is_digit in zip(predictions, are_digits, strict=True):
                _tile(prediction, is_digit)
        chosen = st.segmented_control(
            "Details of a digit",
            range(len(sketches)),
            format_func=lambda index: _ORDINALS[index],
            key="predict_row_digit",
        )
        if chosen is not None and chosen < len(sketches):
            save.label(predictions[chosen])
            explanations.explain(predictions[chosen])
        save.save(
            paint,
            lambda: {
                "model": classifier.run.label,
                "number": reading.number,
                "digits": [save.as_data(prediction) for prediction in predictions],
            },
        )
    with at.prediction:
        if not all(are_digits):
            st.warning(_NOT_ALL_DIGITS, icon=":material/question_mark:")
            st.markdown(f"Best guess: **{reading.number}**")
            return ""
        lowest = percent(min(prediction.confidence for prediction in predictions))
        st.metric(
            "Prediction",
            reading.number,
            f"Lowest confidence {lowest}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            width="content",
        )
    return f"Prediction: {reading.number}, lowest confidence of a digit {lowest}."


def _tile(prediction: Prediction, is_digit: bool) -> None:
    with st.container(width=(28 + 2) * _TILE_SCALE, gap="xxsmall"):
        st.image(
            pictures.framed(prediction.sketch.image, _TILE_SCALE),
            alt=f"Predicted as {prediction.digit}",
        )
        st.markdown(f"**{prediction.digit}** · {percent(prediction.confidence, 0)}")
        if not is_digit:
            st.markdown("Not a digit?")
