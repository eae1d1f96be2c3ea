"""Home: what Digit Lab is, the four steps, and where you are."""

import streamlit as st

from core import figures
from core.data import CLASS_NAMES
from ui import chrome, pictures, resources

chrome.begin(
    "Digit Lab",
    "Learn how a neural network reads handwriting, from the first pixel to your own digit.",
    "Everything here is real: 70,000 handwritten digits, networks that train while you watch, "
    "and answers that are sometimes wrong. Finding out why is the point.",
)

dataset = resources.mnist()
store = resources.store()
hard = [947, 2130, 3520, 5937]
article = next((run for run in store.models() if run.id == "article"), None)

explore, train, evaluate, predict = st.columns(4)
with explore.container(border=True, height="stretch"):
    st.subheader("1. Explore", anchor=False)
    pictures.show(
        figures.digit_grid,
        dataset.train_images[:4],
        [CLASS_NAMES[label] for label in dataset.train_labels[:4]],
        columns=2,
        alt="Four handwritten digits with their names",
    )
    st.markdown("Look at the digits that people wrote, and at the numbers that a picture is made of.")
    st.space("stretch")
    chrome.page_link("1_explore.py", "Explore the digits")
with train.container(border=True, height="stretch"):
    st.subheader("2. Train", anchor=False)
    pictures.show(
        figures.learning_curve,
        tuple(epoch.accuracy for epoch in article.history) if article else (),
        alt="Accuracy of the article network rising epoch by epoch",
    )
    st.markdown("Choose a network, train it, and watch its accuracy rise epoch by epoch.")
    st.space("stretch")
    chrome.page_link("2_train.py", "Train a network")
with evaluate.container(border=True, height="stretch"):
    st.subheader("3. Evaluate", anchor=False)
    pictures.show(
        figures.digit_grid,
        dataset.test_images[hard],
        [f"{CLASS_NAMES[label]}?" for label in dataset.test_labels[hard]],
        columns=2,
        alt="Four digits that are hard to read",
    )
    st.markdown("Measure it on images it has never seen, and find out what it confuses.")
    st.space("stretch")
    chrome.page_link("3_evaluate.py", "Evaluate a network")
with predict.container(border=True, height="stretch"):
    st.subheader("4. Predict", anchor=False)
    pictures.show(
        figures.reading,
        dataset.test_images[0],
        int(dataset.test_labels[0]),
        alt="A handwritten seven, and an arrow to the answer 7",
    )
    st.markdown("Draw a digit with the mouse or a finger, and see what the network makes of it.")
    st.space("stretch")
    chrome.page_link("4_predict.py", "Draw a digit")

st.subheader("Where you are", anchor=False)
with st.container(horizontal=True):
    st.metric("Training images", f"{len(dataset.train_images):,}", border=True)
    st.metric("Test images", f"{len(dataset.test_images):,}", border=True)
    st.metric("Models to try", len(store.models()), border=True, help="Bundled and trained on this server")
    st.metric("Trainings on this server", len(store.runs()), border=True)
st.markdown(
    "New here? Take the steps in order: one sitting of about half an hour. In a hurry? "
    "**Predict** works at once, with a network that is already trained."
)
st.caption(
    "Data: MNIST by Yann LeCun and Corinna Cortes, CC BY-SA 3.0. "
    "The digits were written by staff of the American Census Bureau and by students."
)
