"""A student says what others have drawn, without seeing their labels."""

import streamlit as st

from core.classroom.classroom import ClassroomError, Member, PooledDrawing
from core.classroom.progress import READINGS_ASKED
from core.classroom.second_readings import count_readings, next_unread, save_reading
from core.data import CLASSES
from core.store.database import StoreError
from ui import pictures, resources
from ui.classroom import visit
from ui.words import counted

_TILE_SCALE = 7


@st.fragment
def label(member: Member) -> None:
    """Show a drawing of somebody else, and ten digits to choose from."""
    database = resources.store().database
    try:
        visit.touch(member)
        if not visit.is_open(member):
            return
        drawing, done = next_unread(database, member), count_readings(database, member)
    except StoreError as error:
        st.error(str(error), icon=":material/database_off:")
        return
    left, right = st.columns([2, 3], gap="medium")
    with right:
        st.markdown(
            "You see no label, so you say what you really read. If two people read a drawing "
            "differently, a network can't know better: check its label."
        )
        share = min(done / READINGS_ASKED, 1.0)
        st.progress(
            share, text=f"You have labeled {counted(done, 'drawing')}. {READINGS_ASKED} already help."
        )
    with left:
        if drawing is None:
            st.info(
                "There is no drawing left to label. Others are still drawing.", icon=":material/done_all:"
            )
            st.button("Look again", icon=":material/refresh:", key="class_label_again")
            return
        st.header("Which digit is this?", anchor=False)
        st.image(pictures.framed(drawing.image, _TILE_SCALE), alt="A drawing of somebody else")
        _answers(member, drawing)


def _answers(member: Member, drawing: PooledDrawing) -> None:
    with st.grid(5, min_column_width=56, gap="xsmall", key="class_answers"):
        for digit in range(CLASSES):
            st.button(
                f"**{digit}**",
                key=f"class_label_{digit}",
                width="stretch",
                on_click=_answer,
                args=(member, drawing.id, digit),
            )
    st.button(
        "I can't tell",
        icon=":material/question_mark:",
        key="class_label_none",
        on_click=_answer,
        args=(member, drawing.id, None),
    )


def _answer(member: Member, drawing: int, digit: int | None) -> None:
    try:
        save_reading(resources.store().database, member, drawing, digit)
    except (ClassroomError, StoreError) as error:
        st.toast(str(error), icon=":material/block:")
