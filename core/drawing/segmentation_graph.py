"""The segmentation graph of a number: which neighboring segments may be one digit, and the best path.

After LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document
Recognition" (1998).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

from core.drawing.segmentation import Box, Content, Segment, Segmentation

# A digit is put together of at most this many segments.
_MAX_SEGMENTS_OF_A_DIGIT = 8

# Lengths are shares of the height of a digit, costs are −log probabilities.
# From this gap on, marks rather belong to two digits than to one; each further part of the
# height makes that more probable.
_APART = 0.05
_PER_GAP = 15.0
# No digit has a hole as wide as this, or is as wide as this.
_HOLE = 0.4
_WIDEST = 1.8
# A cut where the pen was not lifted, or where ink touches.
_CUT = 2.0
_PER_INK_CUT = 5.0


@dataclass(frozen=True, eq=False)
class Candidate(Generic[Content]):
    """Neighboring segments that could be one digit.

    Attributes
    ----------
    start : int
        Index of the first segment.
    segments : sequence of Segment
    box : Box
    hole : float
        The widest free space in it, in pixels; negative if there is none.
    """

    start: int
    segments: Sequence[Segment[Content]]
    box: Box
    hole: float

    @property
    def end(self) -> int:
        """Index of the segment after the last."""
        return self.start + len(self.segments)

    @property
    def contents(self) -> tuple[Content, ...]:
        """What all segments are made of."""
        return tuple(content for segment in self.segments for content in segment.contents)


def find_candidates(found: Segmentation[Content]) -> Iterator[Candidate[Content]]:
    """Return each segment alone, and all neighboring ones that could be a digit together."""
    segments, height = found.segments, found.height
    for start, first in enumerate(segments):
        box, hole, origins = first.box, -math.inf, {first.origin}
        yield Candidate(start, [first], box, hole)
        for end, segment in enumerate(segments[start + 1 : start + _MAX_SEGMENTS_OF_A_DIGIT], start + 2):
            if segment.origin not in origins:
                hole = max(hole, box.gap(segment.box))
            box = box.union(segment.box)
            origins.add(segment.origin)
            if hole > _HOLE * height or (len(origins) > 1 and box.width > _WIDEST * height):
                break
            yield Candidate(start, segments[start:end], box, hole)


def segmentation_cost(candidate: Candidate[Content], height: float) -> float:
    """Return how improbable it is that a candidate is one digit, as −log, by its holes and cuts."""
    return _PER_GAP * max(0.0, candidate.hole / height - _APART) + _cut_cost(candidate, height)


def _cut_cost(candidate: Candidate[Content], height: float) -> float:
    """Return the cost of taking a candidate off what its leftmost segments were cut from."""
    origins: set[int] = set()
    cost = 0.0
    for segment in candidate.segments:
        if segment.cut is not None and segment.origin not in origins:
            cost += _CUT + _PER_INK_CUT * segment.cut / height
        origins.add(segment.origin)
    return cost


def shortest_path(
    candidates: Sequence[Candidate[Content]], costs: Sequence[float], found: Segmentation[Content]
) -> tuple[int, ...]:
    """Return the indices of the candidates on the cheapest path from the first segment to the last."""
    best: dict[int, tuple[float, tuple[int, ...]]] = {}
    ending: dict[int, list[int]] = {end: [] for end in range(len(found.segments) + 1)}
    for index, (candidate, cost) in enumerate(zip(candidates, costs, strict=True)):
        paths = [
            (
                best[before][0] + _overlap_cost(candidates[before].box, candidate.box, found.height),
                best[before][1],
            )
            for before in ending[candidate.start]
        ]
        so_far, path = min(paths) if candidate.start else (0.0, ())
        best[index] = so_far + cost, (*path, index)
        ending[candidate.end].append(index)
    return min(best[index] for index in ending[len(found.segments)])[1]


def _overlap_cost(left: Box, right: Box, height: float) -> float:
    return _PER_GAP * max(0.0, _APART - left.gap(right) / height)
