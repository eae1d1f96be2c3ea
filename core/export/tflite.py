"""A network for phones and small computers."""

import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

# A conversion takes a second and a copy of the network: a class that asks at once must not
# need thirty copies.
_converting = threading.Lock()


def to_tflite(model: "keras.Model") -> bytes:
    """Return a network as a ``.tflite`` file, for LiteRT (formerly TensorFlow Lite).

    Parameters
    ----------
    model : keras.Model
        As `core.store.runs.RunStore.load_model` returns it.

    Returns
    -------
    bytes
        Its input is float32 of shape (1, 28, 28), pixel values 0 to 255; its output float32 of
        shape (1, 10), the probability of each digit.
    """
    with _converting, tempfile.TemporaryDirectory(prefix="digit-lab-") as folder:
        path = Path(folder) / "network.tflite"  # Keras refuses another ending.
        model.export(path, format="litert", verbose=False)
        return path.read_bytes()
