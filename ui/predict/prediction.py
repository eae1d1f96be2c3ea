"""One digit, the classifier that predicts it, and its prediction."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.drawing.strokes import Stroke
from core.evaluation import predict
from core.store.run import Run
from ui.words import percent

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
        Returns `canvas`; called only when somebody looks into the prediction or saves the drawing.
    strokes : tuple of ndarray of float64, shape (n, 2)
        In pixels of the canvas; empty if they are not known.
    """

    image: Picture
    paint: Callable[[], Picture]
    strokes: tuple[Stroke, ...] = ()

    @functools.cached_property
    def canvas(self) -> Picture:
        """The digit as it was drawn, shape (height, width), light ink on black."""
        return self.paint()


@dataclass(frozen=True)
class Classifier:
    """A network and the run that it is of."""

    run: Run
    network: Any

    def probabilities(self, image: Picture) -> Probabilities:
        """Return the probability of each digit for a 28×28 picture. Raises `EvaluationError`."""
        probabilities: Probabilities = predict(self.network, image[np.newaxis])[0]
        return probabilities

    def predict(self, sketch: Sketch) -> "Prediction":
        """Return the prediction for a sketch. Raises `EvaluationError`."""
        return Prediction(sketch, self, self.probabilities(sketch.image))


@dataclass(frozen=True, eq=False)
class Prediction:
    """The prediction of a classifier for a sketch.

    Attributes
    ----------
    sketch : Sketch
    classifier : Classifier
    probabilities : ndarray of float32, shape (10,)
    """

    sketch: Sketch
    classifier: Classifier
    probabilities: Probabilities

    @property
    def digit(self) -> int:
        """The most probable digit."""
        return int(self.probabilities.argmax())

    @property
    def confidence(self) -> float:
        """The highest probability, 0 to 1."""
        return float(self.probabilities.max())

    @property
    def runner_up(self) -> int:
        """The second most probable digit."""
        return int(np.argsort(self.probabilities)[-2])


def prediction_metric(title: str, probabilities: Probabilities) -> None:
    """Show the most probable digit and the confidence in it, as one of several to compare."""
    digit = int(probabilities.argmax())
    # The label of a metric is cut off where it is too long, and "+ center of mass" is no list.
    st.text(title)
    st.metric(
        title,
        str(digit),
        f"Confidence {percent(float(probabilities[digit]))}",
        delta_color="off",
        delta_arrow="off",
        label_visibility="collapsed",
    )
