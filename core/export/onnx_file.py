"""A network for every other library: ONNX is read by PyTorch, by browsers, and by .NET and Java."""

import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

# As in `core.export.tflite`.
_converting = threading.Lock()


def to_onnx(model: "keras.Model") -> bytes:
    """Return a network as an ``.onnx`` file.

    Parameters
    ----------
    model : keras.Model
        As `core.store.runs.RunStore.load_model` returns it.

    Returns
    -------
    bytes
        Its input ``image`` is float32 of shape (n, 28, 28), pixel values 0 to 255; its only output
        float32 of shape (n, 10), the probability of each digit.
    """
    with _converting, tempfile.TemporaryDirectory(prefix="digit-lab-") as folder:
        path = Path(folder) / "network.onnx"
        model.export(path, format="onnx", verbose=False)
        return path.read_bytes()
