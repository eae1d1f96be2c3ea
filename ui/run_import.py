"""Bring a run from another server: a bundle that was taken home there."""

import threading

import streamlit as st

from core.data import DataError, load_mnist
from core.evaluation import EvaluationError
from core.export.run_bundle import MAX_BUNDLE_BYTES, read_bundle
from core.export.run_import import import_run
from core.jobs.tensorflow_loader import TensorFlowLoadError, tensorflow_loader
from core.store.database import StoreError
from core.store.run import Run, RunError
from ui import resources, session

# Each builds a network and reads the test images with it: one at a time.
_importing = threading.Lock()


def import_form() -> None:
    """Let the visitor import a run bundle, which becomes a run of theirs."""
    with (
        st.expander("Import a run", icon=":material/upload:", key="runs_import"),
        st.form("runs_import_form", clear_on_submit=True, border=False),
    ):
        file = st.file_uploader(
            "Run bundle",
            # A network's own file, too, so that it is refused with the reason.
            type=["zip", "keras"],
            max_upload_size=MAX_BUNDLE_BYTES // 2**20,
            key="runs_import_file",
            help="A .zip file that was saved under “Take it home” of a run, on this or another server.",
        )
        st.markdown("It becomes a run of yours that everyone sees, and counts as one of your models.")
        if st.form_submit_button("Import", icon=":material/upload:", key="runs_import_start"):
            _import(None if file is None else file.getvalue())


def _import(content: bytes | None) -> None:
    if content is None:
        st.warning("Choose a file first.", icon=":material/upload_file:")
        return
    try:
        run = _imported(content)
    except MemoryError:
        st.error("The server has too little memory for this network now. Try again later.")
    except (RunError, StoreError, DataError, EvaluationError, TensorFlowLoadError) as error:
        st.error(str(error), icon=":material/error:")
    else:
        st.query_params[session.WATCHED_ADDRESS] = run.id
        st.rerun()


def _imported(content: bytes) -> Run:
    with _importing, st.spinner("Importing the run…"):
        bundle = read_bundle(content)
        tensorflow_loader.load()
        return import_run(resources.store(), bundle, load_mnist(), session.owner(), session.nickname())
