"""Home: what Digit Lab is, the four steps, and where you are."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import chrome

# Test images whose label people dispute (Northcutt et al. 2021).
HARD_TO_READ = [947, 2130, 3520, 5937]

chrome.begin(
    "Digit Lab",
    "Learn how a neural network reads handwriting, from the first pixel to your own digit.",
    "Everything here is real: 70,000 handwritten digits, networks that train while you watch, "
    "and answers that are sometimes wrong. Finding out why is the point.",
)

# Matplotlib, NumPy and the run store take a second to import: at the first visit of a server the
# heading is on the screen before.
from matplotlib.figure import Figure  # noqa: E402

from core.data import CLASS_NAMES  # noqa: E402
from core.plots import figures  # noqa: E402
from core.store.database import StoreError  # noqa: E402
from ui import pictures, resources  # noqa: E402

dataset = resources.mnist()
store = resources.store()
try:
    usage = store.usage()
except StoreError as error:
    usage = None
    st.warning(str(error), icon=":material/database_off:")


def card(
    column: DeltaGenerator,
    title: str,
    text: str,
    file: str,
    link: str,
    draw: Callable[..., Figure],
    *args: Any,
    **kwargs: Any,
) -> None:
    """One step of the way: a picture, what one does there, and the way there."""
    with column.container(border=True, height="stretch"):
        st.subheader(title, anchor=False)
        pictures.show(draw, *args, **kwargs)
        st.markdown(text)
        st.space("stretch")
        chrome.page_link(file, link)


explore, train, evaluate, predict = st.columns(4)
card(
    explore,
    "1. Explore",
    "Look at the digits that people wrote, and at the numbers that a picture is made of.",
    "1_explore.py",
    "Explore the digits",
    figures.digit_grid,
    dataset.train_images[:4],
    [CLASS_NAMES[label] for label in dataset.train_labels[:4]],
    columns=2,
    alt="Four handwritten digits with their names",
)
card(
    train,
    "2. Train",
    "Choose a network, train it, and watch its accuracy rise epoch by epoch.",
    "2_train.py",
    "Train a network",
    figures.learning_curve,
    tuple(epoch.accuracy for epoch in store.history("article")),
    alt="Accuracy of the article network rising epoch by epoch",
)
card(
    evaluate,
    "3. Evaluate",
    "Measure it on images it has never seen, and find out what it confuses.",
    "3_evaluate.py",
    "Evaluate a network",
    figures.digit_grid,
    dataset.test_images[HARD_TO_READ],
    [f"{CLASS_NAMES[label]}?" for label in dataset.test_labels[HARD_TO_READ]],
    columns=2,
    alt="Four digits that are hard to read",
)
card(
    predict,
    "4. Predict",
    "Draw a digit with the mouse or a finger, and see what the network makes of it.",
    "4_predict.py",
    "Draw a digit",
    figures.prediction,
    dataset.test_images[0],
    int(dataset.test_labels[0]),
    alt="A handwritten seven, and an arrow to the answer 7",
)

st.subheader("Where you are", anchor=False)
with st.container(horizontal=True):
    st.metric("Training images", f"{len(dataset.train_images):,}", border=True)
    st.metric("Test images", f"{len(dataset.test_images):,}", border=True)
    if usage:
        models = len(store.bundled()) + usage.models
        st.metric("Models to try", models, border=True, help="Bundled and trained on this server")
        st.metric("Trainings on this server", usage.runs, border=True)
st.markdown(
    "New here? Take the steps in order: one sitting of about half an hour. In a hurry? "
    "**Predict** works at once, with a network that is already trained."
)
st.caption(
    "Data: MNIST by Yann LeCun and Corinna Cortes, CC BY-SA 3.0. "
    "The digits were written by staff of the American Census Bureau and by students."
)
