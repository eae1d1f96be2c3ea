"""Explore: look at the digits and at the numbers they are made of. Needs no TensorFlow."""

import pandas as pd
import streamlit as st

from core import data
from core.data import CLASS_NAMES, MAX_PIXEL
from core.plots import figures
from ui import chrome, links, pictures, resources
from ui.explore import closer, people
from ui.explore import dataset as whole

row = chrome.begin(
    "Explore the digits",
    "MNIST is a dataset of 70,000 handwritten digits: 60,000 training images and 10,000 test images.",
    "A network can only learn what is in its data. If you know the data, you will understand the "
    "errors later.",
)
dataset = resources.mnist()


CLASSES = {None: "All classes", **{digit: f"{digit} · {name}" for digit, name in enumerate(CLASS_NAMES)}}
SETTINGS = (
    links.Setting("explore_class", CLASSES, None),
    links.Setting("explore_side", {side: f"{side}×{side}" for side in (3, 4, 6, 8)}, 4),
    links.Setting("explore_index", links.Indices(len(dataset.train_images)), 0),
    links.Setting("explore_divided", {False: "false", True: "true"}, False),
)
links.check(SETTINGS)


def new_sample() -> None:
    st.session_state["explore_seed"] = st.session_state.get("explore_seed", 0) + 1


with row:
    digit = st.selectbox(
        "Class",
        CLASSES,
        format_func=CLASSES.__getitem__,
        key="explore_class",
        # Going back to an address without a class, Streamlit 1.67 shows this in place of the first option.
        placeholder=CLASSES[None],
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width=160,
    )
    st.button("New sample", icon=":material/casino:", key="explore_new_sample", on_click=new_sample)
    side = st.segmented_control(
        "Grid",
        [3, 4, 6, 8],
        default=4,
        required=True,
        format_func=lambda n: f"{n}×{n}",
        key="explore_side",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
sample = data.sample_indices(
    dataset.train_labels, side * side, st.session_state.get("explore_seed", 0), digit
)
with st.container(key="explore_digits"):
    pictures.halves(
        dataset.train_images[sample],
        dataset.train_labels[sample].tolist(),
        columns=side,
        alt="Training images with the labels",
    )
st.caption("A random sample of the training images. The number above each image is its **label**.")

st.header("One image, pixel by pixel", anchor=False)
with st.container(horizontal=True, vertical_alignment="bottom"):
    index = st.number_input(
        "Image index",
        0,
        len(dataset.train_images) - 1,
        key="explore_index",
        bind="query-params",
        persist_state="session",
        width=240,
        help="Which training image is shown, from 0 to 59,999.",
    )
    divided = st.toggle(
        "Normalize (divide by 255)", key="explore_divided", bind="query-params", persist_state="session"
    )
image = dataset.train_images[index]
shown = image / MAX_PIXEL if divided else image
label = int(dataset.train_labels[index])
picture, words = st.columns([3, 2])
with picture:
    pictures.show(
        figures.large_digit,
        shown,
        highest=1.0 if divided else MAX_PIXEL,
        alt=f"Training image {index}, the digit {label}, enlarged",
        width=560,
    )
with words:
    st.metric("Label", f"{label} · {CLASS_NAMES[label]}", help="The digit that people say it is.")
    st.markdown(
        "An image is a table of 28 rows and 28 columns. Each number is the brightness of one pixel: "
        "0 is background (black), 255 is full ink (white)."
    )
    if divided:
        st.markdown(
            "Divided by 255, all numbers lie between 0 and 1. The image looks the same, but the network "
            "learns better: with inputs up to 255 the weighted sums become so large that sigmoid units "
            "saturate at 0 or 1, where their gradient is close to 0."
        )
    show_numbers = st.toggle("Show pixel values", key="explore_numbers", persist_state="session")
if show_numbers:
    st.dataframe(
        pd.DataFrame(shown).round(2),
        key="explore_pixels",
        height=420,
        row_height=26,
        column_config={str(column): st.column_config.NumberColumn(width=46) for column in range(28)},
        alt="The pixel values of this image, 28 rows and 28 columns",
    )

whole.show(dataset)

st.header("Mean image per class", anchor=False)
st.markdown(
    "The average of all images of a class. It is sharp where everyone writes alike, and blurred elsewhere."
)
pictures.halves(
    resources.average_digits(),
    range(10),
    columns=5,
    alt="The blurred mean images of the classes",
)

closer.show(dataset)
people.show(dataset)

links.copy_link("explore", SETTINGS)
chrome.end(
    "explore",
    [
        "Choose one class and an 8×8 grid. Which digit is written in the most different ways?",
        "Find a digit that you cannot read yourself. What would be a fair prediction for it?",
        "Look at the pixel values of a 1 and an 8. Which of them has more ink?",
    ],
    following="2_train.py",
)
