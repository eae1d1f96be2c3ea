"""Digits drawn by rule, in forms that MNIST hardly has: a nine with a flat loop, a five whose bar lies apart.

`core.augmentation.allographs` adds a stroke to a digit of MNIST. Other forms are other strokes altogether:
`scripts.characters` says how they are written, and `scripts.draw_digits` draws them.
"""

import functools
from pathlib import Path

import numpy as np
import tensorflow as tf

from core.augmentation.distance_fields import signed_distance_fields
from core.data import IMAGE_SIZE, Images, read_arrays

FILE = Path(__file__).resolve().parents[2] / "data" / "drawn_digits.npz"
# Drawings of each digit.
OF_EACH = 400


def load_drawn_digits(file: Path = FILE) -> Images:
    """Return the drawings, those of 0 first.

    Returns
    -------
    ndarray of uint8, shape (10, 400, 28, 28)
        In MNIST's form.

    Raises
    ------
    DataError
        If their file, which ``python -m scripts.draw_digits`` makes, is missing or damaged.
    """
    (images,) = read_arrays(file, {"images": (10, OF_EACH, IMAGE_SIZE, IMAGE_SIZE)})
    drawn: Images = images.astype(np.uint8)
    return drawn


@functools.lru_cache(maxsize=1)
def drawn_fields() -> tf.Tensor:
    """Return their signed distance fields, a tensor of int8, shape (4000, 28, 28); it is kept, 3 MB.

    Raises
    ------
    DataError
        As `load_drawn_digits`.
    """
    fields = signed_distance_fields(load_drawn_digits().reshape(-1, IMAGE_SIZE, IMAGE_SIZE))
    # Outside the graph that is being built: of an array, a graph keeps copies, 40 MB.
    with tf.init_scope():
        return tf.constant(fields)
