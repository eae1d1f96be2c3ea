"""Train the presets and write the bundled models: ``python -m scripts.train_presets [preset …]``."""

import argparse
import dataclasses
import logging
import tempfile

from core.jobs.queue import RunQueue
from core.jobs.worker import train_run
from core.presets import PRESET_INFO, PRESETS
from core.store.bundled import BUNDLED_FOLDER, BundledRun
from core.store.queries import checksum
from core.store.run import RunState
from core.store.runs import RunStore


def bundle(preset: str) -> BundledRun:
    """Train one preset and write its network and its card to ``models/``."""
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as folder:
        store = RunStore(f"sqlite:///{folder}/runs.db")
        queue = RunQueue(store)
        queue.enqueue(PRESETS[preset], owner="bundle", name=PRESET_INFO[preset].title)
        lease = queue.lease("bundle")
        assert lease
        train_run(lease)
        run, history = store.get(lease.run.id), store.history(lease.run.id)
        if run.state is not RunState.FINISHED:
            raise SystemExit(run.failure)
        network = store.model_file(run.id)
        store.database.close()
    card = BundledRun(dataclasses.replace(run, id=preset), history, checksum(network))
    BUNDLED_FOLDER.mkdir(exist_ok=True)
    (BUNDLED_FOLDER / f"{preset}.keras.part").write_bytes(network)
    (BUNDLED_FOLDER / f"{preset}.json.part").write_text(card.to_json(), encoding="utf-8")
    for kind in ("keras", "json"):
        (BUNDLED_FOLDER / f"{preset}.{kind}.part").replace(BUNDLED_FOLDER / f"{preset}.{kind}")
    return card


def main() -> None:
    """Train the presets named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*", metavar="preset", default=list(PRESETS))
    logging.basicConfig(level=logging.INFO)
    for preset in parser.parse_args().presets:
        run = bundle(preset).run
        print(
            f"{run.name}: train {run.train_accuracy:.2%}, test {run.test_accuracy:.2%}, {run.seconds:.0f} s"
        )


if __name__ == "__main__":
    main()
