"""Measure how long each page takes to be run again, beside a plain page that shows 16 digits.

    python -m benchmarks.pages [--quick]

Sessions are real ones, over websockets: a rerun ends when the server says that the page is
complete. All stay open and are measured in turn, after a first visit of each, with
TensorFlow loaded. The plain page is Explore as a newcomer would write it, on a server of its
own with the same settings: it reads the file of MNIST and draws with pyplot at each run. It
draws other digits each time; Digit Lab does so at "New sample" only, and keeps the pictures
that stay as they are.
"""

import statistics
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.compare import in_turn, print_table, rounds
from benchmarks.server import Server
from benchmarks.session import Session

PLAIN_PAGE = """
import matplotlib.pyplot as plt
import numpy as np
import streamlit as st

st.title("Explore the digits")
with np.load("data/mnist.npz") as mnist:
    images, labels = mnist["x_train"], mnist["y_train"]
fig, axes = plt.subplots(4, 4)
for ax, index in zip(axes.flat, np.random.choice(len(images), 16)):
    ax.imshow(images[index], cmap="gray")
    ax.set_title(labels[index])
    ax.axis("off")
st.pyplot(fig)
"""
# As in their addresses; Home has none.
PAGES = ("", "explore", "train", "evaluate", "predict", "teach", "runs")
RERUNS = 5


def median_rerun(session: Session) -> float:
    """Seconds that a page takes to be made again, without anything having changed.

    Raises
    ------
    RuntimeError
        If the page shows an exception.
    """
    return _median(session, session.rerun)


def median_sample(session: Session) -> float:
    """Seconds from the button "New sample" of Explore to the new digits. Raises as above."""
    return _median(session, lambda: session.click("explore_new_sample"))


def _median(session: Session, run: Callable[[], float]) -> float:
    seconds = statistics.median(run() for _ in range(RERUNS))
    if session.errors:
        raise RuntimeError(f"The page failed: {session.errors[0]}")
    return seconds


def title(page: str) -> str:
    """How the page of an address is called."""
    return page.capitalize() or "Home"


def main() -> None:
    """Print the plain page, then all pages of Digit Lab."""
    count = rounds(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "plain.py")
        script.write_text(PLAIN_PAGE, encoding="utf-8")
        plain = Server(Path(folder, "plain.txt"), script=script)
        lab = Server(Path(folder, "lab.txt"))
        try:
            newcomers = Session(plain.url)
            # Evaluate and Predict wait for TensorFlow, so that nobody does later.
            visitors = {page: Session(lab.url, page) for page in PAGES}
            sides = {
                "Plain page of 16 digits": partial(median_rerun, newcomers),
                "Explore, new sample": partial(median_sample, visitors["explore"]),
                **{title(page): partial(median_rerun, visitor) for page, visitor in visitors.items()},
            }
            in_turn(sides, 1)
            print_table("A page run again", in_turn(sides, count), "s", digits=3)
            for session in (newcomers, *visitors.values()):
                session.close()
        finally:
            plain.stop()
            lab.stop()


if __name__ == "__main__":
    main()
