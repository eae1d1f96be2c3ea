"""The results of a network: test accuracy, precision and recall of each digit, confusion matrix."""

from functools import partial

import pandas as pd
import streamlit as st

from core.analysis.significance import Interval, wilson
from core.data import CLASS_NAMES
from core.evaluation import Evaluation
from core.plots import confusion_charts
from core.plots.confusion_charts import ALL, CELL
from core.store.run import Run
from ui import pictures, resources
from ui.evaluate import guessing, significance, widgets

_CHART = "evaluate_matrix"
_LABEL, _PREDICTION = "evaluate_cell_digit", "evaluate_cell_answer"
_ANY = [ALL, *range(10)]
_PER = {"counts": "Counts", "digit": "By truth, in %", "answer": "By answer, in %"}


def show_score(run: Run) -> None:
    """Show the test accuracy with its interval, other models, other seeds, and each digit."""
    evaluation = resources.test_evaluation(run.id)
    interval = _accuracy(run, evaluation)
    significance.show(run, evaluation, interval)
    _digits(run, evaluation)


def _accuracy(run: Run, evaluation: Evaluation) -> Interval:
    interval = wilson(int(evaluation.correct.sum()), len(evaluation.labels))
    st.subheader("How sure is the score?", anchor=False)
    test, train, errors = st.columns(3)
    with test.container(key="test_accuracy"):
        st.metric("Test images, read right", f"{evaluation.accuracy:.2%}", border=True)
    if run.train_accuracy is not None:
        train.metric("Images it learned from, read right", f"{run.train_accuracy:.2%}", border=True)
    errors.metric("Mistakes among the test images", f"{len(evaluation.errors):,}", border=True)
    with st.container(key="test_interval"):
        st.markdown(
            "The 10,000 test images are a sample. On other digits of the same kind, written by the same "
            f"sort of people and prepared in the same way, the accuracy lies between **{interval.low:.2%}** "
            f"and **{interval.high:.2%}**, with 95% confidence. It says nothing about other handwriting."
        )
    widgets.explain("accuracy")
    return interval


def _digits(run: Run, evaluation: Evaluation) -> None:
    st.subheader("Digit by digit", anchor=False)
    scores = pd.DataFrame(evaluation.digit_scores)
    percent = st.column_config.NumberColumn(format="%.1f %%")
    st.dataframe(
        pd.DataFrame(
            {
                "Digit": [f"{digit} · {CLASS_NAMES[digit]}" for digit in scores["digit"]],
                "Precision": scores["precision"] * 100,
                "Recall": scores["recall"] * 100,
                "F1": scores["f1"] * 100,
                "Images": scores["support"],
            }
        ),
        hide_index=True,
        key="evaluate_digit_scores",
        column_config=dict.fromkeys(("Precision", "Recall", "F1"), percent),
        alt="Precision, recall and F1 of each digit",
    )
    widgets.save("digit_scores", run, scores.round(4))
    widgets.explain("digits")


def show_confusions(run: Run) -> None:
    """Show a guess, the confusion matrix, and the images behind any of its cells."""
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
    matrix, explanation = st.columns([3, 2])
    with explanation:
        st.markdown(
            "**How to read it.** A row is all images of one digit, and its numbers say what the network "
            "took them for. The blue frames are right answers; the stronger the orange, the more "
            "frequent the mistake."
        )
        st.markdown("**Click a number** to see its images, or choose a row, a column or a cell here.")
        with st.container(horizontal=True):
            for label, key in (("True digit", _LABEL), ("Answer", _PREDICTION)):
                st.selectbox(
                    label,
                    _ANY,
                    format_func=lambda digit: "Any" if digit == ALL else guessing.named(digit),
                    key=key,
                    persist_state="session",
                    width=150,
                )
        draw = partial(
            confusion_charts.confusion_matrix,
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
    """Store a click on the matrix, before the page runs again."""
    chosen = st.session_state[_CHART].selection.get(CELL)
    if chosen:
        for key, field in ((_LABEL, "digit"), (_PREDICTION, "answer")):
            st.session_state[key] = ALL if chosen[0][field] == ALL else int(chosen[0][field])


def _chosen() -> tuple[int | None, int | None]:
    """Return the true and the predicted digit to look at; None for any."""
    label, prediction = (st.session_state[key] for key in (_LABEL, _PREDICTION))
    return None if label == ALL else label, None if prediction == ALL else prediction


def _images(run: Run, evaluation: Evaluation) -> None:
    label, prediction = _chosen()
    errors_only = st.session_state["evaluate_mistakes_only"]
    found = evaluation.select(label, prediction, errors_only)
    with st.container(key="evaluate_cell"):
        st.subheader(_heading(label, prediction), anchor=False)
        if len(found) == 0:
            st.markdown("There is no such image.")
            return
        st.caption(f"{len(found):,} images, the most confident answer first")
    key = f"cell_{run.id}_{label}_{prediction}_{errors_only}"
    name = widgets.images_name(label, prediction, errors_only)
    widgets.tiles(run, evaluation, resources.mnist().test_images, found, key, name)


def _heading(label: int | None, prediction: int | None) -> str:
    if label is None and prediction is None:
        return "All images"
    if prediction is None:
        return f"All images of {CLASS_NAMES[label or 0]}"
    if label is None:
        return f"All images read as {CLASS_NAMES[prediction]}"
    return f"{CLASS_NAMES[label]}, read as {CLASS_NAMES[prediction]}"


def matrix_table(evaluation: Evaluation) -> pd.DataFrame:
    """Return the confusion matrix as a table, one row for each true digit."""
    table = pd.DataFrame(evaluation.confusion_matrix, columns=[f"answer_{digit}" for digit in range(10)])
    table.insert(0, "true_digit", range(10))
    return table
