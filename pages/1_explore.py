"""Explore: look at the digits and at the numbers they are made of. Needs no TensorFlow."""

import pandas as pd
import streamlit as st

from core import data
from core.data import CLASS_NAMES, MAX_PIXEL
from core.plots import charts, figures
from ui import chrome, pictures, resources

chrome.begin(
    "Explore the digits",
    "MNIST is 70,000 handwritten digits: 60,000 to learn from, 10,000 to be tested on.",
    "A network learns only what its data shows. Whoever knows the data understands the mistakes later.",
)
dataset = resources.mnist()


def new_sample() -> None:
    st.session_state["explore_seed"] = st.session_state.get("explore_seed", 0) + 1


st.subheader("A handful of digits", anchor=False)
with st.container(horizontal=True, vertical_alignment="bottom"):
    digit = st.selectbox(
        "Class",
        [None, *range(10)],
        format_func=lambda d: "All classes" if d is None else f"{d} · {CLASS_NAMES[d]}",
        key="explore_class",
        persist_state="session",
        width=180,
    )
    side = st.segmented_control(
        "Size of the grid",
        [3, 4, 6, 8],
        default=4,
        required=True,
        format_func=lambda n: f"{n}×{n}",
        key="explore_side",
        persist_state="session",
    )
    st.button("New sample", icon=":material/casino:", key="explore_new_sample", on_click=new_sample)
sample = data.sample_indices(
    dataset.train_labels, side * side, st.session_state.get("explore_seed", 0), digit
)
pictures.show(
    figures.digit_grid,
    dataset.train_images[sample],
    [CLASS_NAMES[label] if side < 6 else str(label) for label in dataset.train_labels[sample]],
    columns=side,
    alt=f"{len(sample)} handwritten digits, each with the name of its class",
    width=150 * side if side < 6 else "stretch",
)

st.subheader("One digit, pixel by pixel", anchor=False)
with st.container(horizontal=True, vertical_alignment="bottom"):
    index = st.number_input(
        "Number of the training image",
        0,
        len(dataset.train_images) - 1,
        key="explore_index",
        persist_state="session",
        width=240,
        help="From 0 to 59,999",
    )
    divided = st.toggle("Divide by 255", key="explore_divided", persist_state="session")
image = dataset.train_images[index]
shown = image / MAX_PIXEL if divided else image
picture, words = st.columns([3, 2])
with picture:
    pictures.show(
        figures.large_digit,
        shown,
        highest=1.0 if divided else MAX_PIXEL,
        alt=f"Training image {index}, {CLASS_NAMES[dataset.train_labels[index]]}, enlarged",
        width=560,
    )
with words:
    st.metric("Class of this image", CLASS_NAMES[dataset.train_labels[index]])
    st.markdown(
        "A picture is a table of 28 rows and 28 columns. Each number says how much ink is in one "
        "pixel: 0 is paper, 255 is full ink."
    )
    if divided:
        st.markdown(
            "Divided by 255, all numbers lie between 0 and 1. The picture stays the same. The network "
            "learns better: with inputs up to 255 the sums in its units become so large that sigmoid "
            "units are stuck at 0 or 1, where they hardly learn."
        )
    show_numbers = st.toggle("Show the numbers", key="explore_numbers", persist_state="session")
if show_numbers:
    st.dataframe(
        pd.DataFrame(shown).round(2),
        key="explore_pixels",
        height=420,
        row_height=26,
        column_config={str(column): st.column_config.NumberColumn(width=46) for column in range(28)},
        alt="The pixel values of this image, 28 rows and 28 columns",
    )

st.subheader("The whole set", anchor=False)
counts, values = st.columns(2)
with counts:
    st.markdown("**How many of each class?** About a tenth each, in both sets alike.")
    pictures.chart(
        charts.class_counts,
        data.class_counts(dataset.train_labels),
        data.class_counts(dataset.test_labels),
        key="explore_counts",
        alt="Share of each class in the training and the test set, between 9 and 11 per cent",
    )
with values:
    st.markdown(
        "**Which pixel values occur?** Four of five pixels are paper; grey is only at the edges of strokes."
    )
    pictures.chart(
        charts.pixel_histogram,
        resources.pixel_counts(),
        key="explore_histogram",
        alt="Histogram of pixel values: most pixels are 0, a tenth is close to 255",
    )

st.subheader("The average digit of each class", anchor=False)
st.markdown(
    "All images of a class laid over each other. Where people write alike it is sharp, elsewhere blurred."
)
pictures.show(
    figures.digit_grid,
    resources.average_digits(),
    list(CLASS_NAMES),
    columns=5,
    alt="Ten blurred digits, the average of each class",
    width=760,
)

chrome.end(
    "explore",
    [
        "Choose one class and an 8×8 grid. Which digit is written in the most different ways?",
        "Find a digit that you cannot read yourself. What would be a fair answer of a network?",
        "Look at the numbers of a One and an Eight. Which of them has more ink?",
    ],
)
