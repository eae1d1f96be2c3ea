"""Measure a lesson: thirty students join a class, draw, label and train, with the board open beside them.

    python -m benchmarks.class_lesson STROKES.json.gz [--students 30] [--drawings 30] [--postgres]

The file is that of `benchmarks.drawings`. All sessions are real ones, over websockets; each student has
a writer, whose digits are repeated where there are fewer. They do in minutes what takes a class 45.
Printed are, for each step, the time that pages take to answer, the memory of the server and the size of
the database; how old the board's numbers are; and, after the server was killed in the middle, whether
everyone is where they were.
"""

import argparse
import json
import math
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import text
from streamlit.proto.Common_pb2 import StringArray
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.drawings import load
from benchmarks.memory import MEGABYTE
from benchmarks.postgres import Postgres
from benchmarks.server import Server
from benchmarks.session import Session
from core.classroom.progress import read_pool, read_progress
from core.classroom.teaching import TaughtClassroom, open_classroom
from core.drawing.strokes import as_strokes
from core.store.runs import RunStore

TEACHER = "0123456789abcdef"
READINGS = 10
# What a student takes for a drawing, or a label: a fifth of what a hand takes; and within how long all
# of them join, or press Start.
THINK_SECONDS = 4.0
TOGETHER_SECONDS = 30.0
TRAIN_SECONDS = 900
# On the canvas of 420 pixels; the strokes of the file are 1000 long.
_SCALE, _MARGIN = 0.34, 40


class Student(Session):
    """A session that also draws, chooses views, and clicks within fragments, as a browser does.

    Attributes
    ----------
    seconds : list of float
        How long each answer took.
    changes : list of (float, dict)
        The metrics whenever one was drawn, with the time.
    """

    def __init__(self, url: str, page: str, query: str = "", cookie: str | None = None) -> None:
        self.seconds: list[float] = []
        self.changes: list[tuple[float, dict[str, str]]] = []
        self._fragments: dict[str, str] = {}
        super().__init__(url, page, query, cookie)

    def do(self, key: str, **value: Any) -> None:
        """Set a widget, or press a button, and keep how long the page took."""
        state = WidgetState(id=self._widgets[key], **(value or {"trigger_value": True}))
        self._finished.clear()
        start = time.perf_counter()
        self._send(self._fragments.get(key, ""), (state,))
        if not self._finished.wait(120):
            raise TimeoutError(f"{key} was not answered.")
        self.seconds.append(time.perf_counter() - start)

    def draw(self, strokes: Any, canvas: str = "class_canvas") -> None:
        """Draw on a canvas."""
        paths = []
        for stroke in as_strokes(strokes):
            points = (stroke * _SCALE + _MARGIN).round(1).tolist()
            path = [["M" if number == 0 else "L", *point] for number, point in enumerate(points)]
            paths.append({"path": path, "strokeWidth": 30})
        self.do(canvas, json_value=json.dumps({"drawing": {"raw": {"objects": paths}}}))

    def _read(self, message: Any) -> None:
        self._fragment = message.delta.fragment_id
        super()._read(message)
        if message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            self._finished.set()

    def _read_element(self, element: Any) -> None:
        super()._read_element(element)
        kind = element.WhichOneof("type")
        if kind in ("button", "button_group", "bidi_component"):
            widget = getattr(element, kind)
            key = widget.id.rpartition("-")[2]
            self._widgets[key], self._fragments[key] = widget.id, self._fragment
        elif kind == "metric":
            self.changes.append((time.monotonic(), dict(self.metrics)))


class Lesson:
    """A class on a server, and what is measured of it."""

    def __init__(self, store: str, digits: list[list[dict[str, Any]]]) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.app = Server(self.folder / "log.txt", store=store)
        self.store = RunStore(self.app.store)
        classroom, _ = open_classroom(self.store.database, TEACHER)
        self.code, self.digits = classroom.code, digits
        self.students: list[Student] = []
        self.saved: list[float] = []
        self.failures: list[str] = []
        print(f"{'step':16s} {'answers':>8s} {'median':>8s} {'95%':>8s} {'server':>9s} {'database':>9s}")

    def step(self, name: str, act: Callable[[int], None], together: float = THINK_SECONDS) -> None:
        """Let all students do something, beginning within so many seconds, and print what it cost."""
        for student in self.students:
            student.seconds.clear()

        def safely(place: int) -> None:
            time.sleep(together * place / len(self.digits))
            try:
                act(place)
            except (TimeoutError, KeyError, OSError) as error:
                self.failures.append(f"{name}: {error!r}")

        threads = [
            threading.Thread(target=safely, args=(place,), daemon=True) for place in range(len(self.digits))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = sorted(second for student in self.students for second in student.seconds) or [math.nan]
        median, high = statistics.median(seconds), seconds[math.ceil(0.95 * len(seconds)) - 1]
        memory = psutil.Process(self.app.process.pid).memory_info().rss / MEGABYTE
        print(
            f"{name:16s} {len(seconds):8d} {median:7.2f}s {high:7.2f}s {memory:6.0f} MB "
            f"{self.database_megabytes():6.1f} MB",
            flush=True,
        )

    def database_megabytes(self) -> float:
        """Return the size of the database, with SQLite's write-ahead log."""
        address = self.app.store
        if address.startswith("sqlite"):
            path = Path(address.removeprefix("sqlite:///"))
            files = (path, path.with_name(f"{path.name}-wal"))
            return sum(file.stat().st_size for file in files if file.exists()) / MEGABYTE
        with self.store.database.reading() as connection:
            size = connection.scalar(text("SELECT pg_database_size(current_database())"))
        return int(size) / MEGABYTE

    def enter(self, cookie: str | None = None) -> Student:
        """Open the page of the class."""
        start = time.perf_counter()
        student = Student(self.app.url, "class", f"room={self.code}&model=article", cookie)
        student.seconds.append(time.perf_counter() - start)
        return student

    def join(self, place: int) -> None:
        """Become a member."""
        student = self.enter()
        student.do("class_enter_now")
        self.students.append(student)

    def draw(self, place: int, first: int, last: int) -> None:
        """Draw what the page asks for, each digit of the writer in turn: what it is does not matter here."""
        student, digits = self.students[place], self.digits[place]
        for number in range(first, last):
            time.sleep(THINK_SECONDS)
            # The same drawing is kept once, so a repeated one is bent a little.
            bent = 15 * (number // len(digits))
            strokes = digits[number % len(digits)]["strokes"]
            student.draw([[[x + bent * (y > 500), y] for x, y in stroke] for stroke in strokes])
            student.do("class_save")
            self.saved.append(time.monotonic())

    def label(self, place: int) -> None:
        """Say what others have drawn."""
        student = self.students[place]
        student.do("class_view", string_array_value=StringArray(data=["Label"]))
        for number in range(READINGS):
            time.sleep(THINK_SECONDS)
            student.do(f"class_label_{number % 10}")

    def train(self, place: int) -> None:
        """Train the network that is chosen on both kinds of data."""
        student = self.students[place]
        student.do("class_view", string_array_value=StringArray(data=["Train"]))
        student.do("class_start")

    def wait_for_trainings(self) -> None:
        """Wait until nobody's run is active."""
        deadline = time.monotonic() + TRAIN_SECONDS
        while self.store.active() and time.monotonic() < deadline:
            time.sleep(1)

    def kill(self) -> None:
        """Kill the server, start it again, and let everyone come back with their browser."""
        cookies = [student.cookie for student in self.students]
        before = [one.drawings for one in read_progress(self.store.database, self.code).members]
        self.failures += [error for student in self.students for error in student.errors]
        self.app.process.kill()
        self.app.process.wait()
        self.app = Server(self.folder / "log-2.txt", store=self.app.store)
        for student in self.students:
            student.close()
        self.students = [self.enter(cookie) for cookie in cookies]
        again = sum(student.has("class_save") for student in self.students)
        after = [one.drawings for one in read_progress(self.store.database, self.code).members]
        print(f"  killed and started again: {again} of {len(cookies)} are who they were, ", end="")
        print("no drawing is lost" if after == before else f"drawings before {before}, after {after}")

    def age(self, board: Student) -> float:
        """Return how long the board was behind at most: a number that it showed was already wrong."""
        saved, worst = sorted(self.saved), 0.0
        for moment, metrics in board.changes:
            shown = int(metrics.get("Drawings", "0").replace(",", ""))
            if shown < len(saved) and saved[shown] < moment:
                worst = max(worst, moment - saved[shown])
        return worst


def by_writer(digits: list[dict[str, Any]], count: int) -> list[list[dict[str, Any]]]:
    """Return the digits of the writers with most of them."""
    own: dict[str, list[dict[str, Any]]] = {}
    for digit in digits:
        own.setdefault(digit["writer"], []).append(digit)
    return sorted(own.values(), key=len, reverse=True)[:count]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("strokes", type=Path)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--drawings", type=int, default=30, help="of each student")
    parser.add_argument("--postgres", action="store_true")
    arguments = parser.parse_args()
    postgres = Postgres() if arguments.postgres else None
    digits = by_writer(load(arguments.strokes), arguments.students)
    lesson = Lesson(postgres.fresh() if postgres else "", digits)
    try:
        lesson.step("join", lesson.join, TOGETHER_SECONDS)
        TaughtClassroom(lesson.store.database, lesson.code, TEACHER).show_on_board(["joined", "drawings"])
        board = Student(lesson.app.url, "board", f"room={lesson.code}")
        half = arguments.drawings // 2
        lesson.step(f"draw {half}", lambda place: lesson.draw(place, 0, half))
        print(f"  the board was at most {lesson.age(board):.1f} s behind")
        board.close()
        lesson.kill()
        lesson.step(f"draw {half} more", lambda place: lesson.draw(place, half, 2 * half))
        lesson.step("label", lesson.label)
        started = time.monotonic()
        lesson.step("start training", lesson.train, TOGETHER_SECONDS)
        lesson.wait_for_trainings()
        print(
            f"  {len(lesson.store.runs())} runs, the last one done after {time.monotonic() - started:.0f} s"
        )
        lesson.step(
            "look again", lambda place: lesson.students[place].seconds.append(lesson.students[place].rerun())
        )
        errors = [error for student in (*lesson.students, board) for error in student.errors]
        print(f"  {len(read_pool(lesson.store.database, lesson.code))} drawings in the pool")
        print(f"  errors: {len(errors) + len(lesson.failures)} {sorted(set(errors + lesson.failures))[:5]}")
    finally:
        lesson.app.stop()
        if postgres:
            postgres.stop()


if __name__ == "__main__":
    main()
