"""Fool it: which drawings people read and a network does not, and who has made them."""

import numpy as np
import streamlit as st

from core.classroom.classroom import Classroom
from core.classroom.fooling import Fooled, fooled, points, read_agreed
from core.evaluation import EvaluationError
from core.store.run import RunError
from ui import chrome, pictures, resources, spreadsheets
from ui.classroom.act import act, desk
from ui.classroom.test_set import evaluated
from ui.run_picker import model_labels

_SHOWN = 18
_TARGET = "class_target"


def fool(classroom: Classroom, teaches: bool) -> None:
    """Show who has fooled the network, and let a teacher choose it. Raises `StoreError`."""
    st.markdown(
        "Draw a digit that people read, and the network does not. If two classmates on other devices "
        "label it as you meant it, and no more of them otherwise, and the network misreads it, you get a "
        "point. A scribble gets none: nobody labels it as you do."
    )
    if teaches:
        _choose_target(classroom)
    try:
        found = fooling(classroom.code, classroom.target)
        name = resources.store().get(classroom.target).label
    except (RunError, EvaluationError) as error:
        st.warning(str(error), icon=":material/error:")
        return
    if not found:
        st.markdown(f"Nobody has fooled **{chrome.plain(name)}** yet.")
        return
    table = points(found)
    left, right = st.columns([1, 2], gap="large")
    with left:
        st.dataframe(
            {
                "Student": [spreadsheets.shown(one.name) for one in table],
                "Points": [one.points for one in table],
            },
            hide_index=True,
            key="class_points",
            alt=f"Points of each student who fooled {name}",
        )
    with right:
        st.markdown(f"What fooled **{chrome.plain(name)}**, newest first:")
        newest = found[::-1][:_SHOWN]
        pictures.gallery(
            np.stack([one.drawing.image for one in newest]),
            [f"{one.drawing.label} → {one.prediction}" for one in newest],
            "Drawings that people read and the network does not: label and prediction",
        )


def _choose_target(classroom: Classroom) -> None:
    models = {run.id: run for run in resources.models()}
    labels = model_labels(models.values())
    # What another teacher has chosen must not be undone.
    st.session_state[_TARGET] = classroom.target if classroom.target in models else None
    st.selectbox(
        "Network to fool",
        models,
        index=None,
        format_func=labels.__getitem__,
        key=_TARGET,
        width=420,
        on_change=_set_target,
        args=(classroom.code,),
    )


def _set_target(code: str) -> None:
    if chosen := st.session_state[_TARGET]:
        act(desk(code).choose_target, chosen)


def fooling(code: str, target: str) -> tuple[Fooled, ...]:
    """Return the drawings that fooled a network. Raises `RunError`, `EvaluationError` or `StoreError`."""
    agreed = read_agreed(resources.whole_store().database, code)
    if not agreed:
        return ()
    evaluation = evaluated(target, tuple(drawing for drawing, _ in agreed))
    return fooled(agreed, evaluation.predictions)
