"""Why a digit was read as it was: four ways to look into it, each on demand."""

from collections.abc import Callable
from types import MappingProxyType

import streamlit as st

from core import figures
from core.data import CLASS_NAMES
from core.preparation import prepare
from core.records import RunError
from ui import pictures, resources
from ui.predict.reading import Reader, Reading, in_short


def explain(reading: Reading) -> None:
    """Let the visitor choose how to look into the answer."""
    way = st.pills("Why this answer?", _WAYS, key="predict_why", format_func=str, persist_state="session")
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
    from core.insight import evidence

    image, answer, rival = reading.sketch.image, reading.answer, reading.rival
    spoken = evidence(reading.reader.network, image, answer, rival)
    st.markdown(
        f"Blue ink speaks for **{CLASS_NAMES[answer]}**, orange ink for its rival **{CLASS_NAMES[rival]}**. "
        "Which stroke would you change to be read differently?"
    )
    st.image(
        pictures.enlarged(figures.evidence(image, spoken), 10),
        alt=f"The drawing in blue and orange: for {CLASS_NAMES[answer]} and for {CLASS_NAMES[rival]}",
        width=280,
    )
    st.caption(
        "How the balance between the two changes as the ink appears, added up pixel by pixel "
        "(integrated gradients)."
    )


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
        "Which pixels spoke": _pixels,
        "What other models read": _models,
    }
)
