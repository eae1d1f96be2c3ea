"""Arrange test digits by t-SNE, as pixels and as each layer of the bundled networks sees them.

    python -m scripts.map_digits

writes ``data/maps.npz`` for `core.inspection.layer_map`; takes five minutes on one core.
"""

import argparse

import numpy as np

from core.data import load_mnist, sample_indices
from core.inspection.layer_map import FILE, PIXELS, POINTS, SEED, layer_values, map_key, stages, tsne
from core.inspection.network import read_network
from core.store.runs import RunStore


def main() -> None:
    """Arrange the digits, and write the file."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    dataset, store, maps = load_mnist(), RunStore(), {}
    images = dataset.test_images[sample_indices(dataset.test_labels, POINTS, SEED)]
    for run in store.bundled():
        network = read_network(store.load_model(run.id))
        for stage in stages(network):
            key = map_key(network, stage)
            if key not in maps:
                maps[key] = tsne(layer_values(network, stage, images)).astype(np.float16)
                print(f"{'all' if stage == PIXELS else run.id}: {stage}")
    aside = FILE.with_suffix(".part.npz")
    np.savez_compressed(aside, names=np.array(list(maps)), points=np.stack(list(maps.values())))
    aside.replace(FILE)
    print(f"{FILE.name}: {len(maps)} maps, {FILE.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
