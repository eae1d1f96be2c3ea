"""Keep a server busy as a class does, and watch what grows: memory, threads, connections, open files.

    python -m benchmarks.long_load STROKES.json.gz [--sessions 30] [--minutes 20] [--seed 0]

The file is that of `benchmarks.drawings`. Each session goes from page to page, as students do: it
trains, looks at views, draws on *Predict* and in the class, and thinks for a few seconds between two
clicks. Five of thirty leave each minute, by closing the tab in the middle of whatever they do, and come
back with their browser. Printed are, minute by minute, what the server holds and how long its answers
take; how its memory grew once it was warm; and what it still holds when everybody has left.
"""

import argparse
import math
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from streamlit.proto.Common_pb2 import StringArray

from benchmarks.class_lesson import TEACHER, Student
from benchmarks.drawings import load
from benchmarks.memory import MEGABYTE
from benchmarks.server import Server
from benchmarks.session import Session
from core.classroom.teaching import TaughtClassroom, open_classroom
from core.store.runs import RunStore

THINK_SECONDS = (2.0, 8.0)
SAMPLE_SECONDS = 5.0
# The share of the sessions that leave in a minute.
LEAVING = 1 / 6
# The memory of the first minutes is what is loaded and cached once.
WARM_UP = 0.4
# So long Streamlit keeps a session whose tab is closed, for its return, and some more.
REST_SECONDS = 200
VIEWS = {
    "evaluate": (
        "view",
        ("Results", "Errors", "Writers", "Calibration", "Robustness", "Label errors", "Significance"),
    ),
    "explore": ("explore_closer", ("Near-duplicates", "Unused pixels", "Data augmentation")),
    "inside": ("inside_view", ("Operate", "Why", "Map")),
}
MODELS = ("article", "softmax", "relu", "convolutional")


class Visitor:
    """A student who does one thing after another, chosen by chance.

    Attributes
    ----------
    failures : list of str
        Exceptions that a page drew, and answers that did not come.
    """

    def __init__(self, url: str, room: str, digits: list[dict[str, Any]], seed: int) -> None:
        self._url, self._room, self._digits = url, room, digits
        self._random = random.Random(seed)
        self._student = Student(url, "")
        self._joined = False
        self.failures: list[str] = []
        self.seconds: list[float] = []

    def act(self) -> None:
        """Do one thing on one page."""
        acts = (self.look, self.look, self.train, self.predict, self.draw_for_the_class, self.list_runs)
        act = self._random.choice(acts)
        try:
            act()
        except (TimeoutError, KeyError, OSError) as error:
            self.failures.append(f"{act.__name__}: {error!r}")
        self._note()

    def leave_and_come_back(self) -> None:
        """Close the tab, and open the start page with the same browser."""
        cookie = self._student.cookie
        self.leave()
        self._student = Student(self._url, "", cookie=cookie)

    def leave(self) -> None:
        """Close the tab."""
        self._note()
        self._student.close()

    def look(self) -> None:
        """Open a view of one of the pages that have several."""
        page = self._random.choice(list(VIEWS))
        control, views = VIEWS[page]
        self._go(page, "" if page == "explore" else f"model={self._random.choice(MODELS)}")
        self._choose(control, self._random.choice(views))

    def train(self) -> None:
        """Press Start, if nothing of one's own is trained, and look at it for a while."""
        self._go("train")
        if self._student.has("train_start"):
            self._student.do("train_start")

    def predict(self) -> None:
        """Draw a digit."""
        self._go("predict", f"model={self._random.choice(MODELS)}")
        self._student.draw(self._random.choice(self._digits)["strokes"], "predict_canvas")

    def draw_for_the_class(self) -> None:
        """Join the class, or draw a digit there."""
        self._go("class", f"room={self._room}")
        if not self._joined:
            self._student.do("class_enter_now")
            self._joined = True
        elif self._student.has("class_canvas"):
            self._student.draw(self._random.choice(self._digits)["strokes"])
            self._student.do("class_save")

    def list_runs(self) -> None:
        """Look at the runs."""
        self._go("runs")

    def _go(self, page: str, query: str = "") -> None:
        self.seconds.append(self._student.go(page, query))

    def _choose(self, control: str, view: str) -> None:
        self._student.do(control, string_array_value=StringArray(data=[view]))

    def _note(self) -> None:
        self.failures += self._student.errors
        self.seconds += self._student.seconds
        self._student.errors.clear()
        self._student.seconds.clear()


class Watch:
    """Samples what a server holds.

    Attributes
    ----------
    samples : list of (float, float)
        Minutes since the start, and megabytes.
    """

    def __init__(self, server: Server) -> None:
        self._process = psutil.Process(server.process.pid)
        self._begun = time.monotonic()
        self.samples: list[tuple[float, float]] = []

    def sample(self) -> None:
        """Note the memory of now."""
        self.samples.append((self.minutes(), self._process.memory_info().rss / MEGABYTE))

    def minutes(self) -> float:
        """Return how long it has been watched."""
        return (time.monotonic() - self._begun) / 60

    def held(self) -> str:
        """Return a row of the table: memory, threads, connections, other open files."""
        connections = [one for one in self._process.net_connections("tcp") if one.status == "ESTABLISHED"]
        files = self._process.num_fds() - len(connections)
        memory = self._process.memory_info().rss / MEGABYTE
        return f"{memory:.0f} | {self._process.num_threads()} | {len(connections)} | {files}"

    def slope(self) -> float:
        """Return by how many megabytes an hour the memory grew once the server was warm."""
        first = WARM_UP * self.samples[-1][0]
        minutes, megabytes = zip(*(sample for sample in self.samples if sample[0] >= first), strict=True)
        return 60 * float(np.polyfit(minutes, megabytes, 1)[0])


def busy(visitor: Visitor, until: Callable[[], bool], chance: random.Random) -> None:
    """Let a visitor do things until the end, and leave now and then."""
    while not until():
        wait = chance.uniform(*THINK_SECONDS)
        time.sleep(wait)
        before = time.monotonic()
        visitor.act()
        minutes = (wait + time.monotonic() - before) / 60
        if chance.random() < LEAVING * minutes:
            visitor.leave_and_come_back()
    visitor.leave()


def print_row(name: str, watch: Watch, seconds: list[float], failures: int) -> None:
    """Print what the server holds, and how long its answers took."""
    ranked = sorted(seconds) or [math.nan]
    median, high = statistics.median(ranked), ranked[math.ceil(0.95 * len(ranked)) - 1]
    print(
        f"| {name} | {watch.held()} | {len(seconds)} | {median:.2f} | {high:.2f} | {failures} |", flush=True
    )


def main() -> None:
    """Run the class, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("strokes", type=Path)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    server = Server(Path(tempfile.mkdtemp()) / "log.txt")
    store, digits = RunStore(server.store), load(arguments.strokes)
    watch = Watch(server)
    print("| | MB | threads | connections | other files | answers | median, s | 95%, s | failures |")
    print("|---|---|---|---|---|---|---|---|---|")
    try:
        print_row("started", watch, [], 0)
        classroom, _ = open_classroom(store.database, TEACHER)
        TaughtClassroom(store.database, classroom.code, TEACHER).show_on_board(["joined", "drawings"])
        board = Session(server.url, "board", f"room={classroom.code}")
        visitors = [
            Visitor(server.url, classroom.code, digits, arguments.seed + number)
            for number in range(arguments.sessions)
        ]
        threads = [
            threading.Thread(
                target=busy,
                args=(visitor, lambda: watch.minutes() >= arguments.minutes, random.Random(number)),
                daemon=True,
            )
            for number, visitor in enumerate(visitors)
        ]
        for thread in threads:
            thread.start()
        minute = 1
        while any(thread.is_alive() for thread in threads):
            time.sleep(SAMPLE_SECONDS)
            watch.sample()
            if watch.minutes() >= minute:
                print_minute(minute, watch, visitors)
                minute += 1
        board.close()
        print(f"\nMemory after {WARM_UP:.0%} of the time: {watch.slope():+.0f} MB an hour\n")
        while store.active():
            time.sleep(1)
        time.sleep(REST_SECONDS)
        print_row("all have left", watch, [], len(board.errors))
        # Streamlit lets go of sessions that expired when the next one is kept for its return.
        Session(server.url, "").close()
        time.sleep(SAMPLE_SECONDS)
        print_row("one more came and left", watch, [], len(board.errors))
        for failure in sorted({one for visitor in visitors for one in visitor.failures} | set(board.errors)):
            print(f"failure: {failure}")
        print(f"runs: {len(store.runs())}; {log_lines(server.log)}")
    finally:
        server.stop()


def print_minute(minute: int, watch: Watch, visitors: list[Visitor]) -> None:
    """Print the row of a minute; each answer counts once, failures add up."""
    seconds: list[float] = []
    for visitor in visitors:
        taken, visitor.seconds = visitor.seconds, []
        seconds += taken
    print_row(f"minute {minute}", watch, seconds, sum(len(visitor.failures) for visitor in visitors))


def log_lines(log: Path) -> str:
    """Return how many warnings, errors and tracebacks the server wrote."""
    text = log.read_text(encoding="utf-8")
    counts = {word: len(re.findall(word, text)) for word in ("WARNING", "ERROR", "Traceback")}
    return ", ".join(f"{word} {count}" for word, count in counts.items())


if __name__ == "__main__":
    main()
