"""Downloads of a run: its network, its learning curve, and the code that makes it again."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.data import load_mnist
from core.export.keras_script import keras_script
from core.export.notebook import keras_notebook
from core.export.pocket import pocket_page, pocket_size
from core.export.run_script import left_out, why_no_script
from core.export.snippets import INPUT, OUTPUT, keras_snippet, tflite_snippet
from core.export.tflite import to_tflite
from core.jobs.tensorflow_loader import tensorflow_loader
from core.store.run import Run
from core.store.runs import RunStore
from ui import resources
from ui.spreadsheets import to_csv

if TYPE_CHECKING:
    import keras


def take_home(run: Run) -> None:
    """Offer the files of a run; each is made only when somebody asks for it."""
    with st.expander("Take it home", icon=":material/download:", key="take_home"):
        if run.has_model:
            _network(run)
        else:
            st.markdown("This run has no saved model, so there is no network to download.")
        if run.epochs_done:
            _download(
                "Learning curve",
                partial(_history, resources.store(), run.id),
                f"{_file(run)}-history.csv",
                "text/csv",
                "take_history",
                "Loss and accuracy of each epoch, as CSV for a spreadsheet.",
            )
        _code(run)


def _network(run: Run) -> None:
    store, file = resources.store(), _file(run)
    _download(
        "Network in your pocket",
        partial(_pocket, store, run),
        f"{file}.html",
        "text/html",
        "take_pocket",
        f"One file of about {pocket_size(run.recipe) / 1e6:.1f} MB that reads drawings offline. "
        "Send it to your phone and open it there in a browser.",
    )
    _download(
        "Keras model",
        partial(store.model_file, run.id),
        f"{file}.keras",
        "application/octet-stream",
        "take_keras",
        f"Opens in Keras. Input: {INPUT}. Output: {OUTPUT}.",
        keras_snippet(f"{file}.keras"),
    )
    _download(
        "TensorFlow Lite model",
        partial(_tflite, store, run.id),
        f"{file}.tflite",
        "application/octet-stream",
        "take_tflite",
        "For apps and small computers (LiteRT). One image at a time, as float32; otherwise as in Keras.",
        tflite_snippet(f"{file}.tflite"),
    )


def _code(run: Run) -> None:
    if why := why_no_script(run):
        st.markdown(why)
        return
    _download(
        "Keras script",
        partial(keras_script, run.recipe, left_out(run), at_home=True),
        f"{_file(run)}.py",
        "text/x-python",
        "take_script",
        "Trains this network again where TensorFlow is installed. Other random numbers, so the accuracy "
        "differs a little.",
    )
    _download(
        "Notebook",
        partial(keras_notebook, run.recipe, left_out(run)),
        f"{_file(run)}.ipynb",
        "application/x-ipynb+json",
        "take_notebook",
        "The script step by step, for Jupyter or Google Colab.",
    )


def _download(
    label: str,
    content: Callable[[], str | bytes],
    file: str,
    mime: str,
    key: str,
    about: str,
    snippet: str = "",
) -> None:
    """Show a button, a sentence about its file, and folded the lines that load it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            label, content, file, mime, key=key, icon=":material/download:", on_click="ignore", width=240
        )
        with st.container(width=560):
            st.markdown(about)
    if snippet:
        st.code(snippet, language="python")


def _file(run: Run) -> str:
    """Return the name of a file without its ending; what a visitor wrote is not in it."""
    return f"digit-lab-run-{run.number}" if run.number else f"digit-lab-{run.id}"


def _history(store: RunStore, run_id: str) -> str:
    return to_csv(pd.DataFrame([vars(epoch) for epoch in store.history(run_id)]))


def _pocket(store: RunStore, run: Run) -> str:
    return pocket_page(_model(store, run.id), run.label, load_mnist())


def _tflite(store: RunStore, run_id: str) -> bytes:
    return to_tflite(_model(store, run_id))


def _model(store: RunStore, run_id: str) -> "keras.Model":
    tensorflow_loader.load()  # A download runs in a thread of its own.
    store.touch(run_id)
    return store.load_model(run_id)
