"""What the commands share: a run by its name, text for a terminal, and what is written where."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from core.presets import PRESETS
from core.store.run import Run, RunError
from core.store.runs import RunStore

_BAR = 30


class CommandError(Exception):
    """Raised when a command cannot do what it was asked for. The message says what to change."""


def find(store: RunStore, name: str) -> Run:
    """Return a run by its id, or a bundled one by its preset.

    Raises
    ------
    CommandError
        If there is none.
    """
    try:
        return store.get(name)
    except RunError as error:
        presets = ", ".join(PRESETS)
        raise CommandError(
            f"There is no run “{plain(name)[:40]}” here. Take an id that `python -m core runs` lists, "
            f"or a preset: {presets}."
        ) from error


def plain(text: str) -> str:
    """Return a text that a terminal takes for nothing but text: no colors, no other line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def say(text: str) -> None:
    """Write a line of the result."""
    print(text)


def say_json(value: Any) -> None:
    """Write the result for programs."""
    say(json.dumps(value, indent=2))


def as_json(run: Run) -> dict[str, Any]:
    """Return what programs may know of a run: not its owner, who controls it."""
    return {
        "id": run.id,
        "number": run.number,
        "name": run.name,
        "nickname": run.nickname,
        "note": run.note,
        "state": run.state.value,
        "created": run.created,
        "recipe": json.loads(run.recipe.to_json()),
        "epochs_done": run.epochs_done,
        "seconds": run.seconds,
        "train_accuracy": run.train_accuracy,
        "test_accuracy": run.test_accuracy,
        "has_model": run.has_model,
        "failure": run.failure,
    }


def load_tensorflow() -> None:
    """Load TensorFlow without what its libraries write at that moment, which no setting turns off.

    Raises
    ------
    TensorFlowLoadError
    """
    from core.jobs.tensorflow_loader import tensorflow_loader

    with _no_errors_written():
        tensorflow_loader.load()


@contextlib.contextmanager
def _no_errors_written() -> Iterator[None]:
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class ProgressBar:
    """One line that is written over on a terminal; elsewhere, a line for each new text.

    Parameters
    ----------
    stream : file
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._on_terminal = stream.isatty()
        self._last = ""
        self._signs = "█·"
        try:
            self._signs.encode(stream.encoding or "utf-8")
        except UnicodeEncodeError:
            self._signs = "#."

    def show(self, share: float, text: str) -> None:
        """Show how much is done, 0 to 1, and what is known of it."""
        if self._on_terminal:
            done = round(share * _BAR)
            bar = self._signs[0] * done + self._signs[1] * (_BAR - done)
            self._stream.write(f"\r\x1b[K[{bar}] {share:4.0%}  {text}")
        elif text != self._last:
            self._stream.write(f"{text}\n")
        self._last = text
        self._stream.flush()

    def end(self) -> None:
        """Leave the line as it is."""
        if self._on_terminal and self._last:
            self._stream.write("\n")
