"""Predict: draw a digit and have it read."""

import streamlit as st

from core.store.run import RunError
from ui import chrome, resources
from ui.predict import sources, upload
from ui.predict.prediction import Classifier
from ui.run_picker import pick

SOURCES = {
    "Digit": sources.one_digit,
    "Number": sources.several_digits,
    "Picture": upload.picture,
    "Test image": sources.test_image,
}

chrome.begin(
    "Draw a digit",
    "Draw one digit, or write a number. It is drawn again at the size and place, and with the pen, "
    "that all MNIST digits have, and the network reads it.",
    "A network only knows pictures like those it learned from. A small digit, one in a corner, or one "
    "drawn with a thick pen would look foreign to it.",
)
run = pick("predict_model", default="drawings")
try:
    classifier = Classifier(run, resources.model(run.id))
except RunError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()

source = st.segmented_control(
    "What to read",
    SOURCES,
    default="Digit",
    required=True,
    key="predict_source",
    persist_state="session",
)
SOURCES[source](classifier)

chrome.end(
    "predict",
    [
        "Draw the same digit small and large, in a corner and in the middle. Does the answer change?",
        "Draw a seven with a bar, a one with a foot, a zero with a slash. Which model reads them?",
        "Draw a letter or a face. Is it refused? If nothing is to be refused, how sure is the network?",
    ],
)
