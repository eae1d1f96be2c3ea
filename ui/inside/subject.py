"""The image that goes through the network: a test image, the next error, or the visitor's drawing."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.data import TEST_IMAGES, Images
from core.drawing.strokes import StrokeError, strokes_to_mnist
from core.evaluation import EvaluationError
from core.store.database import StoreError
from core.store.run import Run, RunError
from ui import resources
from ui.drawing_pad import ONE_DIGIT
from ui.links import Indices, Setting
from ui.test_part import mnist_set

INDEX, _SOURCE, _PROBLEM, _ASKED = "inside_index", "inside_source", "inside_problem", "inside_asked"
_ADDRESS = "image"
# What the address asks for instead of the number of a test image.
DRAWING_ADDRESS = "drawing"
_TEST_IMAGE, _DRAWING = "Test image", "My drawing"


SETTING = Setting(INDEX, Indices(TEST_IMAGES), 0)


@dataclass(frozen=True, eq=False)
class Subject:
    """An image and what is known of it.

    Attributes
    ----------
    image : ndarray of uint8, shape (28, 28)
    label : int or None
        None for a drawing.
    name : str
        Such as "Test image 5".
    """

    image: Images
    label: int | None
    name: str


def choose(run: Run) -> Subject:
    """Let the visitor choose an image, and return it."""
    dataset, state = resources.mnist(), st.session_state
    count = len(dataset.test_images)
    _take_from_address(count)
    drawing = _drawing()
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="inside_choice"):
        source = _TEST_IMAGE
        if drawing is not None:
            source = st.segmented_control(
                "Image",
                [_TEST_IMAGE, _DRAWING],
                default=_TEST_IMAGE,
                required=True,
                key=_SOURCE,
                persist_state="session",
                label_visibility="collapsed",
            )
        if source == _TEST_IMAGE:
            state.setdefault(INDEX, 0)
            st.number_input(
                "Number of the test image",
                0,
                count - 1,
                key=INDEX,
                bind="query-params",
                persist_state="session",
                label_visibility="collapsed",
                width=108,
            )
            st.button(
                "Next error",
                icon=":material/skip_next:",
                key="inside_next",
                help="The next test image that the network gets wrong at the end of its training.",
                on_click=_next_error,
                args=(run,),
            )
            st.button(
                "Random", icon=":material/casino:", key="inside_random", on_click=_random, args=(count,)
            )
    if problem := state.pop(_PROBLEM, None):
        st.warning(problem, icon=":material/info:")
    if source == _DRAWING and drawing is not None:
        return Subject(drawing, None, "Your drawing")
    index = int(state[INDEX])
    return Subject(dataset.test_images[index], int(dataset.test_labels[index]), f"Test image {index}")


def choose_test_image(index: int) -> None:
    """Let a test image go through the network when the page runs again."""
    st.session_state[INDEX], st.session_state[_SOURCE] = index, _TEST_IMAGE


def _take_from_address(count: int) -> None:
    """Begin with the test image that the address asks for, once."""
    asked = st.query_params.get(_ADDRESS)
    if asked is None or st.session_state.get(_ASKED) == asked:
        return
    st.session_state[_ASKED] = asked
    if asked == DRAWING_ADDRESS and _drawing() is not None:
        st.session_state[_SOURCE] = _DRAWING
    elif asked == DRAWING_ADDRESS:
        st.session_state[_PROBLEM] = "There is no drawing here. Draw a digit on Predict first."
    elif asked in map(str, range(count)):
        choose_test_image(int(asked))
    else:
        st.session_state[_PROBLEM] = f"There is no such test image. They have the numbers 0 to {count - 1:,}."


def _drawing() -> Images | None:
    """Return what the visitor has drawn on Predict, in MNIST's form; None if there is no ink."""
    try:
        return strokes_to_mnist(ONE_DIGIT.drawing.strokes)
    except StrokeError:
        return None


def _next_error(run: Run) -> None:
    """Go on to the next test image that the network gets wrong, from the last one to the first."""
    state = st.session_state
    try:
        test_set = mnist_set()
        found = resources.evaluation(run.id, test_set).errors
        errors = np.sort([test_set.number(index) for index in found])
    except (RunError, StoreError, EvaluationError) as error:
        state[_PROBLEM] = str(error)
        return
    if len(errors) == 0:
        state[_PROBLEM] = "This network gets all test images right."
        return
    later = errors[errors > state[INDEX]]
    state[INDEX] = int(later[0] if len(later) else errors[0])


def _random(count: int) -> None:
    st.session_state[INDEX] = int(np.random.default_rng().integers(count))
