"""The prediction for a number, and for each of its digits."""

from collections.abc import Callable

import streamlit as st

from core.data import CLASS_NAMES
from core.drawing.detector import load_detector
from core.drawing.number import NumberReading
from ui import pictures
from ui.predict import explanations, save
from ui.predict.answer import Places, show_answer
from ui.predict.prediction import Classifier, Picture, Prediction, Sketch

_TILE_SCALE = 3
_NOT_ALL_DIGITS = "Not all of that looks like digits to me."
_ORDINALS = ("1st", "2nd", "3rd", *(f"{index}th" for index in range(4, 13)))


def show_number(
    reading: NumberReading,
    sketches: tuple[Sketch, ...],
    paint: Callable[[], Picture],
    classifier: Classifier,
    at: Places,
) -> None:
    """Show the number that was read, and let the visitor look into each of its digits.

    Parameters
    ----------
    reading : NumberReading
    sketches : tuple of Sketch
        Each digit by itself, as it was drawn.
    paint : callable
        Returns a picture of all of them, light ink on black.
    classifier : Classifier
    at : Places
    """
    if len(sketches) == 1:
        show_answer(sketches[0], classifier, at)
        return
    predictions = [
        Prediction(sketch, classifier, digit.probabilities)
        for sketch, digit in zip(sketches, reading.digits, strict=True)
    ]
    detector, threshold = load_detector(), explanations.threshold()
    are_digits = [detector.is_digit(sketch.image, threshold) for sketch in sketches]
    if all(are_digits):
        least = min(float(prediction.probabilities.max()) for prediction in predictions)
        at.short.metric(
            "The network reads",
            reading.number,
            f"Least sure digit: {least:.1%}",
            delta_color="off",
            delta_arrow="off",
        )
    else:
        at.short.warning(_NOT_ALL_DIGITS, icon=":material/question_mark:")
        at.short.caption(f"If they must be digits: {reading.number}")
    with at.details:
        st.markdown("**Where it sees one digit end and the next begin**")
        with st.container(horizontal=True, key="predict_row"):
            for prediction, is_digit in zip(predictions, are_digits, strict=True):
                _tile(prediction, is_digit)
        chosen = st.segmented_control(
            "Look into one of them",
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


def _tile(prediction: Prediction, is_digit: bool) -> None:
    with st.container(width=28 * _TILE_SCALE, gap="xxsmall"):
        st.image(
            pictures.enlarged(prediction.sketch.image, _TILE_SCALE),
            alt=f"Read as {CLASS_NAMES[prediction.digit]}",
        )
        st.markdown(f"**{prediction.digit}** · {prediction.probabilities.max():.0%}")
        if not is_digit:
            st.caption("Is it a digit?")
