"""What a visitor has drawn."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.drawing.strokes import Stroke, read_pen_width, read_strokes

# The share of another canvas that a drawing may fill.
_FILLED = 0.8


@dataclass
class Drawing:
    """What a visitor has drawn, kept in their session.

    Attributes
    ----------
    objects : list of dict
        The strokes as the canvas describes them (Fabric.js paths).
    revision : int
        Counts the times that the page itself changed the drawing. The canvas takes up
        a drawing only if it differs from the one it was given last.
    initial : dict
        What the canvas was last told to show.
    """

    objects: list[dict[str, Any]] = field(default_factory=list)
    revision: int = 0
    initial: dict[str, Any] = field(default_factory=lambda: {"objects": []})

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """The strokes. Raises `StrokeError` if they cannot be drawn."""
        return read_strokes(self.objects)

    @property
    def pen_width(self) -> float:
        """Width of the widest pen, in pixels of the canvas. Raises `StrokeError` likewise."""
        return read_pen_width(self.objects)

    def receive(self, drawing: Any) -> None:
        """Take what the browser sent; anything but a drawing counts as an empty one."""
        raw = drawing.get("raw") if isinstance(drawing, dict) else None
        objects = raw.get("objects") if isinstance(raw, dict) else None
        self.objects = objects if isinstance(objects, list) else []

    def replace(self, objects: list[dict[str, Any]]) -> None:
        """Change the drawing from the page."""
        self.objects = objects
        self.revision += 1
        self.show_again()

    def fitted(self, width: int, height: int) -> list[dict[str, Any]]:
        """Return the strokes in the middle of another canvas, made smaller if they would not fit.

        Raises `StrokeError` if they cannot be drawn.
        """
        points, room = np.concatenate(self.strokes), np.array([width, height])
        low, high = points.min(axis=0), points.max(axis=0)
        scale = min(1.0, float((_FILLED * room / np.maximum(high - low, 1.0)).min()))
        shift = room / 2 - scale * (low + high) / 2
        return [_moved(stroke, scale, shift.tolist()) for stroke in self.objects]

    def show_again(self) -> None:
        """Let the canvas start from the drawing as it is."""
        self.initial = {"objects": self.objects, "revision": self.revision}


def _moved(stroke: dict[str, Any], scale: float, shift: list[float]) -> dict[str, Any]:
    """Return a stroke with every x and y of its path scaled and shifted."""
    path = [
        [name, *(value * scale + shift[index % 2] for index, value in enumerate(values))]
        for name, *values in stroke["path"]
    ]
    # Without a place and a size of its own, Fabric.js puts it where its path is.
    kept = {name: value for name, value in stroke.items() if name not in ("left", "top", "width", "height")}
    return {**kept, "path": path, "strokeWidth": stroke["strokeWidth"] * scale}
