"""Several digits side by side: the number, and each digit by itself."""

import streamlit as st

from core.data import CLASS_NAMES
from core.ink import InkBox
from core.rows import Row
from ui import pictures
from ui.predict import answer, keep, why
from ui.predict.answer import Places
from ui.predict.reading import Picture, Reader, Reading, Sketch

_TILE_SCALE = 3


def show(row: Row, sketches: tuple[Sketch, ...], reader: Reader, at: Places) -> None:
    """Show the number that was read, and let the visitor look into each of its digits.

    Parameters
    ----------
    row : Row
    sketches : tuple of Sketch
        Each digit by itself, as it was drawn.
    reader : Reader
    at : Places
    """
    if len(sketches) == 1:
        answer.show(sketches[0], reader, at)
        return
    at.short.metric(
        "The network reads",
        row.number,
        f"Least sure digit: {min(float(reading.probabilities.max()) for reading in row.readings):.1%}",
        delta_color="off",
        delta_arrow="off",
    )
    with at.details:
        st.markdown("**Where it sees one digit end and the next begin**")
        with st.container(horizontal=True, key="predict_row"):
            for reading in row.readings:
                with st.container(width=28 * _TILE_SCALE, gap="xxsmall"):
                    st.image(
                        pictures.enlarged(reading.image, _TILE_SCALE),
                        alt=f"Read as {CLASS_NAMES[reading.digit]}",
                    )
                    st.markdown(f"**{reading.digit}** · {reading.probabilities.max():.0%}")
                    if why.is_refused(reading.image):
                        st.caption("Is it a digit?")
        place = st.segmented_control(
            "Look into one of them",
            range(len(sketches)),
            format_func=lambda place: _ORDINALS[place],
            key="predict_row_digit",
        )
        if place is not None and place < len(sketches):
            chosen = Reading(sketches[place], reader, row.readings[place].probabilities)
            keep.correct(chosen)
            why.explain(chosen)


_ORDINALS = ("1st", "2nd", "3rd", *(f"{place}th" for place in range(4, 13)))


def cut_out(picture: Picture, box: InkBox, margin: int = 0) -> Picture:
    """The part of a picture in a box and so many pixels around it."""
    top, left = max(0, box.top - margin), max(0, box.left - margin)
    return picture[top : box.bottom + margin, left : box.right + margin]
