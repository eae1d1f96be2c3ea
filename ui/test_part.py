"""Which part of the test set the visitor may see: the whole, unless their class has sealed half of it.

This is the one place that decides it. `ui.resources.store` gives runs whose test accuracy is that on
this part, and whatever measures a network on the test images takes them from here.
"""

from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.data import Dataset, load_mnist
from core.store.classrooms import is_sealed_for, sealed_owners
from core.store.database import StoreError
from core.test_sets.halves import Part, part_of, words
from ui import resources, session

if TYPE_CHECKING:
    from core.test_sets.evaluation_sets import EvaluationSet

WHY = (
    "Your class has sealed half of the 10,000 test images. If you compare networks by their test accuracy "
    "and keep the best, the test images have helped you choose, and a part of its lead is luck. So all "
    "accuracies here are on the **5,000 open test images**, until your teacher opens the other half. That "
    "is done only once: images that have been looked at can't tell any more who was lucky."
)


def test_part() -> Part:
    """Return the part of the test set that the visitor may see."""
    # Outside of a page, as in a test or in a thread, there is no visitor.
    if get_script_run_ctx(suppress_warning=True) is None:
        return Part.WHOLE
    try:
        sealed = sealed_for()
    except StoreError:
        return Part.WHOLE  # No class can be visited, and no run of a member is shown.
    return Part.OPEN if sealed and is_sealed_for(session.owner(), sealed) else Part.WHOLE


def dataset() -> Dataset:
    """Return MNIST with the test images that the visitor may see figures of."""
    return part_of(load_mnist(), test_part())


def mnist_set() -> "EvaluationSet":
    """Return the same test images as a test set."""
    # Imported here because it brings SciPy, which Home and Explore do not need.
    from core.test_sets.evaluation_sets import mnist_test_set

    return mnist_test_set(test_part())


def test_words() -> str:
    """Return what these test images are called, with their number."""
    return words(test_part())


def notice() -> None:
    """Say it in the head of a page if the visitor sees figures of half the test set only, and why."""
    if test_part() is not Part.WHOLE:
        with st.popover("Open half", icon=":material/lock:", type="tertiary", key="sealed_notice"):
            st.markdown(WHY)


@st.cache_resource(ttl=1.0, show_spinner=False)
def sealed_for() -> frozenset[str]:
    """Return `sealed_owners`: one look a second for all visitors. Raises `StoreError`."""
    return sealed_owners(resources.whole_store().database)
