"""A network for every other library: ONNX is read by PyTorch, by browsers, and by .NET and Java."""

from typing import TYPE_CHECKING

from core.export.keras_export import exported

if TYPE_CHECKING:
    import keras


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
    return exported(model, "onnx", "onnx")
