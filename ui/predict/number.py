"""The prediction for a number, and for each of its digits."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import streamlit as st

from core.drawing.number import NumberReading
from ui import pictures
from ui.predict import explanations, save
from ui.predict.digit import Places, Shown, show_digit
from ui.predict.prediction import Classifier, Picture, Prediction, Sketch
from ui.words import percent

_TILE_SCALE = 3
_NOT_ALL_DIGITS = "Some parts are not recognized as digits (out of distribution)."
_UNCERTAIN = "Uncertain: perhaps another number. Write clearly, and farther apart."
_NOT_ALL_NUMBERS = "Some numbers are uncertain: perhaps not digits, too tilted, or not clearly separated."
_ORDINALS = ("1st", "2nd", "3rd", *(f"{index}th" for index in range(4, 13)))


def show_number(
    reading: NumberReading,
    sketches: tuple[Sketch, ...],
    paint: Callable[[], Picture],
    classifier: Classifier,
    at: Places,
) -> Shown:
    """Show the predicted number; its details let the visitor look into each of its digits.

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
    predictions = _predictions(reading, sketches, classifier)
    if len(predictions) == 1:
        return show_digit(predictions[0], at, certain=reading.certain)
    with at.details:
        are_digits = _are_digits(sketches)
    with at.prediction:
        sentence = _show_answer(reading, all(are_digits))
    return Shown(sentence, partial(_show_details, reading, predictions, are_digits, paint, at))


def _show_answer(reading: NumberReading, all_digits: bool) -> str:
    if not (all_digits and reading.certain):
        st.warning(_UNCERTAIN if all_digits else _NOT_ALL_DIGITS, icon=":material/question_mark:")
        st.markdown(f"Best guess: **{reading.number}**")
        return ""
    lowest = percent(_lowest_confidence(reading))
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


def show_numbers(
    numbers: Sequence[tuple[NumberReading, tuple[Sketch, ...]]],
    paint: Callable[[], Picture],
    classifier: Classifier,
    at: Places,
) -> Shown:
    """Show the predicted numbers of a page in reading order; the details let the visitor look into each.

    Parameters
    ----------
    numbers : sequence of pairs
        Each as `show_number` takes it.
    paint : callable
    classifier : Classifier
    at : Places
    """
    with at.details:
        known = [reading.certain and all(_are_digits(sketches)) for reading, sketches in numbers]
    with at.prediction:
        sentence = _show_answers([reading for reading, _ in numbers], known)
    return Shown(sentence, partial(_show_table, numbers, known, paint, classifier, at))


def _show_answers(readings: Sequence[NumberReading], known: Sequence[bool]) -> str:
    written = " · ".join(
        reading.number + ("" if sure else "?") for reading, sure in zip(readings, known, strict=True)
    )
    if not all(known):
        st.warning(_NOT_ALL_NUMBERS, icon=":material/question_mark:")
        st.markdown(f"Best guess: **{written}**")
        return ""
    lowest = percent(min(map(_lowest_confidence, readings)))
    st.markdown(f"Prediction: **{written}**")
    st.badge(f"{len(readings)} numbers, lowest confidence {lowest}", color="gray")
    return f"Prediction: {len(readings)} numbers, {written}."


def _show_table(
    numbers: Sequence[tuple[NumberReading, tuple[Sketch, ...]]],
    known: Sequence[bool],
    paint: Callable[[], Picture],
    classifier: Classifier,
    at: Places,
) -> None:
    with at.details:
        st.table(
            {
                "Line": range(1, len(numbers) + 1),
                "Prediction": [reading.number for reading, _ in numbers],
                "Lowest confidence": [
                    percent(_lowest_confidence(reading)) if sure else "Uncertain"
                    for (reading, _), sure in zip(numbers, known, strict=True)
                ],
            },
            hide_index=True,
        )
        chosen = st.selectbox(
            "Details of a number",
            range(len(numbers)),
            index=None,
            format_func=lambda index: f"{index + 1}: {numbers[index][0].number}",
            key="predict_number",
        )
    if chosen is not None:
        reading, sketches = numbers[chosen]
        predictions = _predictions(reading, sketches, classifier)
        _show_details(reading, predictions, _are_digits(sketches), paint, at)


def _predictions(
    reading: NumberReading, sketches: tuple[Sketch, ...], classifier: Classifier
) -> list[Prediction]:
    return [
        Prediction(sketch, classifier, digit.probabilities)
        for sketch, digit in zip(sketches, reading.digits, strict=True)
    ]


def _lowest_confidence(reading: NumberReading) -> float:
    return min(float(digit.probabilities.max()) for digit in reading.digits)


def _are_digits(sketches: Sequence[Sketch]) -> list[bool]:
    return explanations.are_digits(np.stack([sketch.image for sketch in sketches]))


def _show_details(
    reading: NumberReading,
    predictions: list[Prediction],
    are_digits: list[bool],
    paint: Callable[[], Picture],
    at: Places,
) -> None:
    """Show how a number was cut, and what explains each digit."""
    with at.details:
        st.markdown("**Segmentation**", help="Where one digit ends and the next begins.")
        with st.container(horizontal=True, key="predict_row"):
            for prediction, is_digit in zip(predictions, are_digits, strict=True):
                _tile(prediction, is_digit)
        chosen = st.segmented_control(
            "Details of a digit",
            range(len(predictions)),
            format_func=lambda index: _ORDINALS[index],
            key="predict_row_digit",
        )
        if chosen is not None and chosen < len(predictions):
            save.label(predictions[chosen])
            explanations.explain(predictions[chosen])
        save.save(
            paint,
            lambda: {
                "model": predictions[0].classifier.run.label,
                "number": reading.number,
                "digits": [save.as_data(prediction) for prediction in predictions],
            },
        )


def _tile(prediction: Prediction, is_digit: bool) -> None:
    with st.container(width=(28 + 2) * _TILE_SCALE, gap="xxsmall"):
        st.image(
            pictures.framed(prediction.sketch.image, _TILE_SCALE),
            alt=f"Predicted as {prediction.digit}",
        )
        st.markdown(f"**{prediction.digit}** · {percent(prediction.confidence, 0)}")
        if not is_digit:
            st.markdown("Not a digit?")
