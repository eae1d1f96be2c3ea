"""Saving a drawing: with its label, to fine-tune a network, or as a file to take home."""

import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from core.data import CLASSES
from core.store.database import StoreError
from core.store.drawings import DrawingRefused
from ui import chrome, resources, session
from ui.predict.prediction import Picture, Prediction

_MEANS = "predict_means"
_OF = "predict_means_of"


def label(prediction: Prediction) -> None:
    """Let the visitor label their drawing; it is stored then, to fine-tune a network."""
    if not resources.keeps_drawings():
        return
    # The label of the drawing before is not the label of this one.
    if st.session_state.get(_OF) != (shown := prediction.sketch.image.tobytes()):
        st.session_state[_OF] = shown
        st.session_state[_MEANS] = None
    st.pills(
        "Correct label",
        range(CLASSES),
        key=_MEANS,
        help="Saves the drawing, with the label that you choose, for *Fine-tune*. "
        "Drawings that the network misclassifies teach it most.",
        on_change=_keep,
        args=(prediction,),
    )
    if st.session_state[_MEANS] is not None:
        chrome.page_link("6_teach.py", "Saved. Go to Fine-tune", model=prediction.classifier.run.id)


def _keep(prediction: Prediction) -> None:
    digit = st.session_state[_MEANS]
    try:
        sketch, run = prediction.sketch, prediction.classifier.run
        if digit is None:
            session.drawing_store().remove(sketch.image)
            return
        session.drawing_store().save(sketch.image, digit, sketch.strokes, prediction.digit, run.id)
    except (DrawingRefused, StoreError) as error:
        st.session_state[_MEANS] = None
        st.toast(str(error), icon=":material/block:")


def save(paint: Callable[[], Picture], data: Callable[[], dict[str, Any]]) -> None:
    """Offer a drawing as a picture, and with its prediction as data; made when they are asked for."""
    with st.container(horizontal=True, key="predict_save"):
        st.download_button(
            "Download as PNG",
            lambda: _png(paint()),
            "drawing.png",
            "image/png",
            key="predict_save_png",
            icon=":material/image:",
            type="tertiary",
            on_click="ignore",
        )
        st.download_button(
            "Download as JSON",
            lambda: json.dumps(data()),
            "drawing.json",
            "application/json",
            key="predict_save_json",
            icon=":material/data_object:",
            type="tertiary",
            on_click="ignore",
            help="The strokes, the network input (28×28 pixels) and the class probabilities",
        )


def _png(picture: npt.NDArray[np.uint8]) -> bytes:
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "PNG")
    return content.getvalue()


def as_data(prediction: Prediction) -> dict[str, Any]:
    """Return a drawing and its prediction as the JSON fields of a file."""
    return {
        "model": prediction.classifier.run.label,
        "answer": prediction.digit,
        "probabilities": [round(float(value), 6) for value in prediction.probabilities],
        "image": prediction.sketch.image.tolist(),
        "strokes": [stroke.round(1).tolist() for stroke in prediction.sketch.strokes],
    }
