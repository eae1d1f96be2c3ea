"""A photo from a file or the camera, with one digit, a number, or a page of them."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from core.data import DataError
from core.drawing.number import NumberReading
from core.drawing.overlay import draw_over
from core.drawing.page import Page, PageError, find_page, read_page
from core.drawing.photo import EXTENSIONS, MAX_MEGABYTES, PictureError, open_picture
from core.drawing.segmentation import NumberError
from core.evaluation import EvaluationError
from core.ink import InkBox
from ui.predict.digit import Places, Shown, lay_out
from ui.predict.number import show_number, show_numbers
from ui.predict.prediction import Classifier, Picture, Sketch

_EMPTY = "Choose a photo, or take one. Write large and with a dark pen."
_NO_INK = (
    "No handwriting found in this photo, or it is too faint. Take one that shows it large, dark and sharp."
)


@st.fragment
def photo(classifier: Classifier) -> None:
    """Let the visitor choose or take a photo, and show the prediction for what is written on it."""
    at = lay_out(wide=True)
    with at.pad:
        content = _content()
    at.complete(_show_photo(content, classifier, at))


def _show_photo(content: bytes | None, classifier: Classifier, at: Places) -> Shown:
    if content is None:
        at.prediction.info(_EMPTY, icon=":material/photo_camera:")
        return Shown("")
    try:
        page = _page(content)
        numbers = read_page(classifier.network, page)
    except (PictureError, PageError, NumberError, EvaluationError, DataError) as error:
        at.prediction.error(str(error), icon=":material/broken_image:")
        return Shown("")
    if not numbers:
        at.prediction.warning(_NO_INK, icon=":material/search_off:")
        return Shown("")
    found = [(number, _sketches(page.ink, number)) for number in numbers]
    if len(found) == 1:
        shown = show_number(*found[0], lambda: page.ink, classifier, at)
    else:
        shown = show_numbers(found, lambda: page.ink, classifier, at)
    return Shown(shown.sentence, partial(_show_details, page, numbers, shown, at))


def _show_details(page: Page, numbers: Sequence[NumberReading], shown: Shown, at: Places) -> None:
    with at.details:
        st.image(
            draw_over(page, numbers),
            caption="What was read: ink in blue, a box around each digit",
            alt="The photo, upright, with the ink that was found in blue and a box around each digit",
            width="stretch",
        )
    shown.show_details()


def _sketches(ink: Picture, number: NumberReading) -> tuple[Sketch, ...]:
    return tuple(Sketch(digit.image, partial(_alone, ink, digit.box)) for digit in number.digits)


def _alone(ink: Picture, box: InkBox) -> Picture:
    """Return the picture with nothing on it but what is in a box."""
    alone = np.zeros_like(ink)
    place = slice(box.top, box.bottom), slice(box.left, box.right)
    alone[place] = ink[place]
    return alone


def _content() -> bytes | None:
    """Return what the visitor has chosen or taken. The browser asks for the camera only if it is wanted."""
    camera = st.segmented_control(
        "Source of the photo",
        [False, True],
        default=False,
        required=True,
        format_func=lambda camera: "Camera" if camera else "File",
        key="predict_camera",
        label_visibility="collapsed",
    )
    if camera:
        file = st.camera_input(
            "Hold one digit, a number, or a page of up to 12 lines in front of the camera",
            key="predict_photo",
        )
    else:
        file = st.file_uploader(
            "A photo of one digit, a number, or a page of up to 12 lines",
            type=list(EXTENSIONS),
            key="predict_file",
            max_upload_size=MAX_MEGABYTES,
            help="On paper or on a screen, dark on light or light on dark. It is not stored.",
        )
    return None if file is None else file.getvalue()


@st.cache_resource(scope="session", max_entries=1, show_spinner="Looking for strokes…")
def _page(content: bytes) -> Page:
    """Return the page on a picture, found once; every explanation needs it."""
    return find_page(open_picture(content))
