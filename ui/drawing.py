"""What a visitor has drawn."""

import base64
import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.ink import ink_box

# Side of the canvas in pixels.
SIDE = 280
# Pictures kept for undo. Beyond that, the browser sends the picture again after an undo.
MAX_SNAPSHOTS = 30


@dataclass
class Drawing:
    """What a visitor has drawn, kept in their session.

    Attributes
    ----------
    strokes : list of dict
        The strokes as the canvas describes them (Fabric.js paths).
    snapshots : dict of str
        The canvas as a PNG data URL after each of the latest numbers of strokes, so that
        undo has its picture at once.
    revision : int
        Counts the times that the page itself changed the drawing. The canvas takes up
        a drawing only if it differs from the one it was given last.
    initial : dict
        What the canvas was last told to show.
    """

    strokes: list[dict[str, Any]] = field(default_factory=list)
    snapshots: dict[int, str] = field(default_factory=dict)
    revision: int = 0
    initial: dict[str, Any] = field(default_factory=lambda: {"objects": []})

    @property
    def image(self) -> npt.NDArray[np.uint8] | None:
        """The canvas as RGBA, shape (280, 280, 4); None if nothing is drawn."""
        data_url = self.snapshots.get(len(self.strokes))
        if data_url is None:
            return None
        _, encoded = data_url.split(",", 1)
        picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
        if picture.size != (SIDE, SIDE):
            return None  # Not from our canvas; it would be decoded at any size.
        return np.asarray(picture.convert("RGBA"))

    def receive(self, drawing: dict[str, Any]) -> None:
        """Take what the browser sent."""
        self.strokes = drawing["raw"]["objects"]
        count = len(self.strokes)
        self.snapshots = {n: url for n, url in self.snapshots.items() if count - MAX_SNAPSHOTS < n < count}
        if count and drawing["data"]:
            self.snapshots[count] = drawing["data"]

    def replace(self, strokes: list[dict[str, Any]]) -> None:
        """Change the drawing from the page."""
        self.strokes = strokes
        self.revision += 1
        self.show_again()

    def show_again(self) -> None:
        """Let the canvas start from the drawing as it is."""
        self.initial = {"objects": self.strokes, "revision": self.revision}

    def is_dot(self, image: npt.NDArray[np.uint8]) -> bool:
        """Whether there is nothing on the canvas, its ``image``, but one touch of the pen."""
        if len(self.strokes) != 1:
            return False
        box = ink_box(image)
        return box is not None and box.size <= 1.3 * self.strokes[0]["strokeWidth"]
