"""Next door's digits: scikit-learn's, brought to MNIST's form, beside MNIST's."""

import numpy as np
import streamlit as st

from core.analysis.morphology import measure
from core.data import CLASSES, Dataset, Images, Labels, sample_indices
from core.plots import figures
from core.test_sets.evaluation_sets import EvaluationSet, sklearn_digits
from ui import chrome, pictures
from ui.evaluate.test_sets import NEXT_DOOR_NAME

_SHOWN = 20
_COLUMNS = 5
_SEED = 0


@st.cache_resource(show_spinner="Reading scikit-learn's digits…")
def _digits() -> EvaluationSet:
    return sklearn_digits()


@st.cache_data(show_spinner=False)
def _thickness(_images: Images, name: str) -> float:  # noqa: ARG001, known by the name
    return float(measure(_images).thickness.mean())


def show(dataset: Dataset) -> None:
    """Show the same digit of both datasets side by side."""
    digits = _digits()
    st.markdown(
        "scikit-learn comes with digits, too: **1,797** of other people, on other forms, from another "
        "scanner. They have only 8×8 pixels; here they are enlarged to 20×20 and centered by their mass, as "
        "MNIST's makers did. What is different?"
    )
    digit = st.selectbox(
        "Digit", range(CLASSES), index=7, key="explore_next_door_digit", persist_state="session", width=90
    )
    with st.grid(2, min_column_width=320, gap="large", key="explore_next_door"):
        _side("MNIST", dataset.test_images, dataset.test_labels, digit)
        _side("scikit-learn", digits.images, digits.labels, digit)
    st.markdown(
        "To a person both are digits. A network that knows only MNIST gets far more of scikit-learn's wrong: "
        "that is called a **distribution shift**. How many?"
    )
    chrome.page_link("3_evaluate.py", "Evaluate a network on them", test_set=NEXT_DOOR_NAME)


def _side(name: str, images: Images, labels: Labels, digit: int) -> None:
    sample = np.sort(sample_indices(labels, _SHOWN, _SEED, digit))
    with st.container(gap="xsmall"):
        st.markdown(f"**{name}** · mean stroke thickness {_thickness(images, name):.1f} pixels")
        pictures.show(
            figures.digit_grid,
            images[sample],
            [str(digit)] * len(sample),
            columns=_COLUMNS,
            alt=f"{len(sample)} images of the digit {digit} from {name}",
        )
