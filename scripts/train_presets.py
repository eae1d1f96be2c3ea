"""Train the presets and write the bundled models: ``python -m scripts.train_presets [preset …]``.

With ``--snapshots``, the networks stay as they are, and get the snapshots of a training that ends in
these weights, but for rounding.
"""

import argparse
import dataclasses
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.history import Epoch
from core.jobs.queue import RunQueue
from core.jobs.worker import train_run
from core.model import weights_by_layer
from core.presets import PRESET_INFO, PRESETS
from core.recipe import Recipe
from core.snapshot import Snapshot, pack
from core.store.bundled import (
    BUNDLED_FOLDER,
    BundledRun,
    network_path,
    pack_snapshots,
    read_cards,
    read_network,
    snapshots_path,
)
from core.store.networks import open_network
from core.store.queries import checksum
from core.store.run import Run, RunState
from core.store.runs import RunStore
from core.store.snapshots import read_snapshot, snapshot_epochs

# The Time machine works at the first visit, with the network that Inside begins with. Each of these
# files is larger than all networks together.
WITH_SNAPSHOTS = ("article",)
# Two processors sum in another order: that far apart are the weights of the same training. Rounding
# to float16 changes them by up to a hundred times as much.
ROUNDING = 1e-5


@dataclasses.dataclass(frozen=True)
class Trained:
    """What a training leaves in its store."""

    run: Run
    history: tuple[Epoch, ...]
    network: bytes
    snapshots: tuple[Snapshot, ...]


def train_preset(preset: str, recipe: Recipe) -> Trained:
    """Train the recipe of one preset, as a visitor would."""
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as folder:
        store = RunStore(f"sqlite:///{folder}/runs.db")
        queue = RunQueue(store)
        queue.enqueue(recipe, owner="bundle", name=PRESET_INFO[preset].title)
        lease = queue.lease("bundle")
        assert lease
        train_run(lease)
        run, history = store.get(lease.run.id), store.history(lease.run.id)
        if run.state is not RunState.FINISHED:
            raise SystemExit(run.failure)
        network = store.model_file(run.id)
        epochs = snapshot_epochs(store, run)
        snapshots = tuple(Snapshot(epoch, read_snapshot(store, run, epoch)) for epoch in epochs)
        store.database.close()
    return Trained(dataclasses.replace(run, id=preset), history, network, snapshots)


def bundle(preset: str) -> BundledRun:
    """Train one preset and write its network, its card and its snapshots to ``models/``."""
    trained = train_preset(preset, PRESETS[preset])
    card = BundledRun(trained.run, trained.history, checksum(trained.network))
    BUNDLED_FOLDER.mkdir(exist_ok=True)
    _write(network_path(BUNDLED_FOLDER, card), trained.network)
    _write_card(card, trained.snapshots if preset in WITH_SNAPSHOTS else ())
    return card


def add_snapshots(preset: str) -> BundledRun:
    """Train one preset again, and add its snapshots if it ends in the weights of the bundled network."""
    card = read_cards(BUNDLED_FOLDER)[preset]
    recipe = dataclasses.replace(card.run.recipe, precision=card.run.versions["precision"])
    trained, network = train_preset(preset, recipe), open_network(read_network(BUNDLED_FOLDER, card))
    again = open_network(trained.network).get_weights()
    pairs = zip(network.get_weights(), again, strict=True)
    difference = max(float(np.abs(bundled - other).max()) for bundled, other in pairs)
    if difference > ROUNDING:
        raise SystemExit(f"{preset} was trained to other weights: they differ by up to {difference:.1e}.")
    last = Snapshot(card.run.epochs_done, pack(weights_by_layer(network)))
    _write_card(card, (*trained.snapshots[:-1], last))
    print(f"{preset}: the weights of both trainings differ by at most {difference:.1e}.")
    return card


def _write_card(card: BundledRun, snapshots: Sequence[Snapshot]) -> None:
    """Write a card, and before it the snapshots whose checksum it has."""
    path = snapshots_path(BUNDLED_FOLDER, card)
    if snapshots:
        content = pack_snapshots(snapshots)
        _write(path, content)
        card = dataclasses.replace(card, snapshots_sha256=checksum(content))
    _write(path.with_name(f"{card.run.id}.json"), card.to_json().encode())


def _write(path: Path, content: bytes) -> None:
    """Write a file aside first, so that it is never half there."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def main() -> None:
    """Train the presets named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*", metavar="preset", default=list(PRESETS))
    parser.add_argument("--snapshots", action="store_true", help="only add snapshots to the networks")
    logging.basicConfig(level=logging.INFO)
    arguments = parser.parse_args()
    for preset in arguments.presets:
        run = (add_snapshots if arguments.snapshots else bundle)(preset).run
        print(
            f"{run.name}: train {run.train_accuracy:.2%}, test {run.test_accuracy:.2%}, {run.seconds:.0f} s"
        )


if __name__ == "__main__":
    main()
