"""Several digits side by side: the number, and each digit by itself."""

from collections.abc import Callable

import streamlit as st

from core.data import CLASS_NAMES
from core.drawing.number import Row
from ui import pictures
from ui.predict import answer, explanations, save
from ui.predict.answer import Places
from ui.predict.prediction import Picture, Reader, Reading, Sketch

_TILE_SCALE = 3
_NOT_ALL_DIGITS = "Not all of that looks like digits to me."


def show(
    row: Row, sketches: tuple[Sketch, ...], paint: Callable[[], Picture], reader: Reader, at: Places
) -> None:
    """Show the number that was read, and let the visitor look into each of its digits.

    Parameters
    ----------
    row : Row
    sketches : tuple of Sketch
        Each digit by itself, as it was drawn.
    paint : callable
        Gives a picture of all of them, light ink on black.
    reader : Reader
    at : Places
    """
    if len(sketches) == 1:
        answer.show(sketches[0], reader, at)
        return
    readings = [
        Reading(sketch, reader, digit.probabilities)
        for sketch, digit in zip(sketches, row.readings, strict=True)
    ]
    doubtful = [explanations.is_refused(sketch.image) for sketch in sketches]
    if any(doubtful):
        at.short.warning(_NOT_ALL_DIGITS, icon=":material/question_mark:")
        at.short.caption(f"If they must be digits: {row.number}")
    else:
        least = min(float(reading.probabilities.max()) for reading in readings)
        at.short.metric(
            "The network reads",
            row.number,
            f"Least sure digit: {least:.1%}",
            delta_color="off",
            delta_arrow="off",
        )
    with at.details:
        st.markdown("**Where it sees one digit end and the next begin**")
        with st.container(horizontal=True, key="predict_row"):
            for reading, doubted in zip(readings, doubtful, strict=True):
                with st.container(width=28 * _TILE_SCALE, gap="xxsmall"):
                    st.image(
                        pictures.enlarged(reading.sketch.image, _TILE_SCALE),
                        alt=f"Read as {CLASS_NAMES[reading.answer]}",
                    )
                    st.markdown(f"**{reading.answer}** · {reading.probabilities.max():.0%}")
                    if doubted:
                        st.caption("Is it a digit?")
        place = st.segmented_control(
            "Look into one of them",
            range(len(sketches)),
            format_func=lambda place: _ORDINALS[place],
            key="predict_row_digit",
        )
        if place is not None and place < len(sketches):
            save.correct(readings[place])
            explanations.explain(readings[place])
        save.save(
            paint,
            lambda: {
                "model": reader.run.label,
                "number": row.number,
                "digits": [save.as_data(reading) for reading in readings],
            },
        )


_ORDINALS = ("1st", "2nd", "3rd", *(f"{place}th" for place in range(4, 13)))
