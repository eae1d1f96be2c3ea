"""Histograms of oriented gradients (HOG): which way the strokes run in each cell of a picture.

A simple form of the features of Dalal and Triggs, "Histograms of Oriented Gradients for Human
Detection" (2005): gradients in eight directions, added up over a grid of cells that overlap
softly, with square roots and one normalization for the whole picture.
"""

import functools

import numpy as np
import numpy.typing as npt

from core.data import IMAGE_SIZE, Images

# Gradients are added up in 7×7 cells, 4 pixels apart, with a Gaussian window.
_CELLS = 7
_WINDOW = 1.5
_DIRECTIONS = 8
# Images at a time: the arrays of a step stay small.
_BLOCK = 250

Floats = npt.NDArray[np.float32]


@functools.cache
def _windows() -> Floats:
    """Return the weights of 28 pixels in 7 cells along one side, shape (28, 7)."""
    step = IMAGE_SIZE / _CELLS
    centers = step * (np.arange(_CELLS) + 0.5) - 0.5
    along = np.exp(-((np.arange(IMAGE_SIZE)[:, np.newaxis] - centers) ** 2) / (2 * _WINDOW**2))
    weights: Floats = (along / along.sum(axis=0)).astype(np.float32)
    return weights


def hog(images: Images) -> Floats:
    """Return the histograms of oriented gradients of each picture.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of float32, shape (n, 392)
        Square roots of the gradients in 8 directions and 49 cells. Each row has length 1, or is
        all 0 for a picture without ink.
    """
    rows = [_hog(images[start : start + _BLOCK]) for start in range(0, len(images), _BLOCK)]
    return np.concatenate(rows) if rows else np.zeros((0, _DIRECTIONS * _CELLS**2), dtype=np.float32)


def _hog(images: Images) -> Floats:
    ink = np.pad(images, ((0, 0), (1, 1), (1, 1))).astype(np.float32)
    across, down = ink[:, 1:-1, 2:] - ink[:, 1:-1, :-2], ink[:, 2:, 1:-1] - ink[:, :-2, 1:-1]
    angles = 2 * np.pi * np.arange(_DIRECTIONS // 2, dtype=np.float32) / _DIRECTIONS
    gradients = np.stack([np.cos(angle) * across + np.sin(angle) * down for angle in angles], axis=1)
    # The other four directions are opposite to these.
    gradients = np.maximum(np.concatenate([gradients, -gradients], axis=1), 0)
    cells = (gradients @ _windows()).swapaxes(2, 3) @ _windows()
    features: Floats = np.sqrt(cells.swapaxes(2, 3).reshape(len(images), -1))
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-9)
    return features
