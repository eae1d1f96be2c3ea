"""Convolutions in NumPy, for small networks that answer where TensorFlow is not loaded."""

import itertools

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def convolve(images: Floats, kernel: Floats, bias: Floats, stride: int = 1) -> Floats:
    """Return the sums under a kernel, with zeros around the images, as Keras does with ``padding="same"``.

    Parameters
    ----------
    images : ndarray of float32, shape (n, rows, columns, channels)
    kernel : ndarray of float32, shape (side, side, channels, filters)
    bias : ndarray of float32, shape (filters,)
    stride : int, default 1
        Rows and columns from one place of the kernel to the next.

    Returns
    -------
    ndarray of float32, shape (n, ⌈rows / stride⌉, ⌈columns / stride⌉, filters)
    """
    side, *_, filters = kernel.shape
    rows, columns = (-(-length // stride) for length in images.shape[1:3])
    around = [
        max(0, (places - 1) * stride + side - length)
        for places, length in zip((rows, columns), images.shape[1:3], strict=True)
    ]
    padded = np.pad(images, [(0, 0), *((many // 2, many - many // 2) for many in around), (0, 0)])
    patches = np.concatenate(
        [
            padded[:, y : y + (rows - 1) * stride + 1 : stride, x : x + (columns - 1) * stride + 1 : stride]
            for y, x in itertools.product(range(side), repeat=2)
        ],
        axis=-1,
    )
    sums = patches.reshape(-1, patches.shape[-1]) @ kernel.reshape(-1, filters) + bias
    return sums.reshape(len(images), rows, columns, filters)
