"""Describe the training digits for `core.drawing.neighbors`, and write ``data/likeness.npz``."""

import numpy as np

from core.data import load_mnist
from core.drawing.hog import slopes
from core.drawing.neighbors import _COMPONENTS, _STEP, FILE


def main() -> None:
    """Describe the training digits and write the file."""
    described = slopes(load_mnist().train_images)
    mean = described.mean(axis=0)
    described -= mean
    axes = np.linalg.eigh(described.T @ described)[1][:, : -_COMPONENTS - 1 : -1]
    rounded = np.rint(described @ axes / _STEP).astype(np.int8)
    aside = FILE.with_suffix(".part.npz")
    np.savez_compressed(aside, mean=mean, axes=np.ascontiguousarray(axes), digits=rounded)
    aside.replace(FILE)
    print(f"{FILE.name}: {FILE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
