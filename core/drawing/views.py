"""A digit seen in other ways: turned, slanted, made wider or narrower by as little as hands differ.

Few digits that a network misreads stay what they are in all of these views: see Bahat and Shakhnarovich,
"Confidence from Invariance to Image Transformations" (2018).
"""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from core.data import Images
from core.evaluation import Model, predict
from core.ink import CENTER

# How a digit is seen: turned by degrees, slanted (a column for each row), and made wider.
_VIEWS = (
    (0.0, 0.0, 1.0),
    (-10.0, 0.0, 1.0),
    (10.0, 0.0, 1.0),
    (0.0, -0.25, 1.0),
    (0.0, 0.25, 1.0),
    (0.0, 0.0, 0.8),
    (0.0, 0.0, 1.2),
)


def probability_in_views(
    model: Model, images: Images, digits: npt.NDArray[np.integer]
) -> npt.NDArray[np.float64]:
    """Return the mean probability that the network gives to a digit over all views of it.

    Parameters
    ----------
    model : keras.Model
    images : ndarray of uint8, shape (n, 28, 28)
    digits : ndarray of int, shape (n,)
        What each was read as.

    Returns
    -------
    ndarray of float64, shape (n,)
        0 to 1.
    """
    views = np.concatenate([_view(images, *view) for view in _VIEWS])
    probabilities = predict(model, views).reshape(len(_VIEWS), len(images), -1)
    mean: npt.NDArray[np.float64] = probabilities[:, np.arange(len(images)), digits].mean(
        axis=0, dtype=np.float64
    )
    return mean


def _view(images: Images, degrees: float, slant: float, width: float) -> Images:
    """Return digits turned clockwise, slanted and widened around their center of mass."""
    angle = np.radians(degrees)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = np.eye(3)
    matrix[1:, 1:] = turned @ np.array([[1, 0], [slant, 1 / width]])
    middle = np.array([0, CENTER - 0.5, CENTER - 0.5])
    seen: Images = ndimage.affine_transform(images, matrix, middle - matrix @ middle, order=1)
    return seen
