"""Train the presets and write the bundled models: ``python -m core.bundle [preset …]``."""

import argparse
import dataclasses
import logging
import shutil

from core.jobs import Trainer
from core.recipe import LESSONS, PRESETS
from core.runs import BUNDLED_FOLDER, Run, RunState, RunStore


def bundle(preset: str) -> Run:
    """Train one preset and write its network and its card to ``models/``."""
    store = RunStore()
    trainer = Trainer(store)
    submitted = trainer.submit(PRESETS[preset], owner="bundle", name=LESSONS[preset].title)
    trainer.join()
    run = store.get(submitted.id)
    if run.state is not RunState.FINISHED:
        raise SystemExit(run.failure)
    BUNDLED_FOLDER.mkdir(exist_ok=True)
    card = dataclasses.replace(run, id=preset, owner="")
    shutil.copyfile(store.model_path(run.id), BUNDLED_FOLDER / f"{preset}.keras.part")
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
        run = bundle(preset)
        seconds = sum(epoch.seconds for epoch in run.history)
        print(f"{run.name}: train {run.train_accuracy:.2%}, test {run.test_accuracy:.2%}, {seconds:.0f} s")


if __name__ == "__main__":
    main()
