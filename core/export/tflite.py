"""A network for phones and small computers."""

from typing import TYPE_CHECKING

from core.export.keras_export import exported

if TYPE_CHECKING:
    import keras


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
    return exported(model, "tflite", "litert")
