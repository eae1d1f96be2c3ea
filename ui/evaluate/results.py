"""The results of a network: test accuracy, confusion matrix, precision and recall of each class."""

from functools import partial

import pandas as pd
import streamlit as st

from core.analysis.significance import wilson
from core.data import CLASS_NAMES
from core.evaluation import Evaluation
from core.plots import confusion_charts, theme
from core.plots.confusion_charts import CELL
from core.store.run import Run
from core.test_sets.evaluation_sets import EvaluationSet
from ui import chrome, links, pictures, projector, resources
from ui.announcement import announce
from ui.evaluate import guessing, widgets
from ui.take_home import take_home
from ui.words import percent

ALL = "all"
_CHART = "evaluate_matrix"
_LABEL, _PREDICTION = "evaluate_cell_digit", "evaluate_cell_answer"
_PROPOSED = "evaluate_cell_proposed"
_ADDRESS, _ASKED = "cell", "evaluate_cell_asked"
# How the address writes a true or a predicted label.
_TEXTS = {ALL: ALL, **{str(digit): digit for digit in range(10)}}
_ERRORS_ONLY, _PER = "evaluate_mistakes_only", "evaluate_shares"
_SHARES = {"counts": "Counts", "label": "Row % (recall)", "prediction": "Column % (precision)"}


def show(run: Run, test_set: EvaluationSet) -> None:
    """Show the test accuracy, the confusion matrix with the images of a cell, and each class."""
    evaluation = resources.evaluation(run.id, test_set)
    _numbers(run, evaluation)
    _follow_address()
    _propose(evaluation)
    matrix, images = st.columns([3, 2])
    with matrix:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header("Confusion matrix", anchor=False, width="content")
            guess_first = guessing.offer()
        shown = not guess_first or guessing.done(run, test_set, evaluation)
        if shown:
            _matrix(run, evaluation)
    if shown:
        with images:
            _images(run, test_set, evaluation)
    st.caption(f"{chrome.plain(run.name)}: {run.recipe.settings}")
    take_home(run)
    _classes(run, evaluation)
    for metric in ("accuracy", "confusions", "digits"):
        widgets.explain(metric)


def _numbers(run: Run, evaluation: Evaluation) -> None:
    count = len(evaluation.labels)
    interval = wilson(int(evaluation.correct.sum()), count)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(horizontal=True, gap="medium", width="content"):
            with st.container(key="test_accuracy", width="content"):
                st.metric(
                    "Test accuracy",
                    percent(evaluation.accuracy, 2),
                    width="content",
                    help=f"Share of the {count:,} test images that the network classifies correctly.",
                )
            if run.train_accuracy is not None:
                st.metric(
                    "Training accuracy",
                    percent(run.train_accuracy, 2),
                    width="content",
                    help="The same share of the images that it was trained on.",
                )
        with st.container(key="test_interval", width="content", gap=None):
            st.markdown(
                f"95% confidence interval: **{interval.low:.2%} – {interval.high:.2%}**",
                help=f"The {count:,} test images are a sample. On new digits from the same source the "
                "accuracy would lie in this interval, with 95% confidence. It says nothing about other "
                "handwriting.",
            )
            st.markdown(f"Misclassified test images: **{len(evaluation.errors):,}** of {count:,}")


def cell_address() -> str | None:
    """Return the cell of the confusion matrix as the address has it; None if the visitor has chosen none."""
    state = st.session_state
    chosen = [state.get(_LABEL), state.get(_PREDICTION)]
    if None in chosen or chosen == state.get(_PROPOSED):
        return None
    return "-".join(map(str, chosen))


def _follow_address() -> None:
    """Choose the cell that the address asks for, once."""
    asked, state = st.query_params.get(_ADDRESS), st.session_state
    if asked is None or state.get(_ASKED) == asked:
        return
    state[_ASKED] = asked
    parts = asked.split("-")
    if len(parts) == 2 and all(part in _TEXTS for part in parts):
        state[_LABEL], state[_PREDICTION] = (_TEXTS[part] for part in parts)
    else:
        links.say_wrong()


def _to_address() -> None:
    """Put a cell that the visitor has chosen into the address, so that a refresh keeps it."""
    chosen = "-".join(str(st.session_state[key]) for key in (_LABEL, _PREDICTION))
    st.query_params[_ADDRESS] = st.session_state[_ASKED] = chosen


def _propose(evaluation: Evaluation) -> None:
    """Choose the most frequent confusion, unless the visitor has chosen another cell."""
    state = st.session_state
    proposed: list[str | int] = [ALL, ALL]
    if evaluation.confusions:
        most_frequent = evaluation.confusions[0]
        proposed = [most_frequent.label, most_frequent.prediction]
    chosen = [state.get(_LABEL), state.get(_PREDICTION)]
    if chosen in ([None, None], state.get(_PROPOSED)):
        state[_LABEL], state[_PREDICTION] = state[_PROPOSED] = proposed


def _matrix(run: Run, evaluation: Evaluation) -> None:
    place = st.container(key="confusion_matrix")
    with st.container(horizontal=True, vertical_alignment="center"):
        per = st.segmented_control(
            "Show",
            _SHARES,
            default="counts",
            required=True,
            format_func=_SHARES.__getitem__,
            key=_PER,
            persist_state="session",
            label_visibility="collapsed",
        )
        errors_only = st.toggle("Errors only", key=_ERRORS_ONLY, persist_state="session")
    draw = partial(
        confusion_charts.confusion_matrix, evaluation.confusion_matrix, per, errors_only, _chosen()
    )
    style = pictures.style()
    with place:
        st.altair_chart(
            projector.sized_chart(theme.legible(draw(style=style), style)),
            key=_CHART,
            on_select=_choose,
            selection_mode=CELL,
            alt="Confusion matrix: "
            f"{percent(evaluation.accuracy)} of the predictions are correct and lie on the diagonal",
        )
    st.caption(
        "Each row holds all images of one digit; the numbers show what was predicted. Correct predictions "
        "lie on the diagonal. **Click a cell** to see its images."
    )
    widgets.save("confusion_matrix", run, matrix_table(evaluation), widgets.of_chart(draw()))


def _choose() -> None:
    """Store a click on the matrix, before the page runs again."""
    chosen = st.session_state[_CHART].selection.get(CELL)
    if chosen:
        for key, field in ((_LABEL, "label"), (_PREDICTION, "prediction")):
            st.session_state[key] = int(chosen[0][field])
        _to_address()


def _chosen() -> tuple[int | None, int | None]:
    """Return the true and the predicted label to look at; None for all."""
    label, prediction = (st.session_state[key] for key in (_LABEL, _PREDICTION))
    return None if label == ALL else label, None if prediction == ALL else prediction


def _images(run: Run, test_set: EvaluationSet, evaluation: Evaluation) -> None:
    with st.container(horizontal=True):
        for title, key in (("True label", _LABEL), ("Predicted label", _PREDICTION)):
            st.selectbox(
                title,
                [ALL, *range(10)],
                format_func=lambda digit: "All" if digit == ALL else str(digit),
                key=key,
                persist_state="session",
                width=130,
                on_change=_to_address,
            )
    label, prediction = _chosen()
    errors_only = st.session_state[_ERRORS_ONLY]
    found = evaluation.select(label, prediction, errors_only)
    heading = f"{_heading(label, prediction)} · {widgets.images(len(found))}"
    with st.container(key="evaluate_cell"):
        with st.container(gap=None):
            # A click on the matrix changes only these images.
            announce(heading, key="evaluate_cell_announcement")
            st.subheader(heading, anchor=False)
        if len(found) == 0:
            st.markdown("There is no such image.")
            return
        key = f"cell_{run.id}_{label}_{prediction}_{errors_only}"
        name = widgets.images_name(label, prediction, errors_only)
        widgets.tiles(run, test_set, evaluation, found, key, name)


def _heading(label: int | None, prediction: int | None) -> str:
    return " → ".join(
        [
            "all labels" if label is None else f"true {label}",
            "all predictions" if prediction is None else f"predicted {prediction}",
        ]
    )


def _classes(run: Run, evaluation: Evaluation) -> None:
    st.header("Precision, recall and F1 per class", anchor=False)
    scores = pd.DataFrame(evaluation.digit_scores)
    share = st.column_config.NumberColumn(format="%.1f%%")
    st.dataframe(
        pd.DataFrame(
            {
                "Class": [f"{digit} · {CLASS_NAMES[digit]}" for digit in scores["digit"]],
                "Precision": scores["precision"] * 100,
                "Recall": (scores["recall"] * 100).where(scores["support"] > 0),
                "F1": (scores["f1"] * 100).where(scores["support"] > 0),
                "Support (images)": scores["support"],
            }
        ),
        hide_index=True,
        key="evaluate_digit_scores",
        column_config=dict.fromkeys(("Precision", "Recall", "F1"), share),
        alt="Precision, recall, F1 and support of each class",
    )
    widgets.save("digit_scores", run, scores.round(4))


def matrix_table(evaluation: Evaluation) -> pd.DataFrame:
    """Return the confusion matrix as a table, one row for each true digit."""
    table = pd.DataFrame(evaluation.confusion_matrix, columns=[f"answer_{digit}" for digit in range(10)])
    table.insert(0, "true_digit", range(10))
    return table
