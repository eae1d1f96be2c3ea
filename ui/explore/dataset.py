"""The whole dataset in numbers: how many images of each class, and the values of their pixels."""

import streamlit as st

from core.analysis import exploration
from core.data import MAX_PIXEL, Dataset
from core.plots import charts
from ui import pictures, resources

_BINS = 16


def show(dataset: Dataset) -> None:
    """Show class distribution and pixel histogram side by side."""
    st.header("The dataset", anchor=False)
    counts, values = st.columns(2)
    with counts:
        st.subheader("Class distribution", anchor=False)
        st.markdown("About 10% of the images each, in both sets.")
        pictures.chart(
            charts.class_counts,
            exploration.class_counts(dataset.train_labels),
            exploration.class_counts(dataset.test_labels),
            key="explore_counts",
            alt="Share of each class in the training and the test set, between 9% and 11%",
        )
    with values:
        _histogram()


def _histogram() -> None:
    st.subheader("Pixel value histogram", anchor=False)
    st.markdown("Four out of five pixels are background; gray appears only at the edges of strokes.")
    divided = st.toggle(
        "Divide the pixel values by 255",
        key="explore_histogram_divided",
        persist_state="session",
    )
    counts = resources.pixel_counts()
    highest = 1 if divided else MAX_PIXEL
    pictures.chart(
        charts.pixel_histogram,
        counts.reshape(_BINS, -1).sum(axis=1),
        highest,
        key="explore_histogram",
        alt=f"Histogram of pixel values from 0 to {highest}: most are 0, a tenth is close to {highest}",
    )
    values = exploration.pixel_values(counts)
    scale = highest / MAX_PIXEL
    st.markdown(
        f"Mean {values.mean * scale:.3g}, standard deviation {values.deviation * scale:.3g}. "
        + (
            "Every bar is as high as before: dividing by 255 changes the axis, not the shape."
            if divided
            else "What does dividing by 255 do to the bars?"
        )
    )
