"""What strokes do in each place of a picture, whatever a network says about it."""

import functools

import numpy as np
import numpy.typing as npt

from core.data import IMAGE_SIZE, Images

# Slopes are added up around 7×7 places, 4 pixels apart, with a Gaussian window.
_PLACES = 7
_WINDOW = 1.5
_DIRECTIONS = 8
# Images at a time: the arrays of a step stay small.
_BLOCK = 250

Floats = npt.NDArray[np.float32]


@functools.cache
def _windows() -> Floats:
    """Weights of 28 pixels in 7 places, along either side."""
    step = IMAGE_SIZE / _PLACES
    centres = step * (np.arange(_PLACES) + 0.5) - 0.5
    along = np.exp(-((np.arange(IMAGE_SIZE)[:, np.newaxis] - centres) ** 2) / (2 * _WINDOW**2))
    weights: Floats = (along / along.sum(axis=0)).astype(np.float32)
    return weights


def slopes(images: Images) -> Floats:
    """Describe pictures by how steep they are, in eight directions at 49 places.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of float32, shape (n, 392)
        Square roots of the slopes, each row of length 1 (all 0 for a picture without ink): a
        simple form of the histograms of oriented gradients of Dalal and Triggs (2005).
    """
    rows = [_slopes(images[start : start + _BLOCK]) for start in range(0, len(images), _BLOCK)]
    return np.concatenate(rows) if rows else np.zeros((0, _DIRECTIONS * _PLACES**2), dtype=np.float32)


def _slopes(images: Images) -> Floats:
    ink = np.pad(images, ((0, 0), (1, 1), (1, 1))).astype(np.float32)
    across, down = ink[:, 1:-1, 2:] - ink[:, 1:-1, :-2], ink[:, 2:, 1:-1] - ink[:, :-2, 1:-1]
    angles = 2 * np.pi * np.arange(_DIRECTIONS // 2, dtype=np.float32) / _DIRECTIONS
    steep = np.stack([np.cos(angle) * across + np.sin(angle) * down for angle in angles], axis=1)
    # The other four directions are opposite to these.
    steep = np.maximum(np.concatenate([steep, -steep], axis=1), 0)
    added = (steep @ _windows()).swapaxes(2, 3) @ _windows()
    roots: Floats = np.sqrt(added.swapaxes(2, 3).reshape(len(images), -1))
    roots /= np.maximum(np.linalg.norm(roots, axis=1, keepdims=True), 1e-9)
    return roots
