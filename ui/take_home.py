"""Downloads of a run: its network, its learning curve, and the code that makes it again."""

import threading

import pandas as pd
import streamlit as st

from core.data import DataError, load_mnist
from core.export.keras_script import keras_script
from core.export.notebook import keras_notebook
from core.export.pocket import pocket_page, pocket_size
from core.export.run_script import left_out, why_no_script
from core.export.snippets import INPUT, OUTPUT, keras_snippet, tflite_snippet
from core.export.tflite import to_tflite
from core.jobs.tensorflow_loader import TensorFlowLoadError, tensorflow_loader
from core.store.database import StoreError
from core.store.run import Run, RunError
from ui import resources
from ui.spreadsheets import to_csv

# Which file of which run has been asked for.
_ASKED = "take_asked"
# A large network takes some hundred megabytes for a moment: one at a time.
_making = threading.Lock()


def take_home(run: Run) -> None:
    """Offer the files of a run; each is made only when somebody asks for it."""
    with st.expander("Take it home", icon=":material/download:", key="take_home"):
        if run.has_model:
            _network(run)
        else:
            st.markdown("This run has no saved model, so there is no network to download.")
        if run.epochs_done and (history := _history(run.id)):
            _download(
                "Learning curve",
                history,
                f"{_file(run)}-history.csv",
                "text/csv",
                "take_history",
                "Loss and accuracy of each epoch, as CSV for a spreadsheet.",
            )
        _code(run)


def _history(run_id: str) -> str:
    """Return the learning curve; nothing while the store is away, which the page says."""
    try:
        return to_csv(pd.DataFrame([vars(epoch) for epoch in resources.store().history(run_id)]))
    except (RunError, StoreError):
        return ""


def _network(run: Run) -> None:
    file = _file(run)
    _make(
        "Network in your pocket",
        run,
        f"{file}.html",
        "text/html",
        "take_pocket",
        f"One file of about {pocket_size(run.recipe) / 1e6:.1f} MB that reads drawings offline. "
        "Send it to your phone and open it there in a browser.",
        "",
    )
    _make(
        "Keras model",
        run,
        f"{file}.keras",
        "application/octet-stream",
        "take_keras",
        f"Opens in Keras. Input: {INPUT}. Output: {OUTPUT}.",
        keras_snippet(f"{file}.keras"),
    )
    _make(
        "TensorFlow Lite model",
        run,
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
    where = "where TensorFlow is installed"
    if run.recipe.handwriting:
        where = "in the folder of Digit Lab, which has the handwriting augmentation (not in Google Colab)"
    what = "Trains this network again" if run.has_model else "Trains a network with these settings"
    _download(
        "Keras script",
        keras_script(run.recipe, left_out(run), at_home=True),
        f"{_file(run)}.py",
        "text/x-python",
        "take_script",
        f"{what} {where}. Other random numbers, so the accuracy differs a little.",
    )
    _download(
        "Notebook",
        keras_notebook(run.recipe, left_out(run)),
        f"{_file(run)}.ipynb",
        "application/x-ipynb+json",
        "take_notebook",
        f"The script step by step, for Jupyter{'' if run.recipe.handwriting else ' or Google Colab'}.",
    )


def _make(label: str, run: Run, file: str, mime: str, key: str, about: str, snippet: str) -> None:
    """Offer to make a file, and when it is made, to save it.

    Not by a download that is made at the click: Streamlit 1.67 deletes its file as soon as any two
    pages of the server have run, which in a class is before the browser has fetched it.
    """
    content = _try_to_make(key, run) if st.session_state.get(_ASKED) == (run.id, key) else None
    if content is not None:
        _download(f"Save {file}", content, file, mime, f"{key}_file", about, snippet)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(label, key=key, icon=":material/build:", on_click=_ask, args=(run.id, key), width=240)
        with st.container(width=560):
            st.markdown(about)
    if snippet:
        st.code(snippet, language="python")


def _ask(run_id: str, key: str) -> None:
    st.session_state[_ASKED] = run_id, key


def _try_to_make(key: str, run: Run) -> str | bytes | None:
    try:
        return _content(key, run.id, run.label)
    except MemoryError:
        st.error("The server has too little memory for this file now. Try again later.")
    except (RunError, StoreError, DataError, TensorFlowLoadError) as error:
        st.error(str(error), icon=":material/error:")
    del st.session_state[_ASKED]
    return None


@st.cache_data(max_entries=3, show_spinner="Making the file…")
def _content(key: str, run_id: str, title: str) -> str | bytes:
    """Return a file of a run's network. Raises what loading a network does."""
    store = resources.store()
    if key == "take_keras":
        return store.model_file(run_id)
    with _making:
        tensorflow_loader.load()
        model = store.load_model(run_id)
        return pocket_page(model, title, load_mnist()) if key == "take_pocket" else to_tflite(model)


def _download(
    label: str, content: str | bytes, file: str, mime: str, key: str, about: str, snippet: str = ""
) -> None:
    """Show a button, a sentence about its file, and the lines that load it."""
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
