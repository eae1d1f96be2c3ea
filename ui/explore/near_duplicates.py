"""Near-duplicates: the pairs of training images that differ least, and what that means for a split."""

import numpy as np
import streamlit as st

from core.analysis.near_duplicates import NearDuplicates, distances, load_near_duplicates
from core.data import CLASSES, DataError, Dataset
from ui import pictures

_DIFFERENT = "different"
_CHOICES: dict[str | int, str] = {
    _DIFFERENT: "Different labels",
    **{digit: f"Two {digit}s" for digit in range(CLASSES)},
}
_SCALE = 3
# Columns of gray between the two images of a pair.
_GAP = 2


@st.cache_resource(show_spinner=False)
def _pairs() -> NearDuplicates:
    return load_near_duplicates()


def show(dataset: Dataset) -> None:
    """Show the nearest pairs of a digit, or with different labels, with their distance."""
    try:
        found = _pairs()
    except DataError as error:
        st.info(str(error), icon=":material/database_off:")
        return
    choice = st.selectbox(
        "Pairs",
        _CHOICES,
        format_func=_CHOICES.__getitem__,
        key="explore_pairs",
        persist_state="session",
        width=190,
    )
    pairs = found.same[choice] if isinstance(choice, int) else found.different
    st.markdown(_meaning(choice))
    with st.container(key="explore_near_duplicates"), st.grid(6, min_column_width=140):
        for (first, second), apart in zip(pairs, distances(dataset.train_images, pairs), strict=True):
            _pair(dataset, int(first), int(second), float(apart))
    st.caption(
        "Distance: Euclidean, of the 784 pixel values from 0 to 255. From its nearest other image an image "
        f"is usually about {found.typical:,.0f} away. Two images that are the same would have the "
        "distance 0: there are none."
    )


def _meaning(choice: object) -> str:
    if choice == _DIFFERENT:
        return (
            "These images look nearly alike, but their labels differ. Is one label wrong, or can nobody "
            "tell? What a network learns from one of a pair is wrong for the other."
        )
    return (
        "The nearest pairs of one digit. If one of a pair is in the training images and the other in the "
        "validation split, a network needs to remember, not to understand. Holding out whole writers "
        "prevents the worst of it: one person's digits are alike."
    )


def _pair(dataset: Dataset, first: int, second: int, apart: float) -> None:
    images, labels = dataset.train_images, dataset.train_labels
    gap = np.full((len(images[first]), _GAP), pictures.FRAME, np.uint8)
    with st.container(gap="xxsmall"):
        st.image(
            pictures.framed(np.hstack([images[first], gap, images[second]]), _SCALE),
            alt=f"Training images {first} and {second}, labels {labels[first]} and {labels[second]}",
        )
        st.markdown(
            f"**{labels[first]}** and **{labels[second]}** · distance **{apart:.0f}**  \n"
            f":small[{first:,} and {second:,}{_people(dataset, first, second)}]"
        )


def _people(dataset: Dataset, first: int, second: int) -> str:
    writers = dataset.train_writers
    if writers is None:
        return ""
    return ", one person" if writers[first] == writers[second] else ", two people"
