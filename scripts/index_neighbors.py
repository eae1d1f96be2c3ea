"""Make the index of the training digits for `core.drawing.neighbors`.

    python -m scripts.index_neighbors

writes ``data/neighbors.npz``; takes half a minute.
"""

import argparse

import numpy as np

from core.data import load_mnist
from core.drawing.hog import hog
from core.drawing.neighbors import COMPONENTS, FILE, ROUNDING_STEP


def main() -> None:
    """Reduce the training digits to their principal components, and write the file."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    features = hog(load_mnist().train_images)
    mean = features.mean(axis=0)
    features -= mean
    axes = np.linalg.eigh(features.T @ features)[1][:, : -COMPONENTS - 1 : -1]
    rounded = np.rint(features @ axes / ROUNDING_STEP).astype(np.int8)
    aside = FILE.with_suffix(".part.npz")
    np.savez_compressed(aside, mean=mean, axes=np.ascontiguousarray(axes), digits=rounded)
    aside.replace(FILE)
    print(f"{FILE.name}: {FILE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
