"""What a visitor has drawn."""

import base64
import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.ink import ink_box


@dataclass
class Drawing:
    """What a visitor has drawn, kept in their session.

    Attributes
    ----------
    strokes : list of dict
        The strokes as the canvas describes them (Fabric.js paths).
    image : ndarray of uint8, shape (280, 280, 4), or None
        The canvas as RGBA; None if nothing is drawn.
    snapshots : dict
        The image after each number of strokes, so that undo has it at once.
    revision : int
        Counts the times that the page itself changed the drawing. The canvas takes up
        a drawing only if it differs from the one it was given last.
    initial : dict
        What the canvas was last told to show.
    """

    strokes: list[dict[str, Any]] = field(default_factory=list)
    image: npt.NDArray[np.uint8] | None = None
    snapshots: dict[int, npt.NDArray[np.uint8]] = field(default_factory=dict)
    revision: int = 0
    initial: dict[str, Any] = field(default_factory=lambda: {"objects": []})

    def receive(self, drawing: dict[str, Any]) -> None:
        """Take what the browser sent."""
        self.strokes = drawing["raw"]["objects"]
        self.image = _decode(drawing["data"]) if self.strokes else None
        count = len(self.strokes)
        self.snapshots = {n: image for n, image in self.snapshots.items() if n < count}
        if self.image is not None:
            self.snapshots[count] = self.image

    def replace(self, strokes: list[dict[str, Any]]) -> None:
        """Change the drawing from the page."""
        self.strokes = strokes
        self.image = self.snapshots.get(len(strokes)) if strokes else None
        self.revision += 1
        self.show_again()

    def show_again(self) -> None:
        """Let the canvas start from the drawing as it is."""
        self.initial = {"objects": self.strokes, "revision": self.revision}

    def is_dot(self) -> bool:
        """Whether there is nothing but one touch of the pen."""
        if len(self.strokes) != 1 or self.image is None:
            return False
        box = ink_box(self.image)
        return box is not None and box.size <= 1.3 * self.strokes[0]["strokeWidth"]


def _decode(data_url: str | None) -> npt.NDArray[np.uint8] | None:
    if data_url is None:
        return None
    _, encoded = data_url.split(",", 1)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGBA"))
