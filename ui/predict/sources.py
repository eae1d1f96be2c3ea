"""Where a digit comes from: each source shows itself and what the network reads in it."""

from functools import partial

import numpy as np
import streamlit as st

from core.data import CLASS_NAMES
from core.drawing.number import read_number_from_strokes
from core.drawing.segmentation import NumberError
from core.drawing.strokes import StrokeError, draw, is_dot, strokes_to_mnist
from core.evaluation import EvaluationError
from ui import pictures, resources
from ui.chrome import wide_screen
from ui.drawing_pad import SIDE, drawing_pad
from ui.predict.answer import lay_out, show_answer
from ui.predict.number import show_number
from ui.predict.prediction import Classifier, Sketch

# Pixels of the canvas for a number: as wide as a phone, or a laptop, has room for.
NARROW, WIDE, NUMBER_HEIGHT = 340, 500, 200

_ADDRESS = "image"

_EMPTY_NUMBER = "Write a number on the black field, its digits side by side."
_EMPTY = "Draw a digit from 0 to 9 on the black field."
_DOT = "That is only a dot. Draw a whole digit, as large as you like."


@st.fragment
def one_digit(classifier: Classifier) -> None:
    """Show a canvas for one digit, and what the network reads in it."""
    at = lay_out()
    with at.pad:
        _show_image_to_copy()
        drawing = drawing_pad("predict_canvas")
    try:
        strokes, pen_width = drawing.strokes, drawing.pen_width
        image = strokes_to_mnist(strokes)
    except StrokeError as error:
        at.short.warning(str(error), icon=":material/gesture:")
        return
    if image is None:
        at.short.info(_EMPTY, icon=":material/draw:")
    elif is_dot(strokes, pen_width):
        at.short.info(_DOT, icon=":material/draw:")
    else:
        show_answer(Sketch(image, partial(draw, strokes, pen_width, SIDE, SIDE), strokes), classifier, at)


@st.fragment
def several_digits(classifier: Classifier) -> None:
    """Show a wide canvas for a number, and what the network reads in it."""
    at = lay_out(wide=True)
    width = WIDE if wide_screen() else NARROW
    with at.pad:
        drawing = drawing_pad("predict_row_canvas", width, NUMBER_HEIGHT, pen=12)
    try:
        strokes, pen_width = drawing.strokes, drawing.pen_width
        reading = read_number_from_strokes(classifier.network, strokes)
    except (StrokeError, NumberError, EvaluationError) as error:
        at.short.warning(str(error), icon=":material/gesture:")
        return
    if reading is None:
        at.short.info(_EMPTY_NUMBER, icon=":material/draw:")
    elif is_dot(strokes, pen_width):
        at.short.info(_DOT, icon=":material/draw:")
    else:
        paint = partial(draw, pen_width=pen_width, width=width, height=NUMBER_HEIGHT)
        sketches = tuple(
            Sketch(digit.image, partial(paint, digit.strokes), digit.strokes) for digit in reading.digits
        )
        show_number(reading, sketches, partial(paint, strokes), classifier, at)


@st.fragment
def test_image(classifier: Classifier) -> None:
    """Show an image of the test set, by chance, and what the network reads in it."""
    dataset, at = resources.mnist(), lay_out()
    if "predict_index" not in st.session_state:
        _choose_test_image()
    index = st.session_state["predict_index"]
    image, name = dataset.test_images[index], CLASS_NAMES[dataset.test_labels[index]]
    canvas = pictures.enlarged(image, 10)
    with at.pad:
        st.image(canvas, alt=f"Test image {index}", width=280)
        st.markdown(f"Test image {index}, written as a **{name}**")
        st.button("Another one", icon=":material/casino:", key="predict_another", on_click=_choose_test_image)
    show_answer(Sketch(image, lambda: canvas), classifier, at, own=False)


def _choose_test_image() -> None:
    count = len(resources.mnist().test_images)
    st.session_state["predict_index"] = int(np.random.default_rng().integers(count))


def _show_image_to_copy() -> None:
    """Show the test image that the address asks for, to be drawn by hand."""
    dataset = resources.mnist()
    index = _image_to_copy(len(dataset.test_images))
    if index is not None:
        st.markdown(f"Draw this **{CLASS_NAMES[dataset.test_labels[index]]}**, test image {index}:")
        st.image(pictures.enlarged(dataset.test_images[index], 4), alt=f"Test image {index} to copy")


def _image_to_copy(count: int) -> int | None:
    """Return the test image of ``count`` that the address asks for; if there is no such image, say so."""
    asked = st.query_params.get(_ADDRESS)
    if asked is None:
        return None
    if asked in map(str, range(count)):
        return int(asked)
    st.warning(
        f"There is no such test image to draw. They have the numbers 0 to {count - 1:,}.",
        icon=":material/search_off:",
    )
    return None
