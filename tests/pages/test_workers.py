"""A server that trains nothing itself: worker processes do, and visitors see whether there is one."""

import sys

import pytest

from core.jobs.dask_cluster import CLUSTER_VARIABLE
from core.jobs.queue import RunQueue
from core.jobs.registry import register, unregister
from core.recipe import Recipe
from core.store.run import RunState
from core.store.runs import RunStore
from tests.pages.conftest import words
from ui import resources


@pytest.fixture
def trains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(resources.WORKERS_VARIABLE, "0")


def progress(app) -> str:
    return " ".join(bar.proto.text for bar in app.get("progress"))


def numbers(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def start(app):
    app.button(key="train_start").click().run()
    assert not app.exception
    return app


def look_again(app):
    resources.estimates.clear()
    return app.run()


def test_without_a_worker_nothing_is_promised_and_with_one_it_begins(
    trains_nothing, open_page, store: RunStore
):
    app = start(open_page("2_train"))
    assert progress(app) == (
        "Queued: no worker is running now. It starts when one is, and you can leave this page."
    )
    shown = numbers(app)
    assert (shown["Position in queue"], shown["Starts in about"], shown["Done in about"]) == (
        "1 / 1",
        "–",
        "–",
    )
    (run,) = store.active()
    assert run.state is RunState.QUEUED

    register(store, "worker")
    assert progress(look_again(app)) == "Starting…"
    unregister(store, "worker")
    assert "no worker is running" in progress(look_again(app)), "it has ended"

    assert RunQueue(store).lease("worker")
    app = look_again(app)
    assert store.get(run.id).state is RunState.RUNNING
    assert progress(app) == "Building the model…", "not that this server is loading TensorFlow"


def test_more_seeds_wait_for_a_worker_too(trains_nothing, open_page, store: RunStore):
    app = open_page("3_evaluate", view="Significance")
    app.button(key="evaluate_seeds_3").click().run()
    assert not app.exception
    assert "No worker is running now. Training starts when one is." in words(app)


@pytest.mark.parametrize(("said", "workers"), [("0", 0), ("1", 1), ("", 1), (" 0 ", 0)])
def test_the_operator_says_whether_the_server_trains(said: str, workers: int, monkeypatch):
    monkeypatch.setenv(resources.WORKERS_VARIABLE, said)
    assert resources.own_workers() == workers


def test_a_server_with_a_cluster_trains_nothing_itself(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setenv(CLUSTER_VARIABLE, "tcp://scheduler:8786")
    assert resources.own_workers() == 0


@pytest.mark.parametrize("said", ["2", "many", "-1"])
def test_another_number_is_named_in_the_log(said: str, monkeypatch, caplog):
    monkeypatch.setenv(resources.WORKERS_VARIABLE, said)
    assert resources.own_workers() == 1
    assert "start `python -m core worker` for more" in caplog.text


def test_a_server_that_trains_nothing_loads_tensorflow_only_to_answer(trains_nothing, monkeypatch):
    monkeypatch.setattr(resources.st.runtime, "exists", lambda: True)
    monkeypatch.setattr(resources.st.runtime, "get_instance", lambda: object.__new__(resources.Runtime))
    monkeypatch.setattr(resources, "tensorflow_loader", loader := Loader())
    resources.warm_up()
    assert not loader.asked
    monkeypatch.setenv(resources.WORKERS_VARIABLE, "1")
    resources.own_workers.clear()
    resources.warm_up()
    assert loader.asked


class Loader:
    """Says whether it was asked to load TensorFlow."""

    is_loaded = False
    asked = False

    def load_in_background(self, after: float = 0.0) -> None:
        self.asked = True


def test_the_queue_of_a_server_that_trains_nothing_still_gets_back_what_a_dead_worker_left(
    trains_nothing, store: RunStore, monkeypatch
):
    monkeypatch.setattr("core.jobs.scheduler.STALE_SECONDS", 0.1)
    monkeypatch.setattr("core.jobs.scheduler.PAUSE_SECONDS", 0.1)
    queue = RunQueue(store)
    queue.enqueue(Recipe(), "ann", "Run")
    register(store, "worker")
    lease = queue.lease("worker")
    assert lease
    scheduler = resources.scheduler()
    while store.get(lease.run.id).state is not RunState.QUEUED:
        scheduler._wake.set()


def test_who_watches_a_run_is_told_that_its_worker_is_silent_and_no_longer_when_it_is_back(
    trains_nothing, open_page, store: RunStore, monkeypatch
):
    queue = RunQueue(store)
    queue.enqueue(Recipe(), "ann", "Run")
    lease = queue.lease("worker")
    assert lease

    def warnings() -> list[str]:
        resources.silent_runs.clear()
        return [warning.value for warning in app.run().warning]

    app = open_page("2_train", run=lease.run.id)
    assert not app.warning
    monkeypatch.setattr(resources, "SILENT_SECONDS", 0.0)
    (told,) = warnings()
    assert "has been silent" in told
    assert "goes back into the queue after 10 s" in told
    lease.heartbeat(0.1)
    assert not warnings()
