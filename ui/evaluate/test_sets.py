"""The test set that a visitor chooses on Evaluate, and what a view says that cannot follow the choice."""

from collections.abc import Callable

import streamlit as st

from core.classroom.pooled import to_drawings, was_trained_on
from core.classroom.progress import read_pool
from core.data import DataError
from core.store.database import StoreError
from core.store.drawings import to_arrays
from core.store.run import Run
from core.test_sets.evaluation_sets import CLASS, DRAWINGS, EvaluationSet, sklearn_digits
from ui import chrome, links, resources, session
from ui.classroom import visit
from ui.test_part import mnist_set

_DEFAULT, _CLASS = "MNIST", "Class drawings"
NEXT_DOOR_NAME = "scikit-learn"


def _drawings() -> EvaluationSet:
    """Return the drawings that the visitor has saved. Raises `StoreError`."""
    drawings = to_arrays(session.drawing_store().drawings())
    text = "**Your own drawings**, as you saved them on *Predict*, with the digits that you meant."
    return EvaluationSet(DRAWINGS, text, drawings.images, drawings.labels)


def _class_drawings() -> EvaluationSet:
    """Return the drawings of the visitor's class. Raises `ClassroomError` or `StoreError`."""
    code = _code() or ""
    drawings = to_drawings(read_pool(resources.store().database, code))
    text = f"**The drawings of class {code}**, with the digits that their authors meant."
    return EvaluationSet(CLASS, text, drawings.images, drawings.labels, people=drawings.people)


def _code() -> str | None:
    """Return the class that the visitor is in, as *Class* would show it; None if there is none."""
    own = [one.code for one in visit.own_classes()]
    return visit.entered() if visit.entered() in own else next(iter(own), None)


# By the name on screen, which is also the one in the address.
LOADERS: dict[str, Callable[[], EvaluationSet]] = {
    _DEFAULT: mnist_set,
    NEXT_DOOR_NAME: sklearn_digits,
    "My drawings": _drawings,
    _CLASS: _class_drawings,
}


def setting() -> links.Setting:
    """Return the choice of a test set as part of a link; only who is in a class can choose its drawings."""
    try:
        there = [name for name in LOADERS if name != _CLASS or _code()]
    except StoreError:
        there = [name for name in LOADERS if name != _CLASS]
    return links.Setting("test_set", {name: name for name in there}, _DEFAULT)


def choose(setting: links.Setting) -> EvaluationSet | None:
    """Let the visitor choose a test set, and return it; None, and a sentence, if there is nothing in it."""
    name = st.selectbox(
        "Test set",
        list(setting.texts),
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
        page, where = ("9_class.py", "Class") if test_set.kind == CLASS else ("4_predict.py", "Predict")
        st.info(
            f"There is no drawing in this test set yet. Save some on {where}, each with its digit.",
            icon=":material/draw:",
        )
        chrome.page_link(page, "Draw digits", **({} if test_set.kind == CLASS else {"model": run.id}))
        return False
    if test_set.numbers is not None:
        st.caption(f"Test set: {test_set.text} The other half is sealed for your class.", width="stretch")
    if not test_set.is_mnist:
        own = test_set.kind in (DRAWINGS, CLASS)
        trained = _TRAINED_ON_DRAWINGS if own and run.fine_tuning else ""
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


def trained_on_class(run: Run) -> bool:
    """Return whether a network was trained on drawings of the class whose drawings are the test set."""
    code = _code()
    return code is not None and was_trained_on(run, code)
