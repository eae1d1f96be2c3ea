"""Where a digit to be read comes from: each of these shows a source and what is read in it."""

from functools import partial

import numpy as np
import streamlit as st

from core.data import CLASS_NAMES
from core.drawing.number import read_row
from core.drawing.segmentation import RowError
from core.drawing.strokes import PenError, draw, is_dot, strokes_to_mnist
from core.evaluation import EvaluationError
from ui import pictures, resources
from ui.chrome import wide_screen
from ui.drawing_pad import SIDE, drawing_pad
from ui.predict import answer, number
from ui.predict.prediction import Reader, Sketch

# Pixels of the canvas for a row of digits: as wide as a phone, or a laptop, has room for.
NARROW, WIDE, ROW_HEIGHT = 340, 500, 200

_ADDRESS = "image"

_EMPTY_ROW = "Write a number on the black field, its digits side by side."
_EMPTY = "Draw a digit from 0 to 9 on the black field."
_DOT = "That is only a dot. Draw a whole digit, as large as you like."


@st.fragment
def one_digit(reader: Reader) -> None:
    """A canvas for one digit."""
    at = answer.places()
    with at.pad:
        _show_image_to_copy()
        drawn = drawing_pad("predict_canvas")
    try:
        strokes, width = drawn.strokes, drawn.pen
        image = strokes_to_mnist(strokes)
    except PenError as error:
        at.short.warning(str(error), icon=":material/gesture:")
        return
    if image is None:
        at.short.info(_EMPTY, icon=":material/draw:")
    elif is_dot(strokes, width):
        at.short.info(_DOT, icon=":material/draw:")
    else:
        paint = partial(draw, strokes, width, SIDE, SIDE)
        answer.show(Sketch(image, paint, strokes), reader, at)


@st.fragment
def several_digits(reader: Reader) -> None:
    """A wide canvas for several digits."""
    at = answer.places(wide=True)
    side = WIDE if wide_screen() else NARROW
    with at.pad:
        drawn = drawing_pad("predict_row_canvas", side, ROW_HEIGHT, pen=12)
    try:
        strokes, width = drawn.strokes, drawn.pen
        read = read_row(reader.network, strokes)
    except (PenError, RowError, EvaluationError) as error:
        at.short.warning(str(error), icon=":material/gesture:")
        return
    if read is None:
        at.short.info(_EMPTY_ROW, icon=":material/draw:")
    elif is_dot(strokes, width):
        at.short.info(_DOT, icon=":material/draw:")
    else:
        sketches = tuple(
            Sketch(digit.image, partial(draw, digit.strokes, width, side, ROW_HEIGHT), digit.strokes)
            for digit in read.readings
        )
        number.show(read, sketches, partial(draw, strokes, width, side, ROW_HEIGHT), reader, at)


def _show_image_to_copy() -> None:
    """The test image that the address asks for, to be drawn by hand."""
    dataset = resources.mnist()
    index = _image_to_copy(len(dataset.test_images))
    if index is not None:
        st.markdown(f"Draw this **{CLASS_NAMES[dataset.test_labels[index]]}**, test image {index}:")
        st.image(pictures.enlarged(dataset.test_images[index], 4), alt=f"Test image {index} to copy")


@st.fragment
def sample(reader: Reader) -> None:
    """An image of the test set, by chance."""
    dataset, at = resources.mnist(), answer.places()
    if "predict_index" not in st.session_state:
        _choose_test_image()
    index = st.session_state["predict_index"]
    image, name = dataset.test_images[index], CLASS_NAMES[dataset.test_labels[index]]
    canvas = pictures.enlarged(image, 10)
    with at.pad:
        st.image(canvas, alt=f"Test image {index}", width=280)
        st.markdown(f"Test image {index}, written as a **{name}**")
        st.button("Another one", icon=":material/casino:", key="predict_another", on_click=_choose_test_image)
    answer.show(Sketch(image, lambda: canvas), reader, at, own=False)


def _choose_test_image() -> None:
    count = len(resources.mnist().test_images)
    st.session_state["predict_index"] = int(np.random.default_rng().integers(count))


def _image_to_copy(images: int) -> int | None:
    """The test image that the address asks for; of one that is not there, the page says so.

    Parameters
    ----------
    images : int
        How many test images there are.
    """
    asked = st.query_params.get(_ADDRESS)
    if asked is None:
        return None
    if asked in map(str, range(images)):
        return int(asked)
    st.warning(
        f"There is no such test image to draw. They have the numbers 0 to {images - 1:,}.",
        icon=":material/search_off:",
    )
    return None
