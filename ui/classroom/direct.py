"""What a teacher directs during a lesson: the board, and the queue of the class."""

import streamlit as st

from core.classroom.board import read_board
from core.classroom.classroom import MAX_PANELS, PANELS, Classroom, ClassroomError
from core.jobs.queue_order import move_first
from core.store.database import StoreError
from core.store.run import Run, RunState
from ui import resources
from ui.classroom.act import act, desk
from ui.classroom.address import board_address
from ui.runs_table import STATES

_PANELS = {
    "joined": "Invitation",
    "drawings": "Drawings",
    "queue": "Queue",
    "curve": "Learning curve",
    "matrix": "Confusion matrix",
    "answers": "Answers",
    "leaderboard": "Leaderboard",
    "fooled": "Fool the network",
}


def choose_board(classroom: Classroom) -> None:
    """Let the teacher choose what the board shows, and open it."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="class_board"):
        # What another teacher has chosen must not be undone.
        st.session_state["class_panels"] = list(classroom.board)
        st.multiselect(
            "The board shows",
            PANELS,
            format_func=_PANELS.__getitem__,
            key="class_panels",
            max_selections=MAX_PANELS,
            on_change=_show_on_board,
            args=(classroom.code,),
            help=f"At most {MAX_PANELS} parts, so that they are legible from the back row.",
        )
        st.link_button(
            "Open the board", board_address(classroom.code), icon=":material/cast:", key="class_open_board"
        )


def _show_on_board(code: str) -> None:
    act(desk(code).show_on_board, st.session_state["class_panels"])


def class_queue(code: str) -> None:
    """Show the active runs of the class, and let the teacher choose which begins next."""
    try:
        queue = read_board(resources.store(), code).queue
    except (ClassroomError, StoreError) as error:
        st.warning(str(error), icon=":material/search_off:")
        return
    labels = {run.id: f"{name} · {run.label} · {STATES[run.state]}" for name, run in queue}
    waiting = [run.id for _, run in queue if run.state is RunState.QUEUED]
    if not queue:
        st.markdown("No one in this class is training right now.")
        return
    st.dataframe({"Run": list(labels.values())}, hide_index=True, key="class_queue_table", alt="Active runs")
    chosen = st.selectbox(
        "Which run goes next?",
        waiting,
        format_func=labels.__getitem__,
        key="class_next_run",
        index=None,
        placeholder="Choose a queued run",
        width=480,
    )
    st.button(
        "Move it first",
        icon=":material/vertical_align_top:",
        key="class_move_first",
        disabled=chosen is None,
        on_click=_move_first,
        args=(chosen, [run for _, run in queue]),
        help="Before the other runs of this class. Runs from outside the class do not wait longer.",
    )


def _move_first(run_id: str, active: list[Run]) -> None:
    act(move_first, resources.store(), run_id, {run.owner for run in active})
    resources.estimates.clear()
