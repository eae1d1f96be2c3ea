"""The question "what is taken for what?"."""

from functools import partial

import pandas as pd
import streamlit as st

from core.data import CLASS_NAMES
from core.evaluation import Evaluation
from core.plots import evaluation_charts
from core.plots.evaluation_charts import ALL, CELL
from core.store.run import Run
from ui import pictures, resources
from ui.evaluate import guessing, widgets

_CHART = "evaluate_matrix"
_DIGIT, _ANSWER = "evaluate_cell_digit", "evaluate_cell_answer"
_ANY = [ALL, *range(10)]
_PER = {"counts": "Counts", "digit": "By truth, in %", "answer": "By answer, in %"}


def show(run: Run) -> None:
    """A guess, the matrix, and the images behind any of its cells."""
    evaluation = resources.test_evaluation(run.id)
    st.subheader("What is taken for what?", anchor=False)
    if guessing.done(run, evaluation):
        _matrix(run, evaluation)
        _images(run, evaluation)


def _matrix(run: Run, evaluation: Evaluation) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        per = st.segmented_control(
            "Show",
            _PER,
            default="counts",
            required=True,
            format_func=_PER.__getitem__,
            key="evaluate_shares",
            persist_state="session",
        )
        st.toggle("Mistakes only", key="evaluate_mistakes_only", persist_state="session")
    matrix, reading = st.columns([3, 2])
    with reading:
        st.markdown(
            "**How to read it.** A row is all images of one digit, and its numbers say what the network "
            "took them for. The blue frames are right answers; the stronger the orange, the more "
            "frequent the mistake."
        )
        st.markdown("**Click a number** to see its images, or choose a row, a column or a cell here.")
        with st.container(horizontal=True):
            for label, key in (("True digit", _DIGIT), ("Answer", _ANSWER)):
                st.selectbox(
                    label,
                    _ANY,
                    format_func=lambda digit: "Any" if digit == ALL else guessing.named(digit),
                    key=key,
                    persist_state="session",
                    width=150,
                )
        draw = partial(
            evaluation_charts.confusion_matrix,
            evaluation.confusion_matrix,
            per,
            st.session_state["evaluate_mistakes_only"],
            _chosen(),
        )
        widgets.save("confusion_matrix", run, matrix_table(evaluation), widgets.of_chart(draw()))
    with matrix:
        st.altair_chart(
            draw(style=pictures.style()),
            key=_CHART,
            on_select=_choose,
            selection_mode=CELL,
            alt=f"Confusion matrix: {evaluation.accuracy:.1%} of the answers are on the diagonal",
        )
    widgets.explain("confusions")


def _choose() -> None:
    """Take up a click on the matrix, before the page runs again."""
    chosen = st.session_state[_CHART].selection.get(CELL)
    if chosen:
        for key, field in ((_DIGIT, "digit"), (_ANSWER, "answer")):
            st.session_state[key] = ALL if chosen[0][field] == ALL else int(chosen[0][field])


def _chosen() -> tuple[int | None, int | None]:
    """The digit and the answer to look at; None for any."""
    digit, answer = (st.session_state[key] for key in (_DIGIT, _ANSWER))
    return None if digit == ALL else digit, None if answer == ALL else answer


def _images(run: Run, evaluation: Evaluation) -> None:
    digit, answer = _chosen()
    mistakes_only = st.session_state["evaluate_mistakes_only"]
    found = evaluation.select(digit, answer, mistakes_only)
    with st.container(key="evaluate_cell"):
        st.subheader(_heading(digit, answer), anchor=False)
        if len(found) == 0:
            st.markdown("There is no such image.")
            return
        st.caption(f"{len(found):,} images, the most confident answer first")
    key = f"cell_{run.id}_{digit}_{answer}_{mistakes_only}"
    name = widgets.images_name(digit, answer, mistakes_only)
    widgets.tiles(run, evaluation, resources.mnist().test_images, found, key, name)


def _heading(digit: int | None, answer: int | None) -> str:
    if digit is None and answer is None:
        return "All images"
    if answer is None:
        return f"All images of {CLASS_NAMES[digit or 0]}"
    if digit is None:
        return f"All images read as {CLASS_NAMES[answer]}"
    return f"{CLASS_NAMES[digit]}, read as {CLASS_NAMES[answer]}"


def matrix_table(evaluation: Evaluation) -> pd.DataFrame:
    """The counts, one row for each true digit."""
    table = pd.DataFrame(evaluation.confusion_matrix, columns=[f"answer_{digit}" for digit in range(10)])
    table.insert(0, "true_digit", range(10))
    return table
