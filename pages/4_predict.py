"""Predict: draw a digit and have it read."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import charts, ink
from core.data import CLASS_NAMES
from core.evaluation import EvaluationError, predict
from core.records import RunError
from ui import chrome, pictures, resources
from ui.drawing_pad import drawing_pad
from ui.run_picker import pick

# Pixels: the answer with its label and how sure it is.
ANSWER_HEIGHT = 125

chrome.begin(
    "Draw a digit",
    "Draw one digit. It is brought to the size and place that all MNIST digits have, "
    "and the network reads it.",
    "A network only knows pictures like those it learned from. A small digit, or one in a corner, "
    "would look foreign to it.",
)
run = pick("predict_model", default="convolutional")
try:
    model = resources.model(run.id)
except RunError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()


def show_answer(image: np.ndarray, short: DeltaGenerator, details: DeltaGenerator) -> None:
    """Show the answer to one 28×28 picture in a few words, and what it rests on."""
    try:
        probabilities = predict(model, image[np.newaxis])[0]
    except EvaluationError as error:
        short.error(str(error), icon=":material/error:")
        return
    answer = int(probabilities.argmax())
    short.metric(
        "The network reads",
        f"{answer} · {CLASS_NAMES[answer]}",
        f"{probabilities[answer]:.1%} sure",
        delta_color="off",
        delta_arrow="off",
    )
    bars, seen = details.columns([3, 2])
    bars.markdown("**How probable it finds each digit**")
    bars.altair_chart(
        charts.probabilities(probabilities),
        key="prediction_probabilities",
        alt=f"Ten probabilities; {CLASS_NAMES[answer]} is highest with {probabilities[answer]:.0%}",
    )
    seen.markdown("**What the network sees**")
    seen.image(pictures.enlarged(image, 8), alt="28 by 28 grey pixels, the digit in the middle", width=224)


def places() -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Where the answer, the picture and the details go.

    The answer is above the picture and always as high, so that on a phone it is in
    sight while one draws, and nothing jumps.
    """
    left, details = st.columns([2, 3], gap="large")
    return left.container(key="prediction", height=ANSWER_HEIGHT, border=False), left.container(), details


def show_model_to_copy() -> None:
    """The test image that the address asks for, to be drawn by hand."""
    asked, dataset = st.query_params.get("image", ""), resources.mnist()
    if asked.isdecimal() and int(asked) < len(dataset.test_images):
        index = int(asked)
        st.markdown(f"Draw this **{CLASS_NAMES[dataset.test_labels[index]]}**, test image {index}:")
        st.image(pictures.enlarged(dataset.test_images[index], 4), alt=f"Test image {index} to copy")


@st.fragment
def draw_and_read() -> None:
    short, pad, details = places()
    with pad:
        show_model_to_copy()
        drawing = drawing_pad("predict_canvas")
    canvas = drawing.image
    image = None if canvas is None else ink.to_mnist(canvas)
    if canvas is None or image is None:
        short.info("Draw a digit from 0 to 9 on the black field.", icon=":material/draw:")
    elif drawing.is_dot(canvas):
        short.info("That is only a dot. Draw a whole digit, as large as you like.", icon=":material/draw:")
    else:
        show_answer(image, short, details)


def choose_test_image() -> None:
    count = len(resources.mnist().test_images)
    st.session_state["predict_index"] = int(np.random.default_rng().integers(count))


@st.fragment
def sample_and_read() -> None:
    dataset = resources.mnist()
    short, picture, details = places()
    if "predict_index" not in st.session_state:
        choose_test_image()
    index = st.session_state["predict_index"]
    image, name = dataset.test_images[index], CLASS_NAMES[dataset.test_labels[index]]
    picture.image(pictures.enlarged(image, 10), alt=f"Test image {index}", width=280)
    picture.markdown(f"Test image {index}, written as a **{name}**")
    picture.button("Another one", icon=":material/casino:", key="predict_another", on_click=choose_test_image)
    show_answer(image, short, details)


source = st.segmented_control(
    "What to read",
    ["drawing", "sample"],
    default="drawing",
    required=True,
    format_func={"drawing": "My drawing", "sample": "A test image"}.get,
    key="predict_source",
    persist_state="session",
)
if source == "drawing":
    draw_and_read()
else:
    sample_and_read()

chrome.end(
    "predict",
    [
        "Draw the same digit small and large, in a corner and in the middle. Does the answer change?",
        "Draw a seven with a bar, a one with a foot, a zero with a slash. Which model reads them?",
        "Draw a letter or a face. The network has to answer with a digit: how sure is it?",
    ],
)
