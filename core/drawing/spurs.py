"""Spurs: what is left on a digit of the line that linked it to its neighbor, once they are cut apart.

A spur leads from the cut to where it meets the strokes of the digit, and is as wide as the pen all
the way. Whether it is one, or the end of a two, is known only once both have been read: see
`core.drawing.number`.
"""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

# A link crosses a cut in no more than this many widths of the pen; digits that touch do so for longer.
_CROSSING = 1.8
# A spur meets a stroke where the way gets wider than this share of what it was.
_WIDER = 1.6
# Shorter spurs do no harm, in widths of the pen.
_SHORTEST = 0.5
# It is looked for in a picture in which the pen is about so many pixels wide.
_PEN = 6
_CROSS, _SQUARE = ndimage.generate_binary_structure(2, 1), np.ones((3, 3), dtype=bool)

Mask = npt.NDArray[np.bool_]


def find_spurs(own: Mask, other: Mask, pen: float, reach: float) -> Mask:
    """Return which pixels of some ink are spurs of links to other ink that it was cut from.

    Parameters
    ----------
    own, other : ndarray of bool, shape (height, width)
    pen : float
        Width of the strokes, in pixels.
    reach : float
        A longer way is no spur, in pixels.
    """
    spurs = np.zeros(own.shape, dtype=bool)
    contacts, _ = ndimage.label(own & ndimage.binary_dilation(other, _CROSS), _SQUARE)
    for number, place in enumerate(ndimage.find_objects(contacts), 1):
        if max(side.stop - side.start for side in place) > _CROSSING * pen:
            continue
        window = tuple(slice(max(0, side.start - round(reach)), side.stop + round(reach)) for side in place)
        spurs[window] |= _spur(own[window], contacts[window] == number, pen, reach)
    return spurs


def _spur(own: Mask, contact: Mask, pen: float, reach: float) -> Mask:
    """Return the way from a contact to the strokes of a digit; nothing if it does not meet any."""
    factor = max(1, round(pen / _PEN))
    small = own[::factor, ::factor]
    way = np.zeros_like(small)
    rows, columns = np.nonzero(contact)
    way[rows // factor, columns // factor] = True
    way &= small
    widths: list[int] = []
    for step in range(round(reach / factor)):
        grown = ndimage.binary_dilation(way, _CROSS if step % 2 else _SQUARE, mask=small)
        width = int(grown.sum() - way.sum())
        if not width:
            break
        if len(widths) >= _SHORTEST * pen / factor and width > _WIDER * np.median(widths):
            large = np.repeat(np.repeat(way, factor, axis=0), factor, axis=1)
            return large[: own.shape[0], : own.shape[1]] & own
        widths.append(width)
        way = grown
    return np.zeros_like(own)
