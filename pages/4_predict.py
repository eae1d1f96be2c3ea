"""Predict: draw a digit, and the network predicts it."""

import streamlit as st

from core.store.database import StoreError
from core.store.run import RunError
from ui import chrome, links, resources
from ui.predict import sources, upload
from ui.predict.prediction import Classifier
from ui.run_picker import pick

SOURCES = {
    "One digit": sources.one_digit,
    sources.SEVERAL: sources.several_digits,
    "Photo": upload.photo,
    sources.TEST_IMAGE: sources.test_image,
}

SETTINGS = (links.Setting(sources.CHOICE, {name: name for name in SOURCES}, "One digit"),)

row = chrome.begin(
    "Draw a digit",
    "Draw one digit, or write a number. Your drawing is scaled, centered and redrawn to look like an "
    "MNIST digit (28×28 pixels), then the network predicts a probability for each of the ten classes.",
    "A network only knows images like its training images. A small digit, one in a corner, or one "
    "drawn with a thick pen would look unfamiliar to it.",
)
links.check(SETTINGS)
with row:
    run = pick("predict_model", default="drawings")
    source = st.segmented_control(
        "Input",
        SOURCES,
        default="One digit",
        required=True,
        key=sources.CHOICE,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        wrap=True,
    )
try:
    classifier = Classifier(run, resources.model(run.id))
except (RunError, StoreError) as error:
    st.error(str(error), icon=":material/error:")
    st.stop()
SOURCES[source](classifier)
chrome.page_link("5_runs.py", "Take this model home", run=run.id)

links.copy_link("predict", SETTINGS, model=run.id, image=sources.image_of(source))
chrome.end(
    "predict",
    [
        "Draw the same digit small and large, in a corner and in the middle. Does the prediction change?",
        "Draw a crossed 7, a 1 with a base, a slashed 0. Which model gets them right?",
        "Draw a letter or a face. Is it rejected? Allow no false rejections: how confident is the "
        "network then?",
    ],
    following="8_inside.py",
)
