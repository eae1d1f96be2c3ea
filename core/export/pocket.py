"""A network in one HTML file, which reads drawings on a phone without a server."""

import base64
import html
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from core.data import CLASSES, Dataset, read_text
from core.recipe import Recipe

if TYPE_CHECKING:
    import keras

_TEMPLATE = Path(__file__).with_name("pocket.html")
# Each weight has two bytes, of which base64 makes 8/3 letters.
_LETTERS_PER_WEIGHT = 8 / 3
# Layers that change nothing when the network predicts, or that the page does by itself.
_WITHOUT_WORK = {"InputLayer", "Rescaling", "Reshape", "Flatten", "Dropout"}


def pocket_page(model: "keras.Model", title: str, dataset: Dataset) -> str:
    """Return an HTML page with a canvas, the network, and its preprocessing in plain JavaScript.

    It needs nothing else, also no network connection. When it is opened, it reads one test digit of
    each class and says whether the probabilities are those of Keras within 0.001.

    Parameters
    ----------
    model : keras.Model
        As `core.store.runs.RunStore.load_model` returns it.
    title : str
        What the page is called, plain text.
    dataset : Dataset
        Where the test digits come from.

    Raises
    ------
    ValueError
        If the network has a layer that no recipe makes.
    DataError
        If the page's own file is missing.
    """
    digits = np.stack([dataset.test_images[dataset.test_labels == digit][0] for digit in range(CLASSES)])
    weights: list[npt.NDArray[np.float16]] = []
    layers = [_layer(layer, weights) for layer in model.layers if type(layer).__name__ not in _WITHOUT_WORK]
    network = {
        "layers": layers,
        "weights": _base64(b"".join(array.tobytes() for array in weights)),
        "digits": _base64(digits.tobytes()),
        "expected": np.asarray(model(digits), dtype=np.float64).round(6).tolist(),
    }
    page = read_text(_TEMPLATE)
    # The title last: what a visitor wrote is never looked through for a mark.
    return page.replace("{{network}}", json.dumps(network)).replace("{{title}}", html.escape(title))


def pocket_size(recipe: Recipe) -> int:
    """Return about how many bytes the page of a recipe has.

    Examples
    --------
    >>> from core.recipe import ARTICLE
    >>> round(pocket_size(ARTICLE) / 1e6, 1)
    0.7
    """
    return round(recipe.parameters * _LETTERS_PER_WEIGHT) + 30_000


def _layer(layer: Any, weights: list[npt.NDArray[np.float16]]) -> dict[str, Any]:
    """Return what the page has to know of a layer, and add its weights to those before."""
    kinds = {"Dense": "dense", "Conv2D": "conv", "MaxPooling2D": "pool"}
    if type(layer).__name__ not in kinds:
        raise ValueError(f"The layer {layer.name} cannot be taken to a phone.")
    kind = kinds[type(layer).__name__]
    if kind == "pool":
        return {"kind": kind}
    arrays = [np.asarray(weight, dtype=np.float32) for weight in (layer.kernel, layer.bias)]
    # Float16 ends at 65,504, so each array is stored as shares of its largest value.
    scales = [float(np.abs(array).max()) or 1.0 for array in arrays]
    weights += [(array / scale).astype("<f2") for array, scale in zip(arrays, scales, strict=True)]
    activation = layer.activation.__name__
    return {"kind": kind, "shape": list(arrays[0].shape), "scales": scales, "activation": activation}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
