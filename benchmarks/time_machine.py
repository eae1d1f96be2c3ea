"""Measure what the snapshots of the time machine cost: room, time, and accuracy.

    python -m benchmarks.time_machine [--quick]

Printed are what a run of each preset takes in the store, with its snapshots and without; the
processor time of a training of the article network with and without them, and with a browser that
follows it live on Inside; the time from a move of the slider to the new page; and how much the
probabilities of the bundled networks change in float16.
"""

import dataclasses
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import numpy as np
import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.compare import in_turn, print_table, rounds
from benchmarks.server import Server
from core.data import load_mnist
from core.history import Checkpoint, Epoch
from core.inspection.forward import forward
from core.inspection.network import read_network
from core.inspection.training_history import network_of
from core.jobs.queue import RunQueue
from core.jobs.worker import train_run
from core.model import build_model, weights_by_layer
from core.presets import PRESETS
from core.recipe import Recipe
from core.snapshot import Snapshot, kept_epochs, most_snapshots, pack
from core.store.runs import RunStore
from tests.browser.actions import element, open_page, wait_until_drawn, wait_until_idle
from tests.browser.conftest import BROWSER_FLAGS, find_browser

MOVES = 20
SAVES = 10
# The weights of the article network with the two moments of Adam.
STATE_BYTES = 2_900_000
WATCHED = Recipe(epochs=30)


def print_bytes(store: RunStore) -> None:
    """Print how many snapshots a run of each preset keeps, and what they take."""
    print("\nSnapshots of a run\n\n| | epochs | snapshots | MB |\n|---|---|---|---|")
    for name, recipe in PRESETS.items():
        size = len(pack(weights_by_layer(store.load_model(name))))
        kept = kept_epochs(0, recipe.epochs, most_snapshots(recipe.parameters))
        print(f"| {name} | {recipe.epochs} | {len(kept)} | {len(kept) * size / 2**20:.1f} |", flush=True)


def print_accuracy(store: RunStore) -> None:
    """Print what float16 changes for each bundled network, on the 10,000 test images."""
    dataset = load_mnist()
    images, labels = dataset.test_images, dataset.test_labels
    print("\nfloat16 against float32\n")
    print("| | accuracy | in float16 | other predictions | largest change of a probability |")
    print("|---|---|---|---|---|")
    for name, recipe in PRESETS.items():
        model = store.load_model(name)
        networks = read_network(model), network_of(recipe, pack(weights_by_layer(model)))
        exact, coarse = (
            np.concatenate(
                [forward(network, part).probabilities for part in np.split(images.astype(np.float32), 40)]
            )
            for network in networks
        )
        shares = [float((found.argmax(axis=1) == labels).mean()) for found in (exact, coarse)]
        others = int((exact.argmax(axis=1) != coarse.argmax(axis=1)).sum())
        change = float(np.abs(exact - coarse).max())
        print(f"| {name} | {shares[0]:.2%} | {shares[1]:.2%} | {others} | {change:.1e} |", flush=True)


def train(with_snapshots: bool) -> float:
    """Train the article network as a worker does; return the processor time of an epoch, in seconds."""
    most = most_snapshots if with_snapshots else lambda _: 0
    with (
        tempfile.TemporaryDirectory(prefix="digit-lab-") as folder,
        patch("core.callbacks.reporter.most_snapshots", most),
    ):
        store = RunStore(f"sqlite:///{folder}/runs.db")
        queue = RunQueue(store)
        queue.enqueue(PRESETS["article"], "benchmark", "Run")
        lease = queue.lease("benchmark")
        assert lease
        start = time.process_time()
        train_run(lease)
        spent = time.process_time() - start
        store.database.close()
    return spent / PRESETS["article"].epochs


def save(with_snapshots: bool) -> float:
    """Make and save what an epoch of the article network leaves; return the processor time, in seconds."""
    model, recipe = build_model(PRESETS["article"]), PRESETS["article"]
    epoch, state = Epoch(1, 0.5, 0.9, None, None, 1.0), os.urandom(STATE_BYTES)
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as folder:
        store = RunStore(f"sqlite:///{folder}/runs.db")
        queue = RunQueue(store)
        queue.enqueue(recipe, "benchmark", "Run")
        lease = queue.lease("benchmark")
        assert lease
        start = time.process_time()
        for number in range(1, SAVES + 1):
            history = (dataclasses.replace(epoch, number=number),)
            snapshots = (Snapshot(number, pack(weights_by_layer(model))),) if with_snapshots else ()
            lease.save(Checkpoint(history, state, snapshots))
        spent = time.process_time() - start
        store.database.close()
    return spent / SAVES


def watched(server: Server, store: RunStore, page: Page, live: bool) -> float:
    """Train a network on the server; return its processor time while the page follows, in seconds."""
    open_page(page, "/")
    process = psutil.Process(server.process.pid)
    RunQueue(store).enqueue(WATCHED, "benchmark", "Run")
    _wait(lambda: any(run.epochs_done for run in store.active()))
    if live:
        open_page(page, "/inside")
        element(page, "inside_live").locator("label").first.click()
    first, start = _epochs(store), _busy(process)
    _wait(lambda: not store.active() or _epochs(store) >= WATCHED.epochs - 1)
    spent = (_busy(process) - start) / (WATCHED.epochs - 1 - first)
    _wait(lambda: not store.active())
    return spent


def _epochs(store: RunStore) -> int:
    return sum(run.epochs_done for run in store.active())


def _busy(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return spent.user + spent.system


def _wait(condition: Callable[[], object]) -> None:
    while not condition():
        time.sleep(0.05)


def move(page: Page) -> list[float]:
    """Return the milliseconds from each key on the slider until the page has been drawn again."""
    open_page(page, "/inside?model=article")
    wait_until_drawn(page)
    slider = element(page, "inside_epoch").get_by_role("slider")
    slider.focus()
    times = []
    for count in range(MOVES):
        before = element(page, "inside_sum").inner_text()
        start = time.perf_counter()
        slider.press("ArrowRight" if count % 10 >= 5 else "ArrowLeft")
        page.wait_for_function(
            "before => document.querySelector('.st-key-inside_sum').innerText !== before", arg=before
        )
        times.append(1000 * (time.perf_counter() - start))
        wait_until_idle(page)
    return times


def main() -> None:
    """Measure all of it and print the figures."""
    count = rounds(__doc__)
    bundled = RunStore()
    print_bytes(bundled)
    print_accuracy(bundled)
    train(True)  # The first one loads TensorFlow.
    saves = {"without a snapshot": lambda: save(False), "with a snapshot": lambda: save(True)}
    print_table("Processor time of saving an epoch", in_turn(saves, count), "seconds", 4)
    sides = {"without snapshots": lambda: train(False), "with snapshots": lambda: train(True)}
    print_table("Processor time of an epoch, with its saving", in_turn(sides, count), "seconds", 3)
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as folder, sync_playwright() as playwright:
        server = Server(Path(folder) / "log.txt")
        store = RunStore(server.store)
        browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=BROWSER_FLAGS)
        try:
            page = browser.new_context(base_url=server.url).new_page()
            page.set_default_timeout(120_000)
            watched(server, store, page, live=True)  # The first one warms the server up.
            looks = {
                "nobody looks": lambda: watched(server, store, page, live=False),
                "followed live": lambda: watched(server, store, page, live=True),
            }
            measured = in_turn(looks, min(count, 3))
            print_table("Processor time of the server for an epoch", measured, "seconds", 3)
            times = move(page)
            print(f"\nThe slider: median {statistics.median(times):.0f} ms, longest {max(times):.0f} ms")
        finally:
            browser.close()
            server.stop()
            store.database.close()


if __name__ == "__main__":
    main()
