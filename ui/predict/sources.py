"""Where a digit comes from: each source shows itself and what the network predicts for it."""

import contextlib
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import streamlit as st

from core.data import DataError
from core.drawing.detector import Likeness, load_detector
from core.drawing.number import looks_like_several, read_number_from_strokes
from core.drawing.segmentation import NumberError
from core.drawing.strokes import Stroke, StrokeError, draw, is_dot, strokes_to_mnist
from core.evaluation import EvaluationError
from ui import chrome, pictures, resources
from ui.drawing import Drawing
from ui.drawing_pad import ONE_DIGIT, SEVERAL_DIGITS, drawing_pad
from ui.predict.digit import Places, Shown, lay_out, show_details, show_digit, show_no_details
from ui.predict.number import show_number
from ui.predict.prediction import Classifier, Prediction, Sketch

# The widget that chooses the source, and one of its options.
CHOICE, SEVERAL, TEST_IMAGE = "predict_source", "Several digits", "Test image"

_ADDRESS = "image"
_TEST_IMAGE_PIXEL, _COPY_PIXEL = 9, 3

_EMPTY = "Draw a digit from 0 to 9 in the black box. Without a mouse, choose *Test image* or *Photo*."
_EMPTY_NUMBER = "Write a number in the black box, its digits side by side."
_DOT = "That is only a dot. Draw a whole digit, as large as you like."


@st.fragment
def one_digit(classifier: Classifier) -> None:
    """Show a canvas for one digit, and the prediction for what is drawn."""
    # Before the layout is sent: the browser would lay that out first, and the answer after it.
    show = _read_digit(ONE_DIGIT.drawing, classifier)
    at = lay_out()
    shown = show(at)
    with at.pad:
        _show_image_to_copy()
        drawing_pad(ONE_DIGIT)
    at.complete(shown)


def _read_digit(drawing: Drawing, classifier: Classifier) -> Callable[[Places], Shown]:
    """Return what shows the prediction for a drawing, or what to do."""
    try:
        strokes, pen_width = drawing.strokes, drawing.pen_width
        image = strokes_to_mnist(strokes)
        if image is None or is_dot(strokes, pen_width):
            return partial(_inform, _EMPTY if image is None else _DOT, show_no_details)
        paint = partial(draw, strokes, pen_width, ONE_DIGIT.width, ONE_DIGIT.height)
        prediction = classifier.predict(Sketch(image, paint, strokes))
        several = _looks_like_several(classifier, strokes)
    except (StrokeError, EvaluationError) as error:
        return partial(_warn, str(error), show_no_details)
    if several:
        return partial(_show_several, prediction, drawing)
    return partial(show_digit, prediction)


def _inform(sentence: str, show_details: Callable[[Places], None], at: Places) -> Shown:
    at.prediction.info(sentence, icon=":material/draw:")
    return Shown("", partial(show_details, at))


def _warn(sentence: str, show_details: Callable[[Places], None], at: Places) -> Shown:
    at.prediction.warning(sentence, icon=":material/gesture:")
    return Shown("", partial(show_details, at))


def _show_nothing(at: Places) -> None:
    """Show no details: a number has no place for them before there is one."""


def _show_several(prediction: Prediction, drawing: Drawing, at: Places) -> Shown:
    is_symbol = load_detector().likeness(prediction.sketch.image) is Likeness.SYMBOL
    sentence = f"Looks like more than one digit: switch to *{SEVERAL}*."
    if is_symbol:
        sentence = f"Several digits? Then switch to *{SEVERAL}*. Or is it a letter or symbol?"
    at.prediction.warning(sentence, icon=":material/help:")
    if at.prediction.button(
        f"Switch to {SEVERAL}",
        icon=":material/swap_horiz:",
        key="predict_switch",
        on_click=_switch_to_several,
        args=(drawing,),
    ):
        st.rerun()  # The choice of the source is outside of this fragment.
    return Shown("", partial(show_details, prediction, at, own=False))


def _looks_like_several(classifier: Classifier, strokes: Sequence[Stroke]) -> bool:
    """Return whether strokes are several digits; without the detector, which tells, they are one."""
    with contextlib.suppress(DataError):
        return looks_like_several(classifier.network, strokes)
    return False


def _switch_to_several(drawing: Drawing) -> None:
    """Take a drawing over to the canvas for a number."""
    SEVERAL_DIGITS.drawing.replace(drawing.fitted(SEVERAL_DIGITS.width, SEVERAL_DIGITS.height))
    st.session_state[CHOICE] = SEVERAL


@st.fragment
def several_digits(classifier: Classifier) -> None:
    """Show a wide canvas for a number, and the predictions for its digits."""
    show = _read_number(SEVERAL_DIGITS.drawing, classifier)  # As in `one_digit`.
    at = lay_out(wide=True)
    shown = show(at)
    with at.pad:
        drawing_pad(SEVERAL_DIGITS)
    at.complete(shown)


def _read_number(drawing: Drawing, classifier: Classifier) -> Callable[[Places], Shown]:
    """Return what shows the number in a drawing, or what to do."""
    try:
        strokes, pen_width = drawing.strokes, drawing.pen_width
        reading = read_number_from_strokes(classifier.network, strokes)
    except (StrokeError, NumberError, EvaluationError, DataError) as error:
        return partial(_warn, str(error), _show_nothing)
    if reading is None or is_dot(strokes, pen_width):
        return partial(_inform, _EMPTY_NUMBER if reading is None else _DOT, _show_nothing)
    paint = partial(draw, pen_width=pen_width, width=SEVERAL_DIGITS.width, height=SEVERAL_DIGITS.height)
    sketches = tuple(
        Sketch(digit.image, partial(paint, digit.strokes), digit.strokes) for digit in reading.digits
    )
    return partial(show_number, reading, sketches, partial(paint, strokes), classifier)


@st.fragment
def test_image(classifier: Classifier) -> None:
    """Show a random image of the test set, and the prediction for it."""
    dataset, at = resources.mnist(), lay_out()
    if "predict_index" not in st.session_state:
        asked = _image_to_copy(len(dataset.test_images))
        if asked is None:
            _choose_test_image()
        else:
            st.session_state["predict_index"] = asked
    index = st.session_state["predict_index"]
    image, label = dataset.test_images[index], dataset.test_labels[index]
    with at.pad:
        st.image(pictures.framed(image, _TEST_IMAGE_PIXEL), alt=f"Test image {index}, a {label}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Random test image",
                icon=":material/casino:",
                key="predict_another",
                on_click=_choose_test_image,
            )
            st.markdown(f"Image {index} · label **{label}**", width="content")
        chrome.page_link("8_inside.py", "Look inside the network", model=classifier.run.id, image=str(index))
    try:
        prediction = classifier.predict(Sketch(image, lambda: pictures.enlarged(image, 10)))
    except EvaluationError as error:
        at.prediction.error(str(error), icon=":material/error:")
        at.complete(Shown(""))
        return
    at.complete(show_digit(prediction, at, own=False))


def image_of(source: str) -> str | None:
    """Return the number of the test image that a link to this source must name."""
    return str(st.session_state["predict_index"]) if source == TEST_IMAGE else st.query_params.get(_ADDRESS)


def _choose_test_image() -> None:
    count = len(resources.mnist().test_images)
    st.session_state["predict_index"] = int(np.random.default_rng().integers(count))


def _show_image_to_copy() -> None:
    """Show the test image that the address asks for, for the visitor to copy."""
    dataset = resources.mnist()
    index = _image_to_copy(len(dataset.test_images))
    if index is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="predict_to_copy"):
        image, label = dataset.test_images[index], dataset.test_labels[index]
        st.image(pictures.framed(image, _COPY_PIXEL), alt=f"Test image {index}, to copy")
        st.markdown(f"Copy this **{label}** (test image {index}).", width="content")


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
