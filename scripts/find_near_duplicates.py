"""Find the near-duplicates among the training images for Explore.

    python -m scripts.find_near_duplicates

writes ``data/near_duplicates.npz``; takes a few minutes.
"""

import argparse

import numpy as np

from core.analysis.near_duplicates import FILE, find_near_duplicates
from core.data import load_mnist


def main() -> None:
    """Compare all training images with each other, and write the file."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    dataset = load_mnist()
    found = find_near_duplicates(dataset.train_images, dataset.train_labels)
    aside = FILE.with_suffix(".part.npz")
    np.savez_compressed(
        aside,
        same=found.same.astype(np.int32),
        different=found.different.astype(np.int32),
        typical=np.float32(found.typical),
    )
    aside.replace(FILE)
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
