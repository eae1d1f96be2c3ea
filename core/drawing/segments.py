"""The segments of a number, from strokes or from a picture, and the pieces of ink that they are made of."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.drawing.agreement import InkSample
from core.drawing.boxes import Box
from core.drawing.strokes import Stroke

Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Segment:
    """A digit or a piece of one, which is not cut any further.

    Attributes
    ----------
    box : Box
        Around the path of the pen, without its width.
    labels : tuple of int
        Of the pieces of ink that it is made of.
    origin : int
        The stroke or connected component that it was cut from.
    cut : bool
        Whether it was cut from something to its left.
    left_spur, right_spur : frozenset of int
        Pieces on this side that may be left of a link to a digit that it was cut from.
    """

    box: Box
    labels: tuple[int, ...]
    origin: int
    cut: bool
    left_spur: frozenset[int] = frozenset()
    right_spur: frozenset[int] = frozenset()

    def merge(self, other: "Segment") -> "Segment":
        """Return both as one segment."""
        left, right = (self, other) if self.box.middle <= other.box.middle else (other, self)
        return Segment(
            self.box.union(other.box),
            self.labels + other.labels,
            min(self.origin, other.origin),
            self.cut and other.cut,
            left.left_spur,
            right.right_spur,
        )


@dataclass(frozen=True, eq=False)
class Segmentation:
    """The segments of a number.

    Attributes
    ----------
    segments : tuple of Segment
        From left to right.
    height : float
        Of its digits, in pixels.
    boxes : mapping of int to Box
        Around each piece, by its label.
    sample : InkSample
        What the instance network says of the ink.
    """

    segments: tuple[Segment, ...]
    height: float
    boxes: Mapping[int, Box]
    sample: InkSample


@dataclass(frozen=True, eq=False)
class StrokeSegmentation(Segmentation):
    """The segments of strokes.

    Attributes
    ----------
    pieces : tuple of ndarray
        The piece of each label, in the order in which they were written.
    origins : tuple of int
        The stroke that each was cut from.
    """

    pieces: tuple[Stroke, ...]
    origins: tuple[int, ...]

    def strokes_of(self, labels: Iterable[int]) -> tuple[Stroke, ...]:
        """Return the strokes of some pieces, whole where one piece was written right after another."""
        strokes: list[Stroke] = []
        chosen = sorted(labels)
        for label in chosen:
            goes_on = label - 1 in chosen and self.origins[label - 1] == self.origins[label]
            if goes_on:
                strokes[-1] = np.concatenate([strokes[-1], self.pieces[label]])
            else:
                strokes.append(self.pieces[label])
        return tuple(strokes)


@dataclass(frozen=True, eq=False)
class ImageSegmentation(Segmentation):
    """The segments of a picture.

    Attributes
    ----------
    labels : ndarray of int, shape (height, width)
        The piece that each pixel belongs to; faint ink and ground go to the nearest.
    stroke_width : float
        In pixels.
    """

    labels: Labels
    stroke_width: float

    @functools.cached_property
    def _places(self) -> list[tuple[slice, slice]]:
        places: list[tuple[slice, slice]] = ndimage.find_objects(self.labels)
        return places

    def mask_of(self, labels: Sequence[int]) -> tuple[tuple[slice, slice], Mask]:
        """Return a part of the picture that holds some pieces, and which of its pixels are theirs."""
        own = [self._places[label - 1] for label in labels]
        rows, columns = (
            slice(min(place[side].start for place in own), max(place[side].stop for place in own))
            for side in (0, 1)
        )
        chosen = np.zeros(len(self._places) + 1, dtype=bool)
        chosen[list(labels)] = True
        mask: Mask = chosen[self.labels[rows, columns]]
        return (rows, columns), mask
