"""Measure a class: many sessions press Start on one server, while another one explores.

    python -m benchmarks.classroom [--sessions 30] [--within 30] [--plain 10]

All sessions are real ones, over websockets, and poll as a browser does. Printed are the
time to the first and the last result as multiples of a single run's, the reruns of
Explore meanwhile, and the memory of the server. Then the same with a plain app that
trains in the page, with as many sessions as ``--plain`` says: it takes about a gigabyte
for each. It ends early when the memory of this machine runs out.
"""

import argparse
import math
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks.memory import MEGABYTE, PLAIN_SCRIPT, Peak
from benchmarks.server import Server
from benchmarks.session import Session

# What is on the page when a run has been trained and measured.
RESULT = "Test accuracy"
SINGLE_RUNS = 3
# How often somebody clicks on Explore meanwhile.
EXPLORE_SECONDS = 4.0
LIMIT_SECONDS = 1200
# The plain app is given up before it takes the machine's last memory.
LEAST_FREE = 3 * 2**30

PLAIN_APP = (
    """
import streamlit as st
if st.button("Start", key="train_start"):
"""
    + "\n".join("    " + line for line in PLAIN_SCRIPT.strip().splitlines())
    + """
    st.metric("Test accuracy", "100%")
"""
)


def start_and_wait(session: Session) -> float:
    """Press Start and return the seconds until the result is on the page."""
    session.metrics.clear()
    start = time.perf_counter()
    session.click("train_start", timeout=LIMIT_SECONDS)
    wait_for_result(session)
    return time.perf_counter() - start


def single_runs(open_page: Callable[[], Session]) -> list[float]:
    """How long a run takes when there is no other."""
    session = open_page()
    start_and_wait(session)  # TensorFlow is imported.
    seconds = [start_and_wait(session) for _ in range(SINGLE_RUNS)]
    session.close()
    return seconds


def wait_for_result(session: Session) -> None:
    """Wait until the session shows a result, or has failed."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while "%" not in session.metrics.get(RESULT, "") and not session.errors and time.monotonic() < deadline:
        time.sleep(0.1)


def press_together(sessions: list[Session], within: float) -> list[float]:
    """Let all press Start, evenly within so many seconds; return when each has its result."""
    done: list[float] = []
    start = time.perf_counter()

    def student(session: Session, wait: float) -> None:
        time.sleep(wait)
        try:
            start_and_wait(session)
        except TimeoutError as error:
            session.errors.append(str(error))
        if not session.errors:
            done.append(time.perf_counter() - start)

    threads = [
        threading.Thread(target=student, args=(session, within * place / len(sessions)), daemon=True)
        for place, session in enumerate(sessions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_SECONDS)
    return sorted(done)


def explore_until(url: str, done: threading.Event, seconds: list[float]) -> None:
    """Look at Explore again and again, as one more visitor."""
    session = Session(url, "explore")
    while not done.wait(EXPLORE_SECONDS):
        seconds.append(session.rerun())
    session.close()


def keep_some_memory(process: psutil.Process, done: threading.Event) -> None:
    """Kill a server that takes the machine's last memory."""
    while not done.wait(0.2):
        if psutil.virtual_memory().available < LEAST_FREE:
            process.kill()
            return


def measure(name: str, app: Server, open_page: Callable[[], Session], count: int, within: float) -> None:
    """Print what a class of so many sessions finds at a server."""
    server = psutil.Process(app.process.pid)
    # Before and after the class: other users of this machine make it slower and faster.
    singles = single_runs(open_page)
    sessions = [open_page() for _ in range(count)]
    peak, done = Peak(server), threading.Event()
    explored: list[float] = []
    helpers = [threading.Thread(target=keep_some_memory, args=(server, done), daemon=True)]
    if name == "Digit Lab":
        helpers.append(threading.Thread(target=explore_until, args=(app.url, done, explored), daemon=True))
    for helper in helpers:
        helper.start()
    results = press_together(sessions, within)
    done.set()
    for helper in helpers:
        helper.join(60)
    highest = peak.stop()
    for session in sessions:
        session.close()
    singles += single_runs(open_page) if server.is_running() else []
    single = statistics.median(singles)
    print(f"{name}: a single run {single:.1f} s, {min(singles):.1f} to {max(singles):.1f} s")
    errors = [error for session in sessions for error in session.errors]
    print(f"  {len(results)} of {count} sessions have a result, errors: {len(errors)}")
    if results:
        first_result, last_result = results[0], results[-1]
        print(f"  first result {first_result:6.1f} s, {first_result / single:.2f} × a single run")
        print(
            f"  last result  {last_result:6.1f} s, {last_result / single / count:.2f} × {count} single runs"
        )
    print(f"  peak memory  {highest / MEGABYTE:6.0f} MB")
    if explored:
        ranked = sorted(explored)
        median, p95 = statistics.median(ranked), ranked[math.ceil(0.95 * len(ranked)) - 1]
        print(f"  Explore again, {len(ranked)} times: median {median:.2f} s, 95 % within {p95:.2f} s")
    for error in sorted(set(errors)):
        print(f"  error: {error}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--within", type=float, default=30.0, help="seconds in which all press Start")
    parser.add_argument("--plain", type=int, default=10, help="sessions of the plain app; 0 for none")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    app = Server(folder / "log.txt")
    try:
        measure("Digit Lab", app, lambda: Session(app.url, "train"), arguments.sessions, arguments.within)
    finally:
        app.stop()
    if arguments.plain:
        script = folder / "plain.py"
        script.write_text(PLAIN_APP, encoding="utf-8")
        plain = Server(folder / "plain.txt", script=script)
        try:
            measure("Plain app", plain, lambda: Session(plain.url), arguments.plain, arguments.within)
        finally:
            plain.stop()


if __name__ == "__main__":
    main()
