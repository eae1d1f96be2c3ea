"""Train a recipe into the store, as Train does, with a progress bar."""

import dataclasses
import secrets
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Self

from core.commands.terminal import CommandError, ProgressBar, as_json, load_tensorflow, say, say_json
from core.hyperparameters.validation import RecipeError
from core.jobs.queue import RunQueue
from core.jobs.scheduler import new_worker_id
from core.jobs.worker import train_run
from core.presets import PRESET_INFO, PRESETS
from core.recipe import Recipe
from core.store.run import Run, RunState
from core.store.runs import MAX_NAME, RunStore

# How often it looks into the store how far the training is.
LOOK_SECONDS = 0.2
# What Runs shows as the student.
_NICKNAME = "Command line"
_MAX_RECIPE_BYTES = 100_000


def recipe_of(preset: str | None, file: Path | None, epochs: int | None, seed: int | None) -> Recipe:
    """Return the recipe of a preset or of a JSON file, with other epochs and another seed.

    Raises
    ------
    CommandError
        If it cannot be read or trained.
    """
    if preset is not None and file is not None:
        raise CommandError("Choose either a preset or a file with a recipe.")
    try:
        recipe = Recipe.from_json(_read(file)) if file else PRESETS[preset or "article"]
        return dataclasses.replace(
            recipe,
            epochs=recipe.epochs if epochs is None else epochs,
            seed=recipe.seed if seed is None else seed,
        )
    except (RecipeError, TypeError) as error:
        raise CommandError(str(error)) from error


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > _MAX_RECIPE_BYTES:
            raise CommandError(f"{file} is too large for a recipe.")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read. Give a text file that holds a recipe as JSON.") from error


def train_command(store: RunStore, recipe: Recipe, name: str, *, json: bool) -> int:
    """Queue a run, train it here unless a worker of this store has taken it, and say what came of it."""
    name = " ".join(name.split())
    if len(name) > MAX_NAME:
        raise CommandError(f"A name can have at most {MAX_NAME} characters.")
    load_tensorflow()
    queue = RunQueue(store)
    # Nobody on the pages is this owner: a run of the command line is for looking, not for changing.
    owner = secrets.token_hex(16)
    with _FirstCtrlC() as ctrl_c:
        run = queue.enqueue(recipe, owner, name or _title(recipe), _NICKNAME)
        lease = queue.lease(new_worker_id(), run.id)
        training = threading.Thread(target=train_run, args=(lease,), daemon=True) if lease else None
        if training:
            training.start()
        run = _watch(store, queue, run, ctrl_c)
        if training:
            training.join()
    if json:
        say_json(as_json(run))
    elif run.test_accuracy is not None:
        say(f"Run {run.number} ({run.id}): test accuracy {run.test_accuracy:.2%}, {run.seconds:.1f} s.")
    if run.failure:
        sys.stderr.write(f"{run.failure}\n")
    return 0 if run.state in (RunState.FINISHED, RunState.STOPPED) else 1


def _title(recipe: Recipe) -> str:
    """Return what Train would call a run of this recipe."""
    for name, preset in PRESETS.items():
        if dataclasses.replace(recipe, epochs=preset.epochs, seed=preset.seed) == preset:
            return PRESET_INFO[name].title
    return "My network"


class _FirstCtrlC:
    """Notes the first Ctrl+C, wherever it comes; only the second one raises `KeyboardInterrupt`."""

    pressed = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, _: int, __: FrameType | None) -> None:
        self.pressed = True
        signal.signal(signal.SIGINT, self._before)


def _watch(store: RunStore, queue: RunQueue, run: Run, ctrl_c: _FirstCtrlC) -> Run:
    """Show how far a run is until it has ended; Ctrl+C stops it, and what it learned is kept."""
    bar, told = ProgressBar(sys.stderr), False
    while run.state.active:
        if ctrl_c.pressed and not told:
            told = True
            queue.stop(run.id, run.owner)
            sys.stderr.write("\nStopping. What it has learned is kept. Ctrl+C again ends at once.\n")
        bar.show(run.progress, _news(store, run))
        time.sleep(LOOK_SECONDS)
        run = store.get(run.id)
    bar.show(run.progress, _news(store, run))
    bar.end()
    return run


def _news(store: RunStore, run: Run) -> str:
    if run.state is RunState.QUEUED:
        return "queued"
    history = store.history(run.id)
    text = f"epoch {len(history)} of {run.recipe.epochs}"
    return f"{text}  training accuracy {history[-1].accuracy:.2%}" if history else text
