"""A sheet of paper on a darker desk: found by its light, and seen from straight above."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

# A sheet is looked for at this many pixels along the longer side.
_SMALL = 200
# Shares of the picture: a sheet covers at least this much, and a desk shows at least that much.
_SMALLEST, _LEAST_DESK = 0.12, 0.03
# Light of the sheet, as a multiple of the desk's.
_CONTRAST = 1.35
# A shadow takes less light than this, and leaves the hue, in shares of red, green, and blue.
_SHADOW, _HUE = 2.5, 0.015
# Pixels of the small picture.
_WIDEST_LINE = 5
# Ink leaves at least this share of a sheet free. Of a ring that is a digit, it is less.
_FREE = 0.72
# A sheet fills its four corners by at least this much (intersection over union).
_FIT = 0.92
# Opposite edges are parallel, and neighbors upright on each other, by this sine or cosine.
_ASKEW = 0.25
# What is cut off at each edge: a share of the sheet's longer side. The edge itself is soft.
_EDGE = 0.012

Corners = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class _Region:
    """A bright region of the small picture, its corners, and how much like a sheet it is."""

    corners: Corners
    likeness: float


def find_sheet(picture: Picture) -> Corners | None:
    """Return the corners of a bright sheet on a darker desk.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, 3)

    Returns
    -------
    ndarray of float64, shape (4, 2), or None
        x and y in pixels of the picture, clockwise from the upper left of the sheet. A corner may
        lie a little beyond the picture. None if the sheet fills the picture, or there is none.
    """
    shrink = max(picture.shape[:2]) / _SMALL
    if shrink < 0.25 or min(picture.shape[:2]) < 8:
        return None
    size = tuple(max(2, round(side / shrink)) for side in picture.shape[1::-1])
    small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX), dtype=np.float32)
    small = np.atleast_3d(small)
    # Squares printed on a sheet may take a third of its light.
    light = ndimage.grey_closing(ndimage.median_filter(small.mean(axis=2), 3), _WIDEST_LINE)
    hue = small / np.maximum(small.sum(axis=2, keepdims=True), 1)
    low, high = np.quantile(light, [0.02, 0.98])
    found = [
        region
        for threshold in np.linspace(low, high, 14)[1:-1]
        if (region := _region(light, hue, light > threshold)) is not None
    ]
    if not found:
        return None
    best = max(found, key=lambda region: region.likeness)
    scale = np.array(picture.shape[1::-1]) / size
    corners: Corners = (best.corners + 0.5) * scale
    return corners


def flattened(picture: Picture, corners: Corners) -> Picture:
    """Return the sheet as seen from straight above, upright, without its very edge.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, 3)
    corners : ndarray, shape (4, 2)
        As `find_sheet` returns them.
    """
    _, sides = _sides(corners)
    width, height = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
    edge = _EDGE * max(width, height) + 2
    frame = np.array(
        [(-edge, -edge), (width - edge, -edge), (width - edge, height - edge), (-edge, height - edge)]
    )
    size = (max(1, round(width - 2 * edge)), max(1, round(height - 2 * edge)))
    return np.asarray(
        Image.fromarray(picture).transform(
            size,
            Image.Transform.PERSPECTIVE,
            tuple(_perspective(frame, corners)),
            Image.Resampling.BILINEAR,
        )
    )


def _perspective(before: Corners, after: Corners) -> npt.NDArray[np.float64]:
    """Return the eight coefficients of the projection that takes four points to four others."""
    rows = []
    for (u, v), (x, y) in zip(before, after, strict=True):
        rows += [[u, v, 1, 0, 0, 0, -x * u, -x * v], [0, 0, 0, u, v, 1, -y * u, -y * v]]
    return np.asarray(np.linalg.solve(np.array(rows), after.ravel()), dtype=np.float64)


def _region(light: Floats, hue: Floats, bright: Mask) -> _Region | None:
    """Return the largest bright region if it is a sheet."""
    pieces, count = ndimage.label(ndimage.binary_opening(bright, iterations=2))
    if not count:
        return None
    area = np.bincount(pieces.ravel())
    area[0] = 0
    largest = pieces == area.argmax()
    mask = ndimage.binary_fill_holes(largest)
    share = mask.mean()
    if not _SMALLEST <= share <= 1 - _LEAST_DESK or largest.sum() < _FREE * mask.sum():
        return None
    corners = _four_corners(mask)
    if corners is None or not _is_a_rectangle_from_aside(corners):
        return None
    if not _stands_out(light, hue, mask, corners):
        return None
    canvas = Image.new("1", mask.shape[::-1])
    ImageDraw.Draw(canvas).polygon([(float(x), float(y)) for x, y in corners], fill=1)
    covered = np.asarray(canvas)
    fit = float((covered & mask).sum() / max((covered | mask).sum(), 1))
    if fit < _FIT:
        return None
    return _Region(_from_upper_left(corners), fit**4 * _separation(light, mask) * float(np.sqrt(share)))


def _stands_out(light: Floats, hue: Floats, mask: Mask, corners: Corners) -> bool:
    """Return whether a region is on something darker, and no lit part of a sheet that fills the picture."""
    contrast = np.median(light[mask]) / max(float(np.median(light[~mask])), 1.0)
    shown = ((corners > 2) & (corners < np.array(mask.shape[::-1]) - 3)).all(axis=1).sum()
    if contrast < _CONTRAST or not shown:
        return False
    other_hue = abs(np.median(hue[mask], axis=0) - np.median(hue[~mask], axis=0)).max() > _HUE
    return bool(other_hue or contrast >= _SHADOW or shown > 2)


def _separation(light: Floats, mask: Mask) -> float:
    """Return the share of the variance of the light that lies between a region and the rest (Otsu's η).

    Of logarithms, in which a shadow on the sheet is less than the desk is darker.
    """
    logarithm, share = np.log(light + 8), float(mask.mean())
    between = share * (1 - share) * (logarithm[mask].mean() - logarithm[~mask].mean()) ** 2
    return float(between / max(float(logarithm.var()), 1e-9))


def _four_corners(mask: Mask) -> Corners | None:
    """Return the quadrilateral around a region that is hardly larger than its convex hull."""
    outline = mask & ~ndimage.binary_erosion(mask)
    points = np.argwhere(outline)[:, ::-1].astype(np.float64)
    try:
        corners: list[Corners] = list(points[ConvexHull(points).vertices])
    except QhullError:
        return None
    while len(corners) > 4:
        extended = [_without_edge(corners, edge) for edge in range(len(corners))]
        costs = [np.inf if found is None else found[1] for found in extended]
        cheapest = int(np.argmin(costs))
        found = extended[cheapest]
        if found is None:
            return None
        after = (cheapest + 1) % len(corners)
        corners[cheapest] = found[0]
        del corners[after]
    return np.array(corners) if len(corners) == 4 else None


def _without_edge(corners: list[Corners], edge: int) -> tuple[Corners, float] | None:
    """Return where the neighbors of an edge meet, and the area that this adds; None if they do not."""
    count = len(corners)
    a, b = corners[edge - 1], corners[edge]
    c, d = corners[(edge + 1) % count], corners[(edge + 2) % count]
    along, back = b - a, c - d
    turn = along[0] * back[1] - along[1] * back[0]
    if abs(turn) < 1e-9:
        return None
    gap = c - b
    share = (gap[0] * back[1] - gap[1] * back[0]) / turn
    if share < 0:
        return None
    meeting = b + share * along
    area = abs((c - b)[0] * (meeting - b)[1] - (c - b)[1] * (meeting - b)[0]) / 2
    return meeting, float(area)


def _sides(corners: Corners) -> tuple[Corners, npt.NDArray[np.float64]]:
    """Return the way of length 1 from each corner to the next, and how far it is."""
    sides = np.roll(corners, -1, axis=0) - corners
    lengths: npt.NDArray[np.float64] = np.linalg.norm(sides, axis=1)
    return sides / np.maximum(lengths, 1e-9)[:, None], lengths


def _is_a_rectangle_from_aside(corners: Corners) -> bool:
    ways, lengths = _sides(corners)
    if lengths.min() < 0.15 * lengths.max():
        return False
    upright = abs((ways * np.roll(ways, -1, axis=0)).sum(axis=1)).max()
    parallel = abs(ways[:2, 0] * ways[2:, 1] - ways[:2, 1] * ways[2:, 0]).max()
    return bool(max(upright, parallel) <= _ASKEW)


def _from_upper_left(corners: Corners) -> Corners:
    """Return corners clockwise, from the one whose edge runs to the right by less than 45°."""
    x, y = corners.T
    if (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() < 0:
        corners = corners[::-1]
    start = int(np.argmax(_sides(corners)[0][:, 0]))
    return np.roll(corners, -start, axis=0)
