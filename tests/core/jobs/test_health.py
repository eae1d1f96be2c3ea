"""What ``python -m core health`` tells operators, and with which exit status."""

import json
from collections.abc import Callable

import pytest

from core.__main__ import main
from core.jobs import health
from core.jobs.health import as_text, check_health
from core.jobs.queue import RunQueue
from core.jobs.registry import register
from core.recipe import Recipe
from core.store.runs import RunStore
from core.store.user_messages import ADDRESS_VARIABLE
from tests.postgres import ON_EVERY_DATABASE


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets something happen between two looks."""

    def use(*changes: Callable[[], object]) -> None:
        monkeypatch.setattr(health.time, "sleep", lambda _: [change() for change in changes])

    return use


@ON_EVERY_DATABASE
def test_a_store_at_rest_is_healthy(store: RunStore):
    found = check_health(store)
    assert found.problems == ()
    assert (found.runs, found.queued, found.workers, found.leases) == (0, 0, (), ())
    assert found.database.split()[0] in ("sqlite", "postgresql")
    assert found.tables
    assert found.versions["digit-lab"]
    assert found.versions["keras"]
    assert as_text(found).startswith("Healthy\nStore")


@ON_EVERY_DATABASE
def test_a_worker_and_a_run_are_alive_while_their_heartbeats_move(store: RunStore, meanwhile):
    queue = RunQueue(store)
    ann, bob = (queue.enqueue(Recipe(), owner, "Run") for owner in ("ann", "bob"))
    for worker in ("one", "two"):
        register(store, worker)
    lease = queue.lease("one")
    meanwhile(lambda: register(store, "one"), lambda: lease.heartbeat(0.5))
    found = check_health(store, patience=0.1)
    assert found.problems == ()
    assert {beat.worker: beat.alive for beat in found.workers} == {"one": True, "two": False}
    assert [(beat.run_id, beat.worker, beat.alive) for beat in found.leases] == [(ann.id, "one", True)]
    assert (found.queued, found.oldest_queued) == (1, bob.created)
    report = as_text(found)
    assert "1 queued since 20" in report
    assert f"{ann.id} by one" in report
    assert "ann" not in report.replace(ann.id, ""), "who somebody is, is for nobody to read"


def test_runs_that_wait_for_nobody_are_a_problem(store: RunStore):
    queue = RunQueue(store)
    for owner in ("ann", "bob"):
        queue.enqueue(Recipe(), owner, "Run")
    register(store, "gone")
    (problem,) = check_health(store, patience=0.0).problems
    assert problem.startswith("2 runs are not trained by anybody now. Start a worker")


def test_programs_read_it_as_json(store: RunStore, capsys: pytest.CaptureFixture[str]):
    assert main(["health", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["problems"], found["queued"], found["workers"]) == ([], 0, [])


@pytest.mark.parametrize("address", ["postgresql+psycopg://lab:secret@127.0.0.1:1/lab", "no url: secret"])
def test_a_store_that_is_away_is_a_problem_and_its_password_stays_unsaid(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv(ADDRESS_VARIABLE, address)
    assert main(["health"]) == 1
    said = capsys.readouterr()
    assert said.out.startswith("Problem   ")
    assert "secret" not in said.out + said.err
