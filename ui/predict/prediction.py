"""One digit, who reads it, and what they read."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.data import CLASS_NAMES
from core.drawing.strokes import Stroke
from core.evaluation import predict
from core.store.run import Run

Picture = npt.NDArray[np.uint8]
Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sketch:
    """A digit as the network sees it, and as it was drawn.

    Attributes
    ----------
    image : ndarray of uint8, shape (28, 28)
        In MNIST's form.
    paint : callable
        Gives `canvas`; asked only when somebody looks into the answer or saves the drawing.
    strokes : tuple of ndarray of float64, shape (n, 2)
        The path of the pen in pixels of the canvas; empty if it is not known.
    """

    image: Picture
    paint: Callable[[], Picture]
    strokes: tuple[Stroke, ...] = ()

    @functools.cached_property
    def canvas(self) -> Picture:
        """The digit as it was drawn, shape (height, width), light ink on black."""
        return self.paint()


@dataclass(frozen=True)
class Reader:
    """A network and the run that it is of."""

    run: Run
    network: Any

    def probabilities(self, image: Picture) -> Probabilities:
        """How probable it finds each digit in a 28×28 picture. Raises `EvaluationError`."""
        probabilities: Probabilities = predict(self.network, image[np.newaxis])[0]
        return probabilities


@dataclass(frozen=True, eq=False)
class Reading:
    """What a reader makes of a sketch.

    Attributes
    ----------
    sketch : Sketch
    reader : Reader
    probabilities : ndarray of float32, shape (10,)
    """

    sketch: Sketch
    reader: Reader
    probabilities: Probabilities

    @property
    def answer(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())

    @property
    def rival(self) -> int:
        """The second most probable digit."""
        return int(np.argsort(self.probabilities)[-2])


def in_short(title: str, probabilities: Probabilities) -> None:
    """Show the most probable digit, and how sure the network is."""
    answer = int(probabilities.argmax())
    # The label of a metric is cut off where it is too long.
    st.markdown(title)
    st.metric(
        title,
        f"{answer} · {CLASS_NAMES[answer]}",
        f"{probabilities[answer]:.1%} sure",
        delta_color="off",
        delta_arrow="off",
        label_visibility="collapsed",
    )
