"""The drawings of the class as a test set, and as files to take home."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from core.classroom.classroom import PooledDrawing
from core.classroom.pooled import UNSEEN, by_person, to_drawings, to_npz, to_zip, was_trained_on
from core.classroom.progress import read_pool
from core.evaluation import EvaluationError
from core.fine_tuning.drawings import Drawings
from core.store.database import StoreError
from core.store.run import Run, RunError
from ui import pictures, projector, resources
from ui.classroom.people import anonymous_dots
from ui.run_picker import pick
from ui.words import counted, percent

_SHOWN_ERRORS = 18
_ASKED = "class_download_of"


def test_set(code: str) -> None:
    """Show what a network makes of the drawings of a class. Raises `StoreError`."""
    pool = read_pool(resources.store().database, code)
    if not pool:
        st.info("No drawings yet.", icon=":material/draw:")
        return
    run = pick("class_test_model", default="article")
    drawings = to_drawings(pool)
    try:
        evaluation = evaluated(run.id, pool)
    except (RunError, StoreError, EvaluationError) as error:
        st.error(str(error), icon=":material/error:")
        return
    trained = was_trained_on(run, code)
    assert drawings.people is not None
    scores = by_person(evaluation, drawings.people, trained)
    _accuracy(run, evaluation, scores, trained)
    left, right = st.columns(2, gap="large")
    with left:
        st.header("By person", anchor=False)
        anonymous_dots(evaluation, drawings.people, trained)
    with right:
        st.header("Confusion matrix", anchor=False)
        # Imported here because they bring Altair.
        from core.plots.confusion_charts import confusion_matrix
        from core.plots.theme import legible

        st.altair_chart(
            projector.sized_chart(
                legible(
                    confusion_matrix(evaluation.confusion_matrix, style=pictures.style()), pictures.style()
                )
            ),
            key="class_matrix",
            alt="Confusion matrix on the drawings of this class",
        )
    _errors(drawings, evaluation)
    _downloads(code, drawings)


def evaluated(run_id: str, pool: tuple[PooledDrawing, ...]) -> Any:
    """Return the `Evaluation` of a run's network on drawings. Raises `RunError`."""
    resources.wait_for_tensorflow()
    return _evaluated(run_id, pool)


@st.cache_resource(
    max_entries=8,
    show_spinner="Reading the drawings…",
    hash_funcs={PooledDrawing: lambda drawing: (drawing.id, drawing.label)},
)
def _evaluated(run_id: str, pool: tuple[PooledDrawing, ...]) -> Any:
    # Imported here because it brings scikit-learn.
    from core.evaluation import evaluate

    drawings = to_drawings(pool)
    return evaluate(resources.model(run_id), drawings.images, drawings.labels)


def _accuracy(run: Run, evaluation: Any, scores: Any, trained: bool) -> None:
    with st.container(horizontal=True):
        _share("Accuracy on our drawings", int(evaluation.correct.sum()), len(evaluation.labels))
        if trained:
            unseen = [score for score in scores if score.group == UNSEEN]
            drawn = sum(score.images for score in unseen)
            if drawn:
                right = drawn - sum(score.errors for score in unseen)
                _share("On unseen people's drawings", right, drawn)
        if run.test_accuracy is not None:
            st.metric("MNIST test accuracy", f"{run.test_accuracy:.1%}", border=True)
    if trained:
        st.markdown(
            "This model was trained on drawings of this class: only unseen people's tell how good it is."
        )


def _share(label: str, correct: int, count: int) -> None:
    # Imported here because it brings SciPy's statistics.
    from core.analysis.significance import wilson

    interval = wilson(correct, count)
    st.metric(
        label,
        percent(interval.proportion),
        f"{percent(interval.low)} to {percent(interval.high)}",
        delta_color="off",
        delta_arrow="off",
        border=True,
        help=f"{correct} of {counted(count, 'drawing')}, with the 95% Wilson interval.",
    )


def _errors(drawings: Drawings, evaluation: Any) -> None:
    errors = evaluation.errors[:_SHOWN_ERRORS]
    if not len(errors):
        return
    st.header("Errors", anchor=False)
    pictures.gallery(
        np.stack([drawings.images[index] for index in errors]),
        [f"{drawings.labels[index]} → {evaluation.predictions[index]}" for index in errors],
        "Misclassified drawings: label and prediction",
    )


def _downloads(code: str, drawings: Drawings) -> None:
    st.header("Take the data set home", anchor=False)
    st.markdown(
        f"{counted(len(drawings), 'drawing')} with labels, and who drew each as a number. No names are in it."
    )
    with st.container(horizontal=True):
        _download("NumPy archive (.npz)", code, "npz", to_npz, drawings)
        _download("Pictures with a label file (.zip)", code, "zip", to_zip, drawings)


def _download(
    label: str, code: str, kind: str, make: Callable[[Drawings], bytes], drawings: Drawings
) -> None:
    """Offer to make a file, and when it is made, to save it; see `ui.take_home` for why in two steps."""
    if st.session_state.get(_ASKED) != (code, kind):
        st.button(label, icon=":material/build:", key=f"class_{kind}", on_click=_ask, args=(code, kind))
        return
    st.download_button(
        f"Save class-{code}.{kind}",
        make(drawings),
        f"class-{code}.{kind}",
        key=f"class_{kind}_file",
        icon=":material/download:",
        on_click="ignore",
    )


def _ask(code: str, kind: str) -> None:
    st.session_state[_ASKED] = code, kind
