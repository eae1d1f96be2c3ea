"""The segmentation graph of a number: which neighboring segments may be one digit, and the best path.

After LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document
Recognition" (1998).
"""

import functools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.drawing.boxes import Box
from core.drawing.segments import Segment, Segmentation

# A digit is put together of at most this many segments.
_MAX_SEGMENTS_OF_A_DIGIT = 16

# Lengths are shares of the height of a digit, costs are −log probabilities.
# From this gap on, marks rather belong to two digits than to one; each further part of the
# height makes that more probable.
_APART = 0.03
_PER_GAP = 40.0
# No digit has a hole as wide as this, or is as wide as this.
_HOLE = 0.4
_WIDEST = 1.8
# A cut where the pen was not lifted, or where ink touches.
_CUT = 1.0
# Two digits that overlap, for each part of the height.
_PER_OVERLAP = 8.0


@dataclass(frozen=True, eq=False)
class Candidate:
    """Neighboring segments that could be one digit.

    Attributes
    ----------
    start : int
        Index of the first segment.
    segments : sequence of Segment
    box : Box
    hole : float
        The widest free space in it, in pixels; negative if there is none.
    labels : tuple of int
        The pieces of ink that it is made of.
    """

    start: int
    segments: Sequence[Segment]
    box: Box
    hole: float
    labels: tuple[int, ...]

    @property
    def end(self) -> int:
        """Index of the segment after the last."""
        return self.start + len(self.segments)


def find_candidates(found: Segmentation) -> Iterator[Candidate]:
    """Return all neighboring segments that could be one digit, with the links on it and without."""
    for candidate in _neighbors(found):
        yield candidate
        spurs = candidate.segments[0].left_spur | candidate.segments[-1].right_spur
        labels = tuple(label for label in candidate.labels if label not in spurs)
        if 0 < len(labels) < len(candidate.labels):
            boxes = (found.boxes[label] for label in labels)
            yield replace(candidate, labels=labels, box=functools.reduce(Box.union, boxes))


def _neighbors(found: Segmentation) -> Iterator[Candidate]:
    """Return each segment alone, and all neighboring ones that could be a digit together."""
    segments, height = found.segments, found.height
    of_origin = Counter(segment.origin for segment in segments)
    for start, first in enumerate(segments):
        box, hole, origins, labels = first.box, -math.inf, {first.origin}, first.labels
        yield Candidate(start, [first], box, hole, labels)
        for end, segment in enumerate(segments[start + 1 : start + _MAX_SEGMENTS_OF_A_DIGIT], start + 2):
            if segment.origin not in origins:
                hole = max(hole, box.gap(segment.box))
            box = box.union(segment.box)
            origins.add(segment.origin)
            labels += segment.labels
            too_wide = box.width > _WIDEST * height
            if hole > _HOLE * height or (len(origins) > 1 and too_wide):
                break
            # What was not cut at all may be as wide as it likes.
            if not too_wide or end - start == of_origin[first.origin]:
                yield Candidate(start, segments[start:end], box, hole, labels)


def segmentation_cost(candidate: Candidate, height: float) -> float:
    """Return how improbable it is that a candidate is one digit, as −log, by its holes and cuts."""
    return _PER_GAP * max(0.0, candidate.hole / height - _APART) + _CUT * candidate.segments[0].cut


@dataclass(frozen=True, eq=False)
class Graph:
    """All ways from the first segment of a number to the last.

    Attributes
    ----------
    found : Segmentation
    candidates : sequence of Candidate
        As `find_candidates` returns them.
    costs : sequence of float
        −log of how probable it is that each is one digit.
    """

    found: Segmentation
    candidates: Sequence[Candidate]
    costs: Sequence[float]

    @functools.cached_property
    def _ways(self) -> list[tuple[list[int], list[float]]]:
        """For each candidate those that end where it starts, and what their overlap costs."""
        ending: dict[int, list[int]] = {}
        ways = []
        for index, candidate in enumerate(self.candidates):
            before = ending.get(candidate.start, [])
            gaps = [self.candidates[one].box.gap(candidate.box) / self.found.height for one in before]
            ways.append((before, [_PER_OVERLAP * max(0.0, _APART - gap) for gap in gaps]))
            ending.setdefault(candidate.end, []).append(index)
        return ways

    @property
    def _last(self) -> list[int]:
        end = len(self.found.segments)
        return [index for index, candidate in enumerate(self.candidates) if candidate.end == end]

    @property
    def whole(self) -> list[int]:
        """Indices of the candidates that are the whole number as one digit, if all of it hangs together."""
        if len({segment.origin for segment in self.found.segments}) > 1:
            return []
        return [index for index in self._last if self.candidates[index].start == 0]

    def shortest_path(self) -> tuple[int, ...]:
        """Return the indices of the candidates on the cheapest path."""
        best: list[tuple[float, tuple[int, ...]]] = []
        for index, (before, overlaps) in enumerate(self._ways):
            ways = [(best[i][0] + overlap, best[i][1]) for i, overlap in zip(before, overlaps, strict=True)]
            so_far, path = min(ways) if ways else (0.0, ())
            best.append((so_far + self.costs[index], (*path, index)))
        return min(best[index] for index in self._last)[1]

    def probability(self, digits: Sequence[int], number: Sequence[int]) -> float:
        """Return how probable a number is: the share of all paths on which it is read.

        A path counts with e to the power of minus its cost; they are summed up by the forward
        algorithm, as in LeCun et al. (1998), section VI.

        Parameters
        ----------
        digits : sequence of int
            What each candidate is read as.
        number : sequence of int
            At least one digit.
        """
        # Logarithms of the sums over the paths to each candidate: over all of them, and over those
        # on which the first digits of the number are read, by how many these are.
        totals = np.zeros(len(digits))
        partial = np.full((len(digits), len(number) + 1), -np.inf)
        none_read = np.where(np.arange(len(number) + 1) == 0, 0.0, -np.inf)
        for index, (before, overlaps) in enumerate(self._ways):
            so_far = none_read
            if before:
                totals[index] = np.logaddexp.reduce(totals[before] - overlaps)
                so_far = np.logaddexp.reduce(partial[before] - np.array(overlaps)[:, None], axis=0)
            totals[index] -= self.costs[index]
            fits = np.equal(number, digits[index])
            partial[index, 1:] = np.where(fits, so_far[:-1] - self.costs[index], -np.inf)
        last = self._last
        share = np.logaddexp.reduce(partial[last, -1]) - np.logaddexp.reduce(totals[last])
        return float(np.exp(share))
