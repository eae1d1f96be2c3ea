"""Home: what Digit Lab is, its steps in order, and where it comes from."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from ui import chrome

# Test images whose label people dispute (Northcutt et al. 2021).
HARD_TO_READ = [947, 2130, 3520, 5937]

chrome.begin(
    "Digit Lab",
    "Learn how a neural network reads handwriting, from the first pixel to your own digit. "
    "Take the steps in order: it takes about half an hour. In a hurry? **Predict** works at once, with "
    "a network that is already trained.",
    "Everything here is real: 70,000 handwritten digits, networks that train while you watch, "
    "and predictions that are sometimes wrong. The point is to find out why.",
)
st.markdown("Learn how a neural network reads handwriting.")

# Matplotlib, NumPy and the run store take a second to import: at the first visit of a server the
# heading is on the screen before.
from matplotlib.figure import Figure  # noqa: E402

from core.plots import figures, network_figure  # noqa: E402
from core.recipe import ARTICLE  # noqa: E402
from core.store.database import StoreError  # noqa: E402
from ui import pictures, resources  # noqa: E402
from ui.lessons import library  # noqa: E402

dataset = resources.mnist()
store = resources.store()
try:
    usage = store.usage()
except StoreError as error:
    usage = None
    st.warning(str(error), icon=":material/database_off:")


def step(file: str, title: str, text: str, alt: str, draw: Callable[..., Figure], *args: Any) -> None:
    """One step of the way: a picture, the way there, and what one does there."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", height="stretch"):
        pictures.show(draw, *args, alt=alt, width=40)
        with st.container(gap="xxsmall"):
            chrome.page_link(file, f"**{title}**")
            st.caption(text)


with st.container(key="home_steps"), st.grid(3, min_column_width=300, gap="xxsmall"):
    step(
        "1_explore.py",
        "1. Explore",
        "See the digits, pixel by pixel.",
        "Four handwritten digits",
        figures.digit_tiles,
        dataset.train_images[:4],
    )
    step(
        "2_train.py",
        "2. Train",
        "Watch a network learn, epoch by epoch.",
        "Accuracy of the article network rising epoch by epoch",
        figures.learning_curves,
        (tuple(epoch.accuracy for epoch in store.history("article")),),
    )
    step(
        "3_evaluate.py",
        "3. Evaluate",
        "Test accuracy, confusions, and errors.",
        "Four digits that are hard to classify",
        figures.digit_tiles,
        dataset.test_images[HARD_TO_READ],
    )
    step(
        "4_predict.py",
        "4. Predict",
        "Draw a digit; the network predicts it.",
        "A handwritten 7, and an arrow to the prediction 7",
        figures.prediction,
        dataset.test_images[0],
        int(dataset.test_labels[0]),
    )
    step(
        "8_inside.py",
        "5. Inside",
        "See every number behind a prediction.",
        "Drawing of a network: pixels, 300 units, ten digits",
        network_figure.network,
        ARTICLE,
    )
    step(
        "6_teach.py",
        "6. Fine-tune",
        "Train a model on your handwriting.",
        "Two 7s, one of them with a bar, and two 1s, one of them with a base",
        figures.digit_tiles,
        dataset.train_images[[15, 7438, 3, 31134]],
    )
    step(
        "9_class.py",
        "7. Class",
        "Pool the drawings of a class.",
        "Four handwritten digits of different people",
        figures.digit_tiles,
        dataset.train_images[[7, 10, 12, 44]],
    )
    step(
        "5_runs.py",
        "8. Runs",
        "Compare training runs, manage yours.",
        "Learning curves of three networks",
        figures.learning_curves,
        tuple(
            tuple(epoch.accuracy for epoch in store.history(preset))
            for preset in ("softmax", "article", "relu")
        ),
    )

library.show()

st.header("At a glance", anchor=False)
with st.container(horizontal=True):
    st.metric("Training images", f"{len(dataset.train_images):,}", border=True)
    st.metric("Test images", f"{len(dataset.test_images):,}", border=True)
    if usage:
        models = len(store.bundled()) + usage.models
        st.metric("Models", models, border=True, help="Bundled with Digit Lab, and trained on this server.")
        st.metric("Training runs", usage.runs, border=True, help="All that were started on this server.")
st.markdown(
    "The steps follow the article “Implementation of ANN for MNIST Handwritten Digits Classification” "
    "by Fazla Najumudeen (2021), with its network as the preset **Article network**."
)
st.caption(
    "Data: MNIST by Yann LeCun and Corinna Cortes, CC BY-SA 3.0. "
    "The digits were written by employees of the American Census Bureau and by high-school students."
)
