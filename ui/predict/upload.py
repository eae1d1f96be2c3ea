"""A picture from a file or a camera, with one digit or several."""

from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.drawing.number import read_number_from_image
from core.drawing.photo import MAX_MEGABYTES, PictureError, find_ink, open_picture
from core.drawing.segmentation import NumberError
from core.evaluation import EvaluationError
from core.ink import InkBox
from ui.predict.answer import lay_out
from ui.predict.number import show_number
from ui.predict.prediction import Classifier, Picture, Sketch

_EMPTY = "Choose a picture, or take one. Write large and with a dark pen."
_NO_INK = "No writing was found in this picture. Take one that shows the digit large and sharp."


@st.fragment
def picture(classifier: Classifier) -> None:
    """Let the visitor choose or take a picture, and show what the network reads in it."""
    at = lay_out(wide=True)
    with at.pad:
        content = _content()
    if content is None:
        at.short.info(_EMPTY, icon=":material/photo_camera:")
        return
    try:
        ink = _ink(content)
        reading = read_number_from_image(classifier.network, ink)
    except (PictureError, NumberError, EvaluationError) as error:
        at.short.error(str(error), icon=":material/broken_image:")
        return
    if reading is None:
        at.short.warning(_NO_INK, icon=":material/search_off:")
        return
    with at.pad.container(width=400):
        st.image(ink, caption="The ink that was found", alt="The picture, its ink white on black")
    sketches = tuple(Sketch(digit.image, partial(_alone, ink, digit.box)) for digit in reading.digits)
    show_number(reading, sketches, lambda: ink, classifier, at)


def _alone(ink: Picture, box: InkBox) -> Picture:
    """Return the picture with nothing on it but what is in a box."""
    alone = np.zeros_like(ink)
    place = slice(box.top, box.bottom), slice(box.left, box.right)
    alone[place] = ink[place]
    return alone


def _content() -> bytes | None:
    """Return what the visitor has chosen or taken. The browser asks for the camera only if it is wanted."""
    camera = st.segmented_control(
        "Where the picture comes from",
        [False, True],
        default=False,
        required=True,
        format_func=lambda camera: "Camera" if camera else "File",
        key="predict_camera",
    )
    if camera:
        file = st.camera_input("Hold a digit, or a row of them, in front of the camera", key="predict_photo")
    else:
        file = st.file_uploader(
            "A picture of a digit, or of a row of them",
            type=["png", "jpg", "jpeg", "webp"],
            key="predict_file",
            max_upload_size=MAX_MEGABYTES,
            help="On paper or on a screen, dark on light or light on dark. It is not stored.",
        )
    return None if file is None else file.getvalue()


@st.cache_resource(scope="session", max_entries=1, show_spinner="Looking for ink…")
def _ink(content: bytes) -> npt.NDArray[np.uint8]:
    """Return the ink of a picture, found once; every explanation needs it."""
    return find_ink(open_picture(content))
