"""A student draws three of each digit for the class."""

import contextlib

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.classroom.classroom import DRAWINGS_PER_DIGIT, MAX_DRAWINGS, ClassroomError, Member, PooledDrawing
from core.classroom.membership import Membership
from core.data import CLASSES, IMAGE_SIZE
from core.drawing.strokes import StrokeError, is_dot, strokes_to_mnist
from core.store.database import StoreError
from ui import chrome, pictures, resources
from ui.classroom import visit
from ui.drawing import Drawing
from ui.drawing_pad import Canvas, drawing_pad

CANVAS = Canvas("class_canvas", 420, 420, pen=30)
_DIGIT = "class_digit"
_TILE_SCALE, _COLUMNS = 2, 11


@st.fragment
def draw(member: Member) -> None:
    """Show a canvas, what to draw on it, and what the member has drawn so far."""
    own = Membership(resources.store().database, member)
    try:
        visit.touch(member)
        is_open = visit.is_open(member)
        drawings = own.drawings()
    except StoreError as error:
        st.error(str(error), icon=":material/database_off:")
        return
    if not is_open:
        if drawings:
            _own_drawings(own, drawings)
        return
    counts = _counts(drawings)
    if st.session_state.get(_DIGIT) is None:
        st.session_state[_DIGIT] = _next(counts)
    digit = st.session_state[_DIGIT]
    left, right = st.columns([2, 3], gap="medium")
    with left:
        # The button is above the canvas, where a phone shows it together with the digit to draw.
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(f"Draw a {digit}", anchor=False, width="content")
            st.button(
                chrome.on_primary(f"Save my {digit}"),
                type="primary",
                icon=":material/add_photo_alternate:",
                key="class_save",
                on_click=_save,
                args=(own, digit),
            )
        drawing_pad(CANVAS)
    with right:
        _preview()
        _progress(counts)
        if drawings:
            _own_drawings(own, drawings)


def _counts(drawings: tuple[PooledDrawing, ...]) -> tuple[int, ...]:
    labels = [drawing.label for drawing in drawings]
    return tuple(labels.count(digit) for digit in range(CLASSES))


def _next(counts: tuple[int, ...]) -> int:
    """Return the digit with the fewest drawings: three rounds of ten differ more than ten times three."""
    return counts.index(min(counts))


def _preview() -> None:
    """Show what would be saved now: it also says that the last stroke has arrived."""
    image, alt = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8), "Nothing to save yet"
    with contextlib.suppress(ClassroomError, StrokeError):
        image, alt = _image(CANVAS.drawing), "Your drawing in MNIST's form"
    with st.container(horizontal=True, vertical_alignment="center", key="class_preview"):
        st.image(pictures.framed(image, _TILE_SCALE), alt=alt)
        st.markdown(f"What is saved: {IMAGE_SIZE}×{IMAGE_SIZE} pixels, as in MNIST.", width="content")


def _progress(counts: tuple[int, ...]) -> None:
    asked = DRAWINGS_PER_DIGIT * CLASSES
    done = sum(min(count, DRAWINGS_PER_DIGIT) for count in counts)
    said = (
        f"{done} of {asked} drawings"
        if done < asked
        else f"You have drawn all {asked}. Now label others' drawings, or draw more, up to {MAX_DRAWINGS}."
    )
    st.progress(done / asked, text=said)
    st.pills(
        f"{DRAWINGS_PER_DIGIT} of each digit: choose which one to draw",
        range(CLASSES),
        key=_DIGIT,
        format_func=lambda digit: f"{digit} · {counts[digit]}/{DRAWINGS_PER_DIGIT}",
    )


def _save(own: Membership, digit: int) -> None:
    drawing = CANVAS.drawing
    try:
        own.save(_image(drawing), digit, drawing.strokes)
        counts = own.counts()
    except (ClassroomError, StrokeError, StoreError) as error:
        st.toast(str(error), icon=":material/block:")
        return
    drawing.replace([])
    st.session_state[_DIGIT] = _next(counts)


def _image(drawing: Drawing) -> npt.NDArray[np.uint8]:
    """Return what is on the canvas in MNIST's form; raises `ClassroomError` if that is no digit."""
    image = strokes_to_mnist(drawing.strokes)
    if image is None:
        raise ClassroomError("Draw a digit in the black box first.")
    if is_dot(drawing.strokes, drawing.pen_width):
        raise ClassroomError("That is only a dot. Draw a whole digit, as large as you like.")
    return image


def _own_drawings(own: Membership, drawings: tuple[PooledDrawing, ...]) -> None:
    """Show the member's drawings as one picture, and only on demand a button for each of them.

    The canvas runs this part of the page after every stroke of everyone in the class.
    """
    st.image(
        _together(drawings),
        alt="Your drawings, newest first: " + ", ".join(str(drawing.label) for drawing in drawings),
    )
    remove = st.expander("Delete a drawing", icon=":material/delete:", key="class_delete", on_change="rerun")
    if not remove.open:
        return
    with remove, st.grid(10, min_column_width=64, gap="xxsmall", key="class_own"):
        for drawing in drawings:
            with st.container(horizontal_alignment="center", gap=None):
                hidden = ", hidden by your teacher" if drawing.hidden else ""
                st.image(
                    pictures.framed(drawing.image, _TILE_SCALE),
                    alt=f"Your drawing, labeled {drawing.label}{hidden}",
                )
                st.button(
                    str(drawing.label),
                    icon=":material/visibility_off:" if drawing.hidden else ":material/close:",
                    key=f"class_delete_{drawing.id}",
                    type="tertiary",
                    help=f"Delete this drawing{hidden}",
                    on_click=_delete,
                    args=(own, drawing.id),
                )


def _together(drawings: tuple[PooledDrawing, ...]) -> npt.NDArray[np.uint8]:
    """Return drawings side by side, in lines as long as a phone is wide."""
    tiles = [pictures.framed(drawing.image, 1) for drawing in drawings]
    blank = np.full_like(tiles[0], pictures.FRAME)
    tiles += [blank] * (-len(tiles) % _COLUMNS) if len(tiles) > _COLUMNS else []
    lines = [tiles[start : start + _COLUMNS] for start in range(0, len(tiles), _COLUMNS)]
    return np.vstack([np.hstack(line) for line in lines])


def _delete(own: Membership, drawing: int) -> None:
    try:
        own.remove(drawing)
    except StoreError as error:
        st.toast(str(error), icon=":material/database_off:")
