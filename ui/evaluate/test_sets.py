"""The test set that a visitor chooses on Evaluate, and what a view says that cannot follow the choice."""

from collections.abc import Callable

import streamlit as st

from core.data import DataError
from core.evaluation_sets import DRAWINGS, EvaluationSet, mnist_test_set, sklearn_digits
from core.store.database import StoreError
from core.store.drawings import to_arrays
from core.store.run import Run
from ui import chrome, links, session

_DEFAULT = "MNIST"
NEXT_DOOR_NAME = "scikit-learn"


def _drawings() -> EvaluationSet:
    """Return the drawings that the visitor has saved. Raises `StoreError`."""
    drawings = to_arrays(session.drawing_store().drawings())
    text = "**Your own drawings**, as you saved them on *Predict*, with the digits that you meant."
    return EvaluationSet(DRAWINGS, text, drawings.images, drawings.labels)


# By the name on screen, which is also the one in the address.
LOADERS: dict[str, Callable[[], EvaluationSet]] = {
    _DEFAULT: mnist_test_set,
    NEXT_DOOR_NAME: sklearn_digits,
    "My drawings": _drawings,
}
SETTING = links.Setting("test_set", {name: name for name in LOADERS}, _DEFAULT)


def choose() -> EvaluationSet | None:
    """Let the visitor choose a test set, and return it; None, and a sentence, if there is nothing in it."""
    name = st.selectbox(
        "Test set",
        LOADERS,
        key="test_set",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width=140,
        help="The images that the network is evaluated on.",
    )
    try:
        return LOADERS[name]()
    except (StoreError, DataError) as error:
        st.warning(str(error), icon=":material/database_off:")
        return None


def introduce(test_set: EvaluationSet, run: Run) -> bool:
    """Say what a test set other than MNIST's is, and return whether there is anything in it."""
    if len(test_set) == 0:
        st.info(
            "There is no drawing in this test set yet. Save some on Predict, each with its digit.",
            icon=":material/draw:",
        )
        chrome.page_link("4_predict.py", "Draw digits", model=run.id)
        return False
    if not test_set.is_mnist:
        trained = _TRAINED_ON_DRAWINGS if test_set.kind == DRAWINGS and run.fine_tuning else ""
        st.caption(f"Test set: {test_set.text}{trained}", width="stretch")
    return True


_TRAINED_ON_DRAWINGS = (
    " This model was trained on drawings. If these are among them, it has seen them before, and the accuracy "
    "says little about new ones."
)


def stays(test_set: EvaluationSet, why: str) -> None:
    """Say it if a view shows MNIST's test images although another test set is chosen."""
    if not test_set.is_mnist:
        st.info(f"{why} This view stays with MNIST's test images.", icon=":material/push_pin:")
