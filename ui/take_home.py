"""Downloads of a run: its network, its learning curve, its report, and the code that makes it again."""

import threading

import pandas as pd
import streamlit as st

from core.data import DataError, load_mnist
from core.evaluation import EvaluationError
from core.export.files import code_of, file_name, file_stem, make_file
from core.export.formats import FORMATS
from core.export.pocket import pocket_size
from core.export.run_bundle import MAX_BUNDLE_BYTES
from core.export.run_script import why_no_script
from core.export.snippets import INPUT, OUTPUT, keras_snippet, onnx_snippet, tflite_snippet
from core.jobs.tensorflow_loader import TensorFlowLoadError, tensorflow_loader
from core.store.database import StoreError
from core.store.run import Run, RunError
from core.test_sets.halves import Part, part_of
from ui import resources, session
from ui.spreadsheets import to_csv
from ui.test_part import test_part

# Which file of which run has been asked for.
_ASKED = "take_asked"
# A large network takes some hundred megabytes for a moment: one at a time.
_making = threading.Lock()
_MEGABYTES = MAX_BUNDLE_BYTES // 2**20


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
                f"{file_stem(run)}-history.csv",
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
    _make(
        "Network in your pocket",
        run,
        "html",
        "take_pocket",
        f"One file of about {pocket_size(run.recipe) / 1e6:.1f} MB that reads drawings offline. "
        "Send it to your phone and open it there in a browser.",
    )
    _make(
        "Report (PDF)",
        run,
        "report",
        "take_report",
        "Two pages to hand in: recipe, learning curve, results, errors, and a model card that you fill in.",
    )
    _make("Report (web page)", run, "report_html", "take_report_html", "The same report, to type into.")
    _make(
        "Keras model",
        run,
        "keras",
        "take_keras",
        f"Opens in Keras. Input: {INPUT}. Output: {OUTPUT}.",
        keras_snippet(file_name(run, "keras")),
    )
    _make(
        "TensorFlow Lite model",
        run,
        "tflite",
        "take_tflite",
        "For apps and small computers (LiteRT). One image at a time, as float32; otherwise as in Keras.",
        tflite_snippet(file_name(run, "tflite")),
    )
    _make(
        "ONNX model",
        run,
        "onnx",
        "take_onnx",
        "For PyTorch, browsers, C# or Java (ONNX Runtime). Any number of images, as float32; otherwise as in "
        "Keras.",
        onnx_snippet(file_name(run, "onnx")),
    )
    _make("Run bundle", run, "bundle", "take_bundle", _about_bundle(run))


def _about_bundle(run: Run) -> str:
    about = "Recipe, learning curve and weights, without code. Import it on *Runs*, here or elsewhere."
    # Weights can hardly be compressed.
    if 4 * run.recipe.parameters > MAX_BUNDLE_BYTES:
        return f"{about} **This network is too large for an import**, which takes {_MEGABYTES} MB at most."
    return about


def _code(run: Run) -> None:
    if why := why_no_script(run):
        st.markdown(why)
        return
    what = "Trains this network again" if run.has_model else "Trains a network with these settings"
    _download(
        "Keras script",
        code_of("script", run),
        file_name(run, "script"),
        FORMATS["script"].mime,
        "take_script",
        f"{what} where TensorFlow is installed. The same first weights; the accuracy differs a little.",
    )
    _download(
        "Notebook",
        code_of("notebook", run),
        file_name(run, "notebook"),
        FORMATS["notebook"].mime,
        "take_notebook",
        "The script step by step, for Jupyter or Google Colab.",
    )


def _make(label: str, run: Run, kind: str, key: str, about: str, snippet: str = "") -> None:
    """Offer to make a file, and when it is made, to save it.

    Not by a download that is made at the click: Streamlit 1.67 deletes its file as soon as any two
    pages of the server have run, which in a class is before the browser has fetched it.
    """
    content = _try_to_make(kind, run) if st.session_state.get(_ASKED) == (run.id, kind) else None
    if content is not None:
        file = file_name(run, kind)
        _download(f"Save {file}", content, file, FORMATS[kind].mime, f"{key}_file", about, snippet)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(label, key=key, icon=":material/build:", on_click=_ask, args=(run.id, kind), width=240)
        with st.container(width=560):
            st.markdown(about)
    if snippet:
        st.code(snippet, language="python")


def _ask(run_id: str, kind: str) -> None:
    st.session_state[_ASKED] = run_id, kind


def _try_to_make(kind: str, run: Run) -> bytes | None:
    try:
        return _content(kind, run, session.shared_address(run.id), test_part(), _answers(kind, run))
    except MemoryError:
        st.error("The server has too little memory for this file now. Try again later.")
    except (RunError, StoreError, DataError, EvaluationError, TensorFlowLoadError) as error:
        st.error(str(error), icon=":material/error:")
    del st.session_state[_ASKED]
    return None


def _answers(kind: str, run: Run) -> tuple[tuple[str, str], ...]:
    """Return what the visitor has answered in lessons, for a report of their own or a bundled run."""
    if kind not in ("report", "report_html") or not (run.bundled or run.owner == session.owner()):
        return ()
    # Imported here because only a report needs them.
    from core.lessons.answers import read_answers
    from ui.lessons import choice

    student = choice.member()
    members = (0, student.id) if student else (0,)
    return read_answers(resources.store().database, session.owner(), members, choice.lessons())


@st.cache_data(
    max_entries=3,
    show_spinner="Making the file…",
    hash_funcs={Run: lambda run: (run.id, run.label, run.note)},
)
def _content(kind: str, run: Run, link: str, part: Part, answers: tuple[tuple[str, str], ...]) -> bytes:
    """Return a file of a run's network. Raises what loading a network does."""
    if kind == "keras":
        return resources.whole_store().model_file(run.id)
    with _making:
        tensorflow_loader.load()
        return make_file(kind, resources.whole_store(), run, part_of(load_mnist(), part), link, answers)


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
