"""What all sessions of the server share: the data, the runs, the queue, the models."""

import logging
import os
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError
from streamlit.runtime import Runtime

from core.analysis import exploration
from core.data import MAX_PIXEL, DataError, Dataset, load_mnist
from core.jobs.dask_cluster import CLUSTER_VARIABLE, DaskCluster
from core.jobs.eta import Estimate, estimate
from core.jobs.heartbeat import SILENT_SECONDS, Heartbeat, Watch, heartbeats
from core.jobs.log_lines import write_log
from core.jobs.queue import RunQueue
from core.jobs.registry import count_workers
from core.jobs.scheduler import Scheduler, new_worker_id
from core.jobs.teacher_key import KEY_VARIABLE, KeyGuard
from core.jobs.tensorflow_loader import TensorFlowLoadError, tensorflow_loader
from core.recipe import Recipe
from core.store import backup
from core.store.database import StoreError
from core.store.drawings import KEEP_VARIABLE
from core.store.run import Run
from core.store.runs import RunStore
from core.store.user_messages import ADDRESS_VARIABLE

if TYPE_CHECKING:
    from core.analysis.rejection import RejectionRates
    from core.drawing.neighbors import NeighborIndex
    from core.evaluation import Evaluation
    from core.test_sets.evaluation_sets import EvaluationSet
    from ui.session import Person


_log = logging.getLogger(__name__)

# A list of models that somebody can still look through.
NEWEST_MODELS = 100
_ON = ("on", "true", "yes", "1")
# "0" leaves all training to worker processes, see core/jobs/worker_process.py.
WORKERS_VARIABLE = "DIGIT_LAB_WORKERS"
STARTING = "Loading TensorFlow (a few seconds, once)…"
# How long a page takes to reach the browser after its script has ended.
_SEND_SECONDS = 1.0


def mnist() -> Dataset:
    """MNIST, or the page ends with a sentence that says what to do."""
    try:
        return load_mnist()
    except DataError as error:
        st.error(str(error), icon=":material/database_off:")
        st.stop()


@st.cache_data(show_spinner=False)
def pixel_counts() -> npt.NDArray[np.int64]:
    """`core.analysis.exploration.pixel_histogram` of the training images."""
    return exploration.pixel_histogram(mnist().train_images, bins=MAX_PIXEL + 1)


@st.cache_data(show_spinner=False)
def average_digits() -> npt.NDArray[np.float32]:
    """`core.analysis.exploration.average_digits` of the training images."""
    return exploration.average_digits(mnist().train_images, mnist().train_labels)


@st.cache_resource(show_spinner=False)
def whole_store() -> RunStore:
    """The runs of this server, and of others that share its database; for `store`, and for no page."""
    return RunStore(_secret(ADDRESS_VARIABLE))


def store() -> RunStore:
    """The runs of this server as the visitor may see them: see `ui.test_part`."""
    # Imported here because it needs to know the visitor, and whoever knows them needs the store.
    from ui.test_part import test_part

    return whole_store().seen(test_part())


@st.cache_data(ttl=3600.0, show_spinner=False)
def damage() -> str:
    """Return what is wrong with the pages of the store; it takes a second or two to look at all of them."""
    return backup.damage(whole_store().database)


@st.cache_resource(show_spinner=False, on_release=lambda scheduler: scheduler.shutdown())
def scheduler() -> Scheduler:
    """Return what trains the runs of this server's store for all visitors."""
    worker = new_worker_id()
    if _in_a_server():
        write_log(worker, "core", "ui")
    return Scheduler(whole_store(), workers=own_workers(), worker=worker, cluster=cluster())


@st.cache_resource(show_spinner=False)
def cluster() -> DaskCluster | None:
    """Return the Dask cluster that trains the runs of this server, if the operator has named one."""
    address = str(_secret(CLUSTER_VARIABLE) or os.environ.get(CLUSTER_VARIABLE, "")).strip()
    return DaskCluster(address, whole_store().database.address) if address else None


@st.cache_resource(show_spinner=False)
def own_workers() -> int:
    """Return how many runs this server trains at the same time itself: 1, or 0 if others do so for it."""
    if cluster():
        return 0
    said = _secret(WORKERS_VARIABLE)
    said = str(os.environ.get(WORKERS_VARIABLE, "") if said is None else said).strip()
    if said not in ("", "0", "1"):
        _log.warning(
            "%s must be 0 or 1. This server trains one run at a time; "
            "start `python -m core worker` for more.",
            WORKERS_VARIABLE,
        )
    return 0 if said == "0" else 1


def queue() -> RunQueue:
    """Return the queue of this server's runs, and start the scheduler if nobody has."""
    return scheduler().queue


def models() -> tuple[Run, ...]:
    """The newest models and the bundled ones, or these alone if the store cannot be used."""
    try:
        return store().models(NEWEST_MODELS)
    except StoreError:
        return store().bundled()


@st.cache_resource(ttl=1.0, show_spinner=False)
def estimates() -> dict[str, Estimate]:
    """Return when each queued run begins and ends: one look a second for all who wait."""
    shared = whole_store()
    workers = own_workers() + count_workers(shared)
    return estimate(shared.active(), shared.measured(), workers)


@st.cache_resource(ttl=1.0, show_spinner=False)
def silent_runs() -> frozenset[str]:
    """Return the runs in training whose heartbeat stands still: one look a second for all who watch."""
    if own_workers() and not tensorflow_loader.is_loaded:
        return frozenset()  # Its import holds up all threads.
    still = _heartbeat_watch().still(heartbeats(whole_store()), SILENT_SECONDS)
    return frozenset(heartbeat.run_id for heartbeat in still)


@st.cache_resource(show_spinner=False)
def _heartbeat_watch() -> Watch[Heartbeat]:
    return Watch()


@st.cache_resource(show_spinner=False)
def drafts() -> OrderedDict[str, Recipe]:
    """Return the last recipe in the form of each visitor, the newest last; see `ui.session`."""
    return OrderedDict()


@st.cache_resource(show_spinner=False)
def people() -> OrderedDict[str, "Person"]:
    """Return who the visitors of browsers have become since the server was started; see `ui.session`."""
    return OrderedDict()


def keeps_drawings() -> bool:
    """Whether the operator of this server lets visitors keep drawings."""
    said = _secret(KEEP_VARIABLE)
    said = os.environ.get(KEEP_VARIABLE, "on") if said is None else said
    return str(said).strip().lower() in _ON


def teacher_key() -> str:
    """Return the secret that lets somebody manage the queue; empty if the operator has set none."""
    return str(_secret(KEY_VARIABLE) or os.environ.get(KEY_VARIABLE, "")).strip()


@st.cache_resource(show_spinner=False)
def key_guard() -> KeyGuard:
    """Return what limits the tries of all visitors to guess the `teacher_key`."""
    return KeyGuard()


def _secret(name: str) -> Any:
    """What the operator says in Streamlit's secrets, if anything."""
    try:
        return st.secrets.get(name)
    except StreamlitSecretNotFoundError:
        return None


@st.cache_resource(show_spinner=False)
def neighbor_index() -> "NeighborIndex":
    """The training digits, ready to be compared with."""
    # Imported here because it brings SciPy, which Home and Explore do not need.
    from core.drawing.neighbors import load_neighbor_index

    return load_neighbor_index()


@st.cache_resource(show_spinner="Measuring what is refused…")
def rejection_rates() -> tuple["RejectionRates", ...]:
    """Return what each threshold rejects of MNIST's test digits and of the negatives."""
    # As above.
    from core.analysis import rejection
    from core.drawing.detector import load_detector

    return rejection.rejection_rates(load_detector(), rejection.load_negatives().images)


def keep_keras_session() -> None:
    """Keep what TensorFlow has compiled when Streamlit clears Keras' session.

    Streamlit does so after every page and fragment run of any visitor
    (``script_runner._clean_problem_modules``). With it goes all that TensorFlow has made ready
    to run, also for others: the next prediction takes 24 ms instead of 1, and a training beside
    which a page is run twice a second takes 1.3 times as long. It is meant for scripts that build
    networks with automatic names at each run. In `core.model` all layers are named and all seeds
    explicit, so there is nothing to clear.
    """
    import keras

    keras.backend.clear_session = _clear_nothing


def _clear_nothing(free_memory: bool = True) -> None:
    pass


tensorflow_loader.then(keep_keras_session)


def warm_up() -> None:
    """Load TensorFlow in the background, once the page that is being made has been sent."""
    # A server that trains nothing loads it for the first visitor who asks a network something.
    if _in_a_server() and own_workers() and not tensorflow_loader.is_loaded:
        tensorflow_loader.load_in_background(after=_SEND_SECONDS)


def _in_a_server() -> bool:
    # AppTest runs pages in a stand-in for a server, which even says that it is one.
    return st.runtime.exists() and type(st.runtime.get_instance()) is Runtime


def wait_for_tensorflow() -> None:
    """Wait until TensorFlow has been loaded, and say so; or end the page."""
    try:
        if tensorflow_loader.is_loaded:
            return
        with st.spinner(STARTING):
            tensorflow_loader.load()
    except TensorFlowLoadError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()


def model(run_id: str) -> Any:
    """The network of a run. Raises `RunError` if there is none."""
    wait_for_tensorflow()
    return _model(run_id)


@st.cache_resource(max_entries=8, show_spinner="Loading the model…")
def _model(run_id: str) -> Any:
    return whole_store().load_model(run_id)


def test_evaluation(run_id: str) -> "Evaluation":
    """The answers of a run's network on MNIST's test images, as far as the visitor may see them.

    Raises `RunError` as `model` does.
    """
    # As in `store`.
    from ui.test_part import mnist_set

    return evaluation(run_id, mnist_set())


def evaluation(run_id: str, test_set: "EvaluationSet") -> "Evaluation":
    """The answers of a run's network on a test set. Raises `RunError` as `model` does."""
    wait_for_tensorflow()
    return _evaluation(run_id, test_set.key, test_set)


# Each has half a megabyte for 10,000 images.
@st.cache_resource(max_entries=24, show_spinner="Reading the test images…")
def _evaluation(run_id: str, key: str, _test_set: "EvaluationSet") -> "Evaluation":  # noqa: ARG001, known by it
    # As above, scikit-learn.
    from core.evaluation import evaluate

    return evaluate(_model(run_id), _test_set.images, _test_set.labels)
