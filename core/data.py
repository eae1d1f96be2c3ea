"""MNIST in memory: loaded once, checked against the published checksums, read-only."""

import hashlib
import json
import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]
Writers = npt.NDArray[np.uint16]

CLASS_NAMES = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
CLASSES = len(CLASS_NAMES)
IMAGE_SIZE = 28
MAX_PIXEL = 255
TRAINING_IMAGES = 60_000
TEST_IMAGES = 10_000
# TensorFlow copies what does not begin at a multiple of so many bytes: see `core.pipeline`.
ALIGNMENT = 64

_ROOT = Path(__file__).resolve().parent.parent
DATA_FILE = _ROOT / "data" / "mnist.npz"
WRITERS_FILE = DATA_FILE.with_name("mnist_writers.npz")
# NIST numbered the Census Bureau employees below and the high-school students from here.
FIRST_STUDENT = 2100

# MD5 sums of the four uncompressed IDX files as published with the database
# (LeCun, Cortes and Burges, "The MNIST database of handwritten digits").
_IDX_MD5 = {
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}
# MD5 sums of the writers' numbers as little-endian uint16 (see data/README.md).
_WRITERS_MD5 = {
    "train_writer": "36523d6f5f6a64adcadf38156f57f35b",
    "test_writer": "0e1c9095d2bce6b1d0161d4cd483b67f",
}

_load_lock = threading.Lock()
_log = logging.getLogger(__name__)


class DataError(Exception):
    """Raised when data that come with Digit Lab cannot be loaded. The message says what to do about it."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """The MNIST images and labels, as read-only ``uint8`` arrays, and who wrote them.

    Attributes
    ----------
    train_images : ndarray of uint8, shape (60000, 28, 28)
        Pixel values 0 (background) to 255 (full ink).
    train_labels : ndarray of uint8, shape (60000,)
        Digits 0 to 9.
    test_images : ndarray of uint8, shape (10000, 28, 28)
    test_labels : ndarray of uint8, shape (10000,)
    train_writers : ndarray of uint16, shape (60000,), or None
        The number of each digit's writer in NIST's forms; from `FIRST_STUDENT` on they are
        high-school students, below Census Bureau employees. None if that is not known.
    test_writers : ndarray of uint16, shape (10000,), or None
    """

    train_images: Images
    train_labels: Labels
    test_images: Images
    test_labels: Labels
    train_writers: Writers | None = None
    test_writers: Writers | None = None


def load_mnist(path: Path = DATA_FILE) -> Dataset:
    """Return MNIST, loaded once in each process.

    The bundled file is read and its checksums are compared with the published
    ones. If it is missing or damaged, Keras' own ``load_data`` is tried, which
    needs a network or an earlier download. Who wrote the digits comes from
    ``data/mnist_writers.npz``; without that file, everything else works.

    Parameters
    ----------
    path : Path
        A NumPy archive with the arrays ``x_train``, ``y_train``, ``x_test``
        and ``y_test``.

    Returns
    -------
    Dataset
        The same object at every call with the same path, so all callers share one copy.

    Raises
    ------
    DataError
        If neither source gives the published data.

    Examples
    --------
    >>> mnist = load_mnist()
    >>> mnist.train_images.shape, mnist.train_images.dtype
    ((60000, 28, 28), dtype('uint8'))
    >>> mnist.train_labels[:5].tolist()
    [5, 0, 4, 1, 9]
    """
    with _load_lock:
        return _load(path)


@lru_cache(maxsize=1)
def _load(path: Path) -> Dataset:
    try:
        arrays: Mapping[str, npt.NDArray[np.uint8]] = _read_archive(path, _IDX_MD5)
        _check(arrays)
    except DataError as bundled_error:
        try:
            arrays = _download_with_keras()
            _check(arrays)
        except Exception as download_error:
            message = (
                f"{bundled_error} Downloading MNIST with Keras did not work either. "
                f"{_restore(DATA_FILE)} Then reload this page."
            )
            raise DataError(message) from download_error
    arrays = {name: _aligned(array) for name, array in arrays.items()}
    writers = _read_writers(WRITERS_FILE)
    return Dataset(arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"], *writers)


def _aligned(array: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return a read-only copy that begins at a multiple of `ALIGNMENT`."""
    room = np.empty(array.size + ALIGNMENT, np.uint8)
    start = -room.ctypes.data % ALIGNMENT
    aligned = room[start : start + array.size].reshape(array.shape)
    aligned[...] = array
    aligned.setflags(write=False)
    return aligned


def _read_writers(path: Path) -> tuple[Writers | None, Writers | None]:
    """Return who wrote the training and the test digits; None for both where it cannot be told."""
    try:
        arrays = _read_archive(path, _WRITERS_MD5)
    except DataError as error:
        _log.warning("%s It is not known who wrote the digits. %s", error, _restore(path))
        return None, None
    for name, expected in _WRITERS_MD5.items():
        content = arrays[name].astype("<u2").tobytes()
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != expected:
            _log.warning("The data file %s does not match MNIST. %s", path.name, _restore(path))
            return None, None
        arrays[name].setflags(write=False)
    return arrays["train_writer"], arrays["test_writer"]


def is_student(writers: Writers) -> npt.NDArray[np.bool_]:
    """Return which of the writers are high-school students; the others are Census Bureau employees.

    Examples
    --------
    >>> mnist = load_mnist()
    >>> int(is_student(mnist.train_writers).sum()), int(is_student(mnist.test_writers).sum())
    (29050, 5001)
    """
    return writers >= FIRST_STUDENT


def read_arrays(path: Path, shapes: Mapping[str, tuple[int | None, ...]]) -> list[npt.NDArray[Any]]:
    """Return the arrays of a NumPy archive that comes with Digit Lab, in the order of their names.

    Parameters
    ----------
    path : Path
    shapes : mapping of str to tuple of int
        The shape of each array by its name; None for any length.

    Raises
    ------
    DataError
        If the file is missing or damaged, or if an array has another shape.
    """
    try:
        arrays = _read_archive(path, shapes)
    except DataError as error:
        raise DataError(f"{error} {_restore(path)}") from error
    if not all(_has_shape(arrays[name], shape) for name, shape in shapes.items()):
        raise damaged(path)
    return list(arrays.values())


def _has_shape(array: npt.NDArray[Any], shape: tuple[int | None, ...]) -> bool:
    return array.ndim == len(shape) and all(
        wanted in (None, length) for wanted, length in zip(shape, array.shape, strict=True)
    )


def read_json(path: Path) -> Any:
    """Return what is in a JSON file that comes with Digit Lab.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise damaged(path) from error


def read_text(path: Path) -> str:
    """Return a text that comes with Digit Lab. Raises `DataError` if its file is missing or damaged."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError(f"The data file {path.name} is missing. {_restore(path)}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise damaged(path) from error


def damaged(path: Path) -> DataError:
    """Return what to raise of a file that comes with Digit Lab, and cannot be read."""
    return DataError(f"The data file {path.name} is damaged. {_restore(path)}")


def _read_archive(path: Path, names: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in names}
    except FileNotFoundError as error:
        raise DataError(f"The data file {path.name} is missing.") from error
    except Exception as error:
        # What zipfile, zlib and NumPy raise at a damaged file is of a dozen types.
        raise DataError(f"The data file {path.name} is damaged.") from error


def _restore(path: Path) -> str:
    inside = path.is_relative_to(_ROOT)
    file = path.relative_to(_ROOT).as_posix() if inside else f"{path.parent.name}/{path.name}"
    # As code: Markdown would make one dash of the two hyphens.
    return f"Restore it from the repository: `git checkout -- {file}`."


def _download_with_keras() -> Mapping[str, npt.NDArray[np.uint8]]:
    # Imported here because Keras brings TensorFlow, which nobody needs to load a file.
    from keras.datasets import mnist

    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def _check(arrays: Mapping[str, npt.NDArray[np.uint8]]) -> None:
    for name, expected in _IDX_MD5.items():
        if arrays[name].dtype != np.uint8 or _idx_md5(arrays[name]) != expected:
            raise DataError(f"The array {name} of MNIST differs from the published data.")


def _idx_md5(array: npt.NDArray[np.uint8]) -> str:
    """MD5 of an array as an IDX file: two zero bytes, type 8, rank, the sizes, the bytes."""
    header = bytes([0, 0, 8, array.ndim])
    header += b"".join(size.to_bytes(4, "big") for size in array.shape)
    digest = hashlib.md5(header, usedforsecurity=False)
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def sample_indices(labels: Labels, count: int, seed: int, digit: int | None = None) -> npt.NDArray[np.int64]:
    """Return the indices of a random sample of images, without repeats.

    Parameters
    ----------
    labels : ndarray of uint8, shape (n,)
    count : int
        How many; fewer come back if there are fewer images.
    seed : int
        The same seed chooses the same images.
    digit : int, optional
        Choose among the images of this class only.

    Returns
    -------
    ndarray of int64, shape (count,)
        Indices into ``labels``.
    """
    pool = np.arange(len(labels)) if digit is None else np.flatnonzero(labels == digit)
    rng = np.random.default_rng(seed)
    chosen: npt.NDArray[np.int64] = rng.choice(pool, size=min(count, len(pool)), replace=False)
    return chosen
