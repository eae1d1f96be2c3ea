"""Why a digit was read as it was: ways to look into it, each on demand."""

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import streamlit as st

from core.data import CLASS_NAMES
from core.drawing.detector import DEFAULT_REFUSED, MAX_REFUSED, load_judge
from core.drawing.normalization import prepare
from core.plots import charts, figures
from core.store.run import RunError
from ui import pictures, resources
from ui.predict.prediction import Picture, Reader, Reading, in_short

NEIGHBOURS = 12
STRICTNESS = "predict_strictness"


def is_refused(image: Picture) -> bool:
    """Whether a picture does not look like a digit, by the threshold that the visitor has chosen."""
    share = st.session_state.get(STRICTNESS, DEFAULT_REFUSED)
    return bool(load_judge().refuses(image[np.newaxis], share)[0])


def explain(reading: Reading) -> None:
    """Let the visitor choose how to look into the answer."""
    way = st.pills(
        "Why this answer?", _WAYS, key="predict_why", format_func=str, persist_state="session", wrap=True
    )
    if way is not None:
        with st.container(key="predict_why_shown"):
            _WAYS[way](reading)


def _preparations(reading: Reading) -> None:
    sketch = reading.sketch
    st.markdown(
        "The same drawing, brought to 28×28 pixels in different ways, and what this network reads in each. "
        "A network only knows pictures like those it learned from."
    )
    with st.grid(4, min_column_width=140):
        for way in prepare(sketch.canvas, sketch.image if sketch.strokes else None):
            with st.container():
                in_short(way.title, reading.reader.probabilities(way.image))
                st.image(pictures.enlarged(way.image, 5), alt=way.text, width=140)
                st.caption(way.text)


def _pixels(reading: Reading) -> None:
    # Imported here because it brings TensorFlow, as the network has done.
    from core.analysis.interpretability import integrated_gradients

    image, answer, rival = reading.sketch.image, reading.answer, reading.rival
    attributions = integrated_gradients(reading.reader.network, image, answer, rival)
    st.markdown(
        f"Blue ink speaks for **{CLASS_NAMES[answer]}**, orange ink for its rival **{CLASS_NAMES[rival]}**. "
        "Which stroke would you change to be read differently?"
    )
    st.image(
        pictures.enlarged(figures.attribution(image, attributions), 10),
        alt=f"The drawing in blue and orange: for {CLASS_NAMES[answer]} and for {CLASS_NAMES[rival]}",
        width=280,
    )
    st.caption(
        "How the balance between the two changes as the ink appears, added up pixel by pixel "
        "(integrated gradients)."
    )


def _neighbours(reading: Reading) -> None:
    indices, _ = resources.likeness().nearest(reading.sketch.image[np.newaxis], NEIGHBOURS)
    dataset = resources.mnist()
    images, labels = dataset.train_images[indices[0]], dataset.train_labels[indices[0]]
    st.markdown(
        "Of the 60,000 images that networks learn from, these are most like your drawing, by the "
        "directions of the strokes in each place. No network is asked."
    )
    pictures.show(
        figures.digit_grid,
        images,
        [str(label) for label in labels],
        columns=6,
        alt=f"The {NEIGHBOURS} most similar training digits",
        width=480,
    )


def _is_a_digit(reading: Reading) -> None:
    st.markdown(
        "A network has ten answers and gives one to a face as well. So a second, small network, which "
        "learned nothing but what is one digit and what is none, looks first."
    )
    strange = float(load_judge().as_strange(reading.sketch.image[np.newaxis])[0])
    st.metric("Test digits that look even less like a digit", f"{strange:.1%}")
    share = st.slider(
        "How many test digits may be refused by mistake",
        0.0,
        MAX_REFUSED,
        DEFAULT_REFUSED,
        0.005,
        format="percent",
        key=STRICTNESS,
        persist_state="session",
    )
    points = resources.rejection_rates()
    chosen = min(points, key=lambda point: abs(point.digits - share))
    pictures.chart(
        charts.rejection_rates,
        points,
        chosen.digits,
        key="predict_refusals",
        alt=f"Refusing {chosen.digits:.1%} of the test digits "
        f"refuses {chosen.negatives:.0%} of the non-digits",
    )
    st.caption("Non-digits: letters, symbols and scribbles that the second network has not seen before.")


def _models(reading: Reading) -> None:
    st.markdown("The same 28×28 pixels, read by every model that comes with Digit Lab.")
    with st.grid(3, min_column_width=150):
        for run in resources.store().bundled():
            try:
                reader = Reader(run, resources.model(run.id))
                in_short(run.name, reader.probabilities(reading.sketch.image))
            except RunError as error:
                st.warning(str(error))


_WAYS: MappingProxyType[str, Callable[[Reading], None]] = MappingProxyType(
    {
        "How it was made small": _preparations,
        "Nearest training digits": _neighbours,
        "Which pixels spoke": _pixels,
        "What other models read": _models,
        "Is it a digit?": _is_a_digit,
    }
)
