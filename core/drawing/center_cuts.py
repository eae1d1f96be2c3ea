"""Where ink is cut by where it points: between the centers of two digits.

See `core.drawing.instances`. How many points of some ink point to each place from left to right has a
peak at each digit that the network sees, and a valley between two.
"""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.drawing.instances import InkCenters
from core.drawing.strokes import Stroke

# Lengths are shares of the height of a digit. Bins of the density of centers, and how far it is smoothed.
_BIN, _SMOOTH = 0.02, 0.05
# Valleys are no closer than this to one another, and no higher than this share of the peaks beside them.
_BESIDE, _VALLEY = 0.1, 0.9
# What is cut off is at least as much ink as a line of this length.
_LEAST = 0.3
# What hangs together is cut into no pieces smaller than this share of the largest.
_FRAGMENT = 0.25
# Ink of a picture may be a link from this probability on. A stroke is one from another on: of it, what is
# too much would be missed, while the rest of a link that a picture keeps changes its digit.
_MAYBE_LINK, _LINK = 0.25, 0.5
# Strokes are looked at in steps of this length; the centers of so many in a row have one median.
STEP, _MEDIAN = 0.025, 7
# A stroke is cut into no parts shorter than this.
_SHORTEST = 0.2
# A link is no farther than this from where the centers change.
_NEAR = 0.15

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


def runs(chosen: Mask) -> list[slice]:
    """Return the runs of True in a row of booleans, as slices."""
    labels, _ = ndimage.label(chosen)
    return [found for (found,) in ndimage.find_objects(labels)]


def valleys(centers: Floats, height: float, least: float) -> list[float]:
    """Return the places between the centers of digits, from left to right.

    Parameters
    ----------
    centers : ndarray of float, shape (n,)
        Where each point of some ink points to, in pixels.
    height : float
        Of a digit, in pixels.
    least : float
        Fewer points are no digit and no piece of one.
    """
    if len(centers) < 2 * least:
        return []
    bins = np.arange(centers.min() - 0.2 * height, centers.max() + 0.2 * height, _BIN * height)
    density = ndimage.gaussian_filter1d(np.histogram(centers, bins)[0].astype(float), _SMOOTH / _BIN)
    lowest = density <= ndimage.minimum_filter1d(density, 2 * round(_BESIDE / _BIN) + 1)
    found: list[float] = []
    last = 0
    for run in runs(lowest):
        middle = (run.start + run.stop - 1) // 2
        left, right = density[last : middle + 1], density[middle:]
        peak = min(left.max(), right.max())
        if min(left.sum(), right.sum()) >= least and density[middle] <= _VALLEY * peak:
            found.append(float(bins[middle : middle + 2].mean()))
            last = middle
    return found


def is_link(links: Floats) -> Mask:
    """Return which pixels of a picture may be of a link, by the probability of each."""
    return links >= _MAYBE_LINK


def cut_image(ink: Mask, centers: Floats, links: Floats, height: float, pen: float) -> Labels:
    """Cut ink that hangs together where it points to different digits.

    Parameters
    ----------
    ink : ndarray of bool, shape (height, width)
    centers, links : ndarray of float, shape (height, width)
        As in `core.drawing.instances.InkCenters`, for each pixel.
    height, pen : float
        Of a digit and of its strokes, in pixels.

    Returns
    -------
    ndarray of int, shape (height, width)
        Number of the piece from the left, −1 where there is no ink.
    """
    edges = valleys(centers[ink & ~is_link(links)], height, _LEAST * height * pen)
    pieces: Labels = np.where(ink, np.digitize(centers, edges), -1)
    if edges:
        pieces = np.where(ink, _without_fragments(pieces), -1)
    _, inverse = np.unique(pieces[ink], return_inverse=True)
    pieces[ink] = inverse
    return pieces


def _without_fragments(pieces: Labels) -> Labels:
    """Return pieces without small parts of them that lie apart, which go to their neighbors."""
    kept = np.zeros(pieces.shape, dtype=bool)
    for piece in range(pieces.max() + 1):
        parts, count = ndimage.label(pieces == piece, np.ones((3, 3)))
        sizes = np.bincount(parts.ravel(), minlength=count + 1)
        sizes[0] = 0
        kept |= (sizes >= _FRAGMENT * sizes.max())[parts] & (parts > 0)
    nearest = ndimage.distance_transform_edt(~kept, return_distances=False, return_indices=True)
    filled: Labels = pieces[tuple(nearest)]
    return filled


def cut_path(path: Stroke, seen: InkCenters, height: float) -> list[tuple[int, int, int]]:
    """Return where an even path goes on from one digit to the next.

    Parameters
    ----------
    path : ndarray, shape (n, 2)
        Points `STEP` apart, as a share of the height.
    seen : InkCenters
    height : float
        Of a digit, in pixels.

    Returns
    -------
    list of tuple of int
        Indices of the start of the link, of where it is cut, and of its end; all the same without one.
    """
    centers, links = seen.at(path)
    centers = ndimage.median_filter(centers, _MEDIAN, mode="nearest")
    linked = ndimage.median_filter(links, _MEDIAN, mode="nearest") >= _LINK
    edges = valleys(centers[~linked], height, _LEAST / STEP)
    found = []
    for place in np.flatnonzero(np.diff(_without_short_runs(np.digitize(centers, edges)))).tolist():
        near = slice(max(0, place - round(_NEAR / STEP)), place + round(_NEAR / STEP) + 1)
        beside = [run for run in runs(linked) if run.start < near.stop and run.stop > near.start]
        start, end = (beside[0].start, beside[-1].stop - 1) if beside else (place, place)
        inner = start > 0 and end < len(path) - 1
        found.append((start, min(max(place, start), end), end) if inner else (place, place, place))
    return found


def _without_short_runs(kinds: Labels) -> Labels:
    """Return kinds in a row of which each run is long enough; the shortest go to what is beside them."""
    while True:
        starts = np.flatnonzero(np.diff(kinds, prepend=-1))
        lengths = np.diff(starts, append=len(kinds))
        shortest = int(lengths.argmin())
        if len(starts) == 1 or lengths[shortest] >= _SHORTEST / STEP:
            return kinds
        beside = [i for i in (shortest - 1, shortest + 1) if 0 <= i < len(starts)]
        longest = max(beside, key=lambda i: lengths[i])
        kinds = kinds.copy()
        kinds[starts[shortest] : starts[shortest] + lengths[shortest]] = kinds[starts[longest]]
