"""Measure how Digit Lab grows: with images, with units, with sessions, and with runs.

    python -m benchmarks.growth [--quick]

Seconds of an epoch of the article recipe, in turn with a plain Keras script, first with more
training images, then with more hidden units; the first epoch, in which TensorFlow still
compiles, does not count. Then, on one server with TensorFlow loaded: its memory and the
reruns of Explore with more sessions open on Train; and the reruns of the pages with more
finished runs in its store.
"""

import dataclasses
import statistics
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import delete, insert, update

from benchmarks.compare import in_turn, print_growth, rounds
from benchmarks.memory import MEGABYTE
from benchmarks.pages import median_rerun, title
from benchmarks.server import Server
from benchmarks.session import Session
from benchmarks.speed import EPOCHS, plain_epoch
from core.data import load_mnist
from core.recipe import ARTICLE, Recipe
from core.store.database import Database
from core.store.queries import checksum, now
from core.store.retention import MAX_BYTES
from core.store.run import RunState
from core.store.tables import COUNTER, FILES, RUNS
from core.store.tables import EPOCHS as HISTORIES
from core.training import train

# By size, the values of each column.
Growth = dict[int, dict[str, list[float]]]

IMAGES = (1_000, 3_000, 10_000, 60_000)
UNITS = (10, 100, 300, 1_000)
SESSIONS = (1, 10, 30)
RUNS_KEPT = (10, 100, 1_000, 10_000)
PAGES = ("", "train", "evaluate", "predict", "runs")
# A store that is full keeps the networks of so many runs of the article recipe, at 4 MB each;
# here they are small, and nobody opens one.
NETWORKS = MAX_BYTES // (4 * 2**20)
NETWORK = bytes(1_000)


def compare_epochs(recipe: Recipe, count: int) -> dict[str, list[float]]:
    """Seconds of an epoch of the plain script and of the lab, and their ratio."""
    mnist = load_mnist()
    images = mnist.train_images[: recipe.train_size] / 255.0
    labels = mnist.train_labels[: recipe.train_size]

    def lab() -> float:
        return statistics.median(epoch.seconds for epoch in train(recipe, mnist).history[1:])

    measured = in_turn(
        {"plain, s": partial(plain_epoch, images, labels, *recipe.hidden_units), "Digit Lab, s": lab}, count
    )
    ratio = statistics.median(measured["Digit Lab, s"]) / statistics.median(measured["plain, s"])
    return {**measured, "ratio": [ratio]}


def open_sessions(app: Server, sizes: Sequence[int], count: int) -> Growth:
    """What the server takes, and how soon it answers, with so many sessions on Train."""
    server = psutil.Process(app.process.pid)
    visitor = Session(app.url, "evaluate")  # Waits for TensorFlow.
    visitor.close()
    visitor = Session(app.url, "explore")
    students: list[Session] = []
    measured: Growth = {}
    for size in sizes:
        students += [Session(app.url, "train") for _ in range(size - len(students))]
        seconds = in_turn({"Explore, s": partial(median_rerun, visitor)}, count)
        measured[size] = {"memory, MB": [server.memory_info().rss / MEGABYTE], **seconds}
    for session in (visitor, *students):
        session.close()
    return measured


def fill(store: Database, size: int) -> None:
    """Leave so many finished runs in a store, ten epochs each, with other seeds of one recipe."""
    run: dict[str, Any] = {"name": ARTICLE.words, "owner": "class", "created": now(), "ended": now()}
    run |= {"state": RunState.FINISHED, "epochs_done": ARTICLE.epochs, "progress": 1.0}
    epoch = {"loss": 0.5, "accuracy": 0.9, "seconds": 0.5}
    file = {"kind": "network", "content": NETWORK, "size": len(NETWORK), "sha256": checksum(NETWORK)}
    runs, epochs, files = [], [], []
    for number in range(1, size + 1):
        run_id = f"{number:08x}"
        recipe = dataclasses.replace(ARTICLE, seed=number).to_json()
        measured = {"test_accuracy": 0.9 + number / 1_000_000, "has_model": number > size - NETWORKS}
        runs.append({**run, **measured, "id": run_id, "number": number, "recipe": recipe})
        epochs += [{**epoch, "run_id": run_id, "number": done + 1} for done in range(ARTICLE.epochs)]
        if measured["has_model"]:
            files.append({**file, "run_id": run_id})
    with store.writing() as connection:
        for table in (FILES, HISTORIES, RUNS):
            connection.execute(delete(table))
        connection.execute(update(COUNTER).values(number=size))
        for table, rows in ((RUNS, runs), (HISTORIES, epochs), (FILES, files)):
            connection.execute(insert(table), rows)


def fill_store(app: Server, sizes: Sequence[int], count: int) -> Growth:
    """Seconds of a rerun of each page with so many runs in the store."""
    store = Database(app.store)
    visitors = {page: Session(app.url, page) for page in PAGES}
    measured: Growth = {size: {f"{title(page)}, s": [] for page in PAGES} for size in sizes}
    for _ in range(count):
        for size, columns in measured.items():
            fill(store, size)
            for page, visitor in visitors.items():
                visitor.rerun()
                columns[f"{title(page)}, s"].append(median_rerun(visitor))
    for visitor in visitors.values():
        visitor.close()
    store.close()
    return measured


def main() -> None:
    """Print four tables; with ``--quick``, the first row of each."""
    count = rounds(__doc__)
    shown = 1 if count == 1 else None
    recipe = dataclasses.replace(ARTICLE, epochs=EPOCHS)
    by_images = {
        size: compare_epochs(dataclasses.replace(recipe, train_size=size), count) for size in IMAGES[:shown]
    }
    print_growth("An epoch of the article recipe", "training images", by_images)
    by_units = {
        size: compare_epochs(dataclasses.replace(recipe, hidden_units=(size,)), count)
        for size in UNITS[:shown]
    }
    print_growth("An epoch of 60,000 images", "hidden units", by_units)
    with tempfile.TemporaryDirectory() as folder:
        app = Server(Path(folder, "log.txt"))
        try:
            print_growth("Sessions on Train", "sessions", open_sessions(app, SESSIONS[:shown], count))
            print_growth("Finished runs in the store", "runs", fill_store(app, RUNS_KEPT[:shown], count))
        finally:
            app.stop()


if __name__ == "__main__":
    main()
