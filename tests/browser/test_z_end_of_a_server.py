"""The end of the server: after all other tests, which share it."""

import time

from playwright.sync_api import Page

from benchmarks.server import Server
from core.jobs.heartbeat import heartbeats, requeue_stale
from core.jobs.queue import RunQueue
from core.recipe import Recipe
from core.store.runs import RunStore
from tests.browser.actions import open_page


def test_a_run_survives_a_server_that_is_killed_in_the_middle_of_it(page: Page, server: Server):
    open_page(page, "/runs")
    store = RunStore(server.store)
    queue = RunQueue(store)
    run = queue.enqueue(Recipe(epochs=100, train_size=10_000), "ann", "Run")
    deadline = time.monotonic() + 90
    while not store.history(run.id):
        assert store.get(run.id).state.active
        assert time.monotonic() < deadline
        time.sleep(0.05)
    server.process.kill()
    server.process.wait()
    finished = store.history(run.id)

    # What the next server does once it has seen that nothing moves.
    (last,) = heartbeats(store)
    requeue_stale(store, last)
    lease = queue.lease("the next server")
    assert lease is not None
    assert lease.run.id == run.id
    checkpoint = lease.checkpoint()
    assert checkpoint is not None
    assert checkpoint.history == finished
    assert checkpoint.state
    store.database.close()
