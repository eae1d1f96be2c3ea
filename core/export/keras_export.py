"""What Keras itself writes in another format."""

import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

# A conversion takes a second and a copy of the network: a class that asks at once must not
# need thirty copies.
_converting = threading.Lock()


def exported(model: "keras.Model", ending: str, format: str) -> bytes:
    """Return a network as a file of one of Keras' formats; Keras refuses another ending for some."""
    with _converting, tempfile.TemporaryDirectory(prefix="digit-lab-") as folder:
        path = Path(folder) / f"network.{ending}"
        model.export(path, format=format, verbose=False)
        return path.read_bytes()
