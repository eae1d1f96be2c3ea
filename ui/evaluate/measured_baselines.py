"""Simple classifiers that learned from the same images as this network, measured here."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.analysis.measured_baselines import CLASSIFIERS, MeasuredBaseline
from core.jobs.baseline_worker import BaselinesRefused, BaselineWorker
from core.sampling import selection_key
from core.store.baselines import read_baselines
from core.store.database import Database, StoreError
from core.store.run import Run
from core.test_sets.halves import Part
from ui import resources
from ui.evaluate import widgets
from ui.test_part import test_part
from ui.words import percent

_POLL_SECONDS = 2.0
_ABOUT = {
    "Nearest class mean": "Predicts the digit whose average image is nearest.",
    "Logistic regression": "A weighted sum of the pixels for each digit (scikit-learn).",
    "1-nearest neighbor": "Predicts the label of the most similar training image.",
}


def show(run: Run) -> None:
    """Show what is measured of the simple classifiers, and offer to measure the rest."""
    st.header("Baselines: measured on the same training images", anchor=False)
    if run.fine_tuning and run.fine_tuning.from_scratch:
        st.markdown(
            "This model was trained for a class, on chosen images. Baselines are measured for models that "
            "were trained on *Train*."
        )
        return
    if run.fine_tuning or run.operation:
        st.markdown(
            "This model was changed after its training. Look at the baselines of the model that it was "
            "before."
        )
        return
    if test_part() is not Part.WHOLE:
        st.info(
            "These are measured on all 10,000 test images, and your class has sealed half of them. They are "
            "back when your teacher opens that half.",
            icon=":material/lock:",
        )
        return
    job = _worker().job(run.recipe)
    active = job is not None and not job.failure
    st.fragment(_look, run_every=_POLL_SECONDS if active else None)(run, active)
    st.markdown(
        "LeCun's k-nearest neighbors of 1998 have a test error of 5.0%, and a single neighbor among all "
        "60,000 training images here about 3.1%, because the images are not the same: ours are centered by "
        "their center of mass and anti-aliased, and his digits for that result were prepared in another way."
    )


def _worker() -> BaselineWorker:
    database = resources.store().database
    return _worker_of(database.address, database)


@st.cache_resource(max_entries=1, show_spinner=False)
def _worker_of(address: str, _database: Database) -> BaselineWorker:  # noqa: ARG001, known by its address
    return BaselineWorker(_database)


def _look(run: Run, was_active: bool) -> None:
    """Show the table; when the last one is measured, or cannot be, the page runs again and polls no more."""
    try:
        job = _worker().job(run.recipe)
        found = read_baselines(resources.store().database, selection_key(run.recipe))
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
        return
    busy = job is not None and not job.failure
    if was_active and not busy:
        st.rerun()
    if found:
        _table(run, found)
    if job and job.failure:
        st.warning(job.failure, icon=":material/error:")
    if busy and job:
        ahead = f" {job.ahead} others come first." if job.ahead else ""
        st.info(f"Measuring, on one core.{ahead} You can leave this page.", icon=":material/hourglass_top:")
    elif len(found) < len(CLASSIFIERS):
        _offer(run)


def _table(run: Run, found: Sequence[MeasuredBaseline]) -> None:
    accuracy = None if run.test_accuracy is None else percent(run.test_accuracy, 2)
    table = pd.DataFrame(
        {
            "Model": [one.name for one in found],
            "Test accuracy": [f"{one.accuracy:.2%}" for one in found],
            "Training images": [f"{one.images:,}" for one in found],
            "Processor time": [f"{one.seconds:.1f} s" for one in found],
            "Description": [_ABOUT[one.name] for one in found],
        }
    )
    with st.container(key="evaluate_measured"):
        st.table(
            table,
            border="horizontal",
            hide_index=True,
            alt="Test accuracy of simple classifiers"
            + (f"; this network has {accuracy}" if accuracy else ""),
        )
        if accuracy:
            st.markdown(f"This network has a test accuracy of **{accuracy}**.")
    widgets.save("measured_baselines", run, table)


def _offer(run: Run) -> None:
    if st.button(
        "Measure the baselines",
        icon=":material/timer:",
        key="evaluate_measure",
        help="Nearest class mean, logistic regression, and 1-nearest neighbor learn from the images that "
        "this network learned from. With all 60,000 it takes 20 seconds of one core; trainings go first.",
    ):
        try:
            _worker().begin(run.recipe)
        except BaselinesRefused as refusal:
            st.toast(str(refusal), icon=":material/hourglass_top:")
            return
        st.rerun()
