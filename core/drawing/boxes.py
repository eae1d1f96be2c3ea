"""Bounding boxes of strokes and of ink."""

import math
from dataclasses import dataclass

from core.drawing.strokes import Stroke
from core.ink import InkBox


@dataclass(frozen=True)
class Box:
    """A bounding box, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Halfway from left to right."""
        return (self.left + self.right) / 2

    @property
    def outer(self) -> InkBox:
        """The smallest box of whole pixels around it."""
        return InkBox(
            math.floor(self.left), math.floor(self.top), math.ceil(self.right), math.ceil(self.bottom)
        )

    def gap(self, other: "Box") -> float:
        """Return the free space to another box from left to right; negative if they overlap."""
        return max(other.left - self.right, self.left - other.right)

    def union(self, other: "Box") -> "Box":
        """Return the smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def box_of(stroke: Stroke) -> Box:
    """Return the box around a stroke of at least one point."""
    (left, top), (right, bottom) = stroke.min(axis=0), stroke.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
