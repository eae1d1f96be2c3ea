"""Many images in two dimensions, as their pixels or as a layer sees them: PCA and t-SNE."""

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.data import DATA_FILE, IMAGE_SIZE, MAX_PIXEL, Images, Labels, read_arrays
from core.inspection.forward import forward
from core.inspection.network import Array, Network

Points = npt.NDArray[np.float32]

# The stage before the first layer.
PIXELS = "pixels"
# As many points a browser draws at once, and t-SNE arranges in a quarter of a minute.
POINTS = 2000
# Decides which of the test images they are.
SEED = 0
# Values of a layer for all points: fewer points where a layer has many, so that they take 32 MB.
_MAX_VALUES = 8_000_000
_BATCH_SIZE = 50
# t-SNE arranges this many principal components, as van der Maaten and Hinton did.
_COMPONENTS = 50
# Parts in which t-SNE is done, so that one sees it come along; each of so many steps.
PARTS = 4
_STEPS = 250
_LEARNING_RATE = 200.0
_NEIGHBORS = 5

# t-SNE of the pixels and of the bundled networks, made by scripts/map_digits.py.
FILE = DATA_FILE.with_name("maps.npz")


def stages(network: Network) -> tuple[str, ...]:
    """Return where images can be looked at on their way: as pixels, then after each layer with weights."""
    return (PIXELS, *(layer.name for layer in network.weighted))


def layer_values(network: Network, stage: str, images: Images) -> Array:
    """Return what a layer makes of images, one row for each.

    Parameters
    ----------
    network : Network
    stage : str
        One of `stages`.
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    ndarray of float32, shape (m, values)
        What the layer hands on to the next one: of a convolution, its feature maps after pooling;
        of the last layer the sums z, because the probabilities lie in ten corners. Of the first m
        images: fewer than n if a layer has so many values that they would need too much memory.
    """
    if stage == PIXELS:
        return images.reshape(len(images), IMAGE_SIZE**2) / np.float32(MAX_PIXEL)
    parts: list[Array] = []
    rows, start = len(images), 0
    while start < rows:
        part = _handed_on(network, stage, images[start : start + _BATCH_SIZE])
        rows = min(rows, _MAX_VALUES // part.shape[1])
        parts.append(part)
        start += len(part)
    return np.concatenate(parts)[:rows]


def _handed_on(network: Network, stage: str, images: Images) -> Array:
    names = [layer.name for layer in network.weighted]
    place = names.index(stage) + 1
    steps = forward(network, images.astype(np.float32))
    values = steps.step(names[place]).input if place < len(names) else steps.logits
    return values.reshape(len(values), -1)


def pca(values: Array) -> Points:
    """Return rows in the two directions in which they differ most: principal component analysis.

    Parameters
    ----------
    values : ndarray of float, shape (n, values)

    Returns
    -------
    ndarray of float32, shape (n, 2)
    """
    return _principal(values, 2)


def _principal(values: Array, components: int) -> Points:
    # Imported here because it takes a second, which nobody waits for who looks at no map.
    from sklearn.decomposition import PCA

    components = min(components, *values.shape)
    found = PCA(components, random_state=0).fit_transform(values).astype(np.float32)
    # A layer of one unit has one direction only.
    return np.pad(found, ((0, 0), (0, max(0, 2 - components))))


def tsne(values: Array, on_part: Callable[[int, Points], None] | None = None) -> Points:
    """Return rows so that those that are alike are side by side: t-SNE, by scikit-learn.

    Parameters
    ----------
    values : ndarray of float, shape (n, values)
        At least 100 rows.
    on_part : callable, optional
        Called after each of `PARTS` with its number, from 1, and the points as they are then.

    Returns
    -------
    ndarray of float32, shape (n, 2)
        Of their first 50 principal components (van der Maaten and Hinton, "Visualizing Data using
        t-SNE", 2008). Distances between groups mean little.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    reduced = _principal(values, _COMPONENTS)
    # Not of larger spread than scikit-learn's own start, or the first steps would tear it apart.
    points = reduced[:, :2] / max(float(reduced[:, 0].std()), 1e-12) * 1e-4
    for part in range(1, PARTS + 1):
        first = part == 1
        method = TSNE(
            2,
            init=points,
            max_iter=_STEPS,
            # Only at first groups are drawn together more than they should be, to find each other.
            early_exaggeration=12.0 if first else 1.0,
            learning_rate="auto" if first else _LEARNING_RATE,
            random_state=0,
        )
        # On one core: its threads wait for each other at each step, which is slower than one alone
        # where a training or a page needs the other core.
        with threadpool_limits(1, user_api="openmp"):
            points = method.fit_transform(reduced)
        if on_part:
            on_part(part, points)
    result: Points = points
    return result


def same_label_share(points: Points, labels: Labels) -> float:
    """Return how often the five nearest neighbors of a point have its label, 0 to 1."""
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=_NEIGHBORS + 1).fit(points).kneighbors(return_distance=False)
    return float((labels[found[:, :_NEIGHBORS]] == labels[:, np.newaxis]).mean())


def map_key(network: Network, stage: str) -> str:
    """Return a name for a layer's map: the same for the same weights and activations up to this layer."""
    if stage == PIXELS:
        return PIXELS
    digest = hashlib.sha256()
    for layer in network.weighted:
        digest.update(f"{layer.activation} {layer.kernel.shape}".encode())
        digest.update(np.ascontiguousarray(layer.kernel, dtype=np.float32).data)
        digest.update(np.ascontiguousarray(layer.bias, dtype=np.float32).data)
        if layer.name == stage:
            break
    return f"{stage}-{digest.hexdigest()[:16]}"


@lru_cache(maxsize=1)
def bundled_maps(path: Path = FILE) -> Mapping[str, Points]:
    """Return t-SNE of the pixels and of the layers of the bundled networks, by `map_key`.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    names, points = read_arrays(path, {"names": (None,), "points": (None, POINTS, 2)})
    return {str(name): one.astype(np.float32) for name, one in zip(names, points, strict=True)}
