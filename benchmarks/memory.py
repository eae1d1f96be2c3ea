"""Measure the memory of the whole server, visited over its agent API.

    python -m benchmarks.memory [--quick]

Prints the peak of a plain Keras script of the article recipe, as a newcomer would write it,
in a process of its own; and resident memory of the server after Home, with TensorFlow loaded,
at the peak of a training of the same recipe, after it, and after a look at Evaluate.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil

from benchmarks.compare import print_table, rounds
from benchmarks.server import ROOT, Server

MEGABYTE = 2**20

PLAIN_SCRIPT = """
import keras, numpy as np
with np.load("data/mnist.npz") as mnist:
    x_train, y_train = mnist["x_train"] / 255.0, mnist["y_train"]
    x_test, y_test = mnist["x_test"] / 255.0, mnist["y_test"]
model = keras.Sequential([
    keras.Input((28, 28)), keras.layers.Flatten(),
    keras.layers.Dense(300, activation="sigmoid"), keras.layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=10, batch_size=1000, verbose=0)
model.evaluate(x_test, y_test, verbose=0)
"""


class Peak:
    """Watches the resident memory of a process and keeps the highest value."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._done = threading.Event()
        self.highest = 0
        self._thread = threading.Thread(target=self._watch, name="memory-watch", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            try:
                self.highest = max(self.highest, self._process.memory_info().rss)
            except psutil.NoSuchProcess:
                return

    def stop(self) -> int:
        """End the watch and return the highest value, in bytes."""
        self._done.set()
        self._thread.join()
        return self.highest


class Visitor:
    """A session of the app, driven over Streamlit's agent API."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/_stcore/agent/interact"
        self._session = self.ask({})["session_id"]

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send one request and return the page."""
        body = json.dumps(request).encode()
        headers = {"Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(self._url, body, headers), timeout=120) as answer:
            page: dict[str, Any] = json.load(answer)
        return page

    def visit(self, page: str, **query: str) -> None:
        """Open a page, with parameters in its address."""
        parameters = {"query_params": {name: [value] for name, value in query.items()}} if query else {}
        self.ask({"session_id": self._session, "page": page, **parameters})

    def click(self, key: str) -> None:
        """Click a button."""
        self.ask({"session_id": self._session, "trigger": {"key": key}})

    def set(self, **widgets: Any) -> None:
        """Give widgets other values, as they are written on the screen."""
        self.ask({"session_id": self._session, "widget_state": widgets})

    def text(self) -> str:
        """The page as it is now."""
        return json.dumps(self.ask({"session_id": self._session}))


def server_stages() -> dict[str, float]:
    """Megabytes of the server after each step of a visit, and at the peak of a training."""
    stages = {}
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as folder:
        app = Server(Path(folder) / "log.txt", "--server.enableAgentApi=true")
        server = psutil.Process(app.process.pid)

        def note(stage: str) -> None:
            stages[stage] = server.memory_info().rss / MEGABYTE

        try:
            visitor = Visitor(app.url)
            note("Digit Lab, Home")
            visitor.visit("predict")
            note("Digit Lab, with TensorFlow loaded")
            visitor.visit("train")
            peak = Peak(server)
            visitor.click("train_start")
            deadline = time.monotonic() + 180
            while "Gap in percentage points" not in visitor.text() and time.monotonic() < deadline:
                time.sleep(1)
            stages["Digit Lab, peak of a training"] = peak.stop() / MEGABYTE
            note("Digit Lab, after the training")
            visitor.visit("evaluate")
            note("Digit Lab, after Evaluate")
        finally:
            app.stop()
    return stages


def plain_script() -> float:
    """Megabytes at the peak of a plain Keras script."""
    plain = psutil.Popen([sys.executable, "-c", PLAIN_SCRIPT], cwd=ROOT, stderr=subprocess.DEVNULL)
    peak = Peak(plain)
    plain.wait()
    return peak.stop() / MEGABYTE


def main() -> None:
    """Measure the script and the server in turn, and print the figures."""
    count = rounds(__doc__)
    measured: dict[str, list[float]] = {}
    for _ in range(count):
        for name, megabytes in {"plain Keras script, peak": plain_script(), **server_stages()}.items():
            measured.setdefault(name, []).append(megabytes)
    print_table("Resident memory", measured, "MB", 0)


if __name__ == "__main__":
    main()
