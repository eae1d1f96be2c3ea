"""What the JSON text of a run bundle says, checked value by value: it may come from anybody."""

import json
import re
from typing import Any

from core.fine_tuning.outcome import FineTuning
from core.history import Epoch
from core.inspection.operation import Operation
from core.recipe import Recipe
from core.steering.control import MAX_CHANGES, RateChange
from core.store.run import RunState
from core.store.runs import MAX_NAME, MAX_NOTE

_VERSIONS = ("python", "keras", "tensorflow", "numpy", "precision")
_MAX_VERSION = 40
_LAYER = re.compile(r"(conv|hidden)_[1-4]")
_MAX_OFF = 4096
# All control characters but the end of a line, which a note may have.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_MAX_LOSS, _MAX_SECONDS = 1e30, 1e6


class CardError(ValueError):
    """Raised when a value in a bundle cannot be right. The message says which one."""


def read_card(text: bytes, kind: str, version: int) -> dict[str, Any]:
    """Return the fields of `core.export.run_bundle.RunBundle` but its weights.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError, RecursionError
        If it does not say what a run has.
    """
    card = json.loads(text)
    if card["format"] != kind:
        raise CardError("it is of another kind.")
    if card["version"] != version:
        raise CardError("it was made by another version of Digit Lab.")
    recipe = Recipe.from_json(json.dumps(card["recipe"]))
    if card["versions"].get("precision", "float32") not in ("float32", "bfloat16"):
        raise CardError("its precision is unknown.")
    return {
        "recipe": recipe,
        "state": RunState.STOPPED if card["state"] == RunState.STOPPED else RunState.FINISHED,
        "name": " ".join(_text(card["name"], MAX_NAME).split()) or "Imported run",
        "note": _text(card["note"], MAX_NOTE),
        "created": _text(card["created"], 10),
        "history": _history(card["history"], recipe.epochs),
        "train_accuracy": _share(card["train_accuracy"]),
        "test_accuracy": _share(card["test_accuracy"]),
        "versions": {
            name: _text(card["versions"][name], _MAX_VERSION)
            for name in _VERSIONS
            if name in card["versions"]
        },
        "fine_tuning": _fine_tuning(card["fine_tuning"]),
        "operation": _operation(card["operation"]),
        "rate_changes": _rate_changes(card["rate_changes"], recipe.epochs * recipe.steps_per_epoch),
    }


def _text(value: Any, longest: int) -> str:
    """Return a text without what a database or a page cannot hold, and no longer than the store's."""
    if not isinstance(value, str):
        raise CardError("one of its texts is not text.")
    # A lone half of a character in UTF-16 has no UTF-8, and PostgreSQL takes no zero byte.
    text = value[: 4 * longest].encode("utf-8", "replace").decode()
    return _CONTROL.sub(" ", text).strip()[:longest].strip()


def _number(value: Any, most: float) -> float:
    """Return a number from 0 up."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise CardError("one of its numbers is impossible.")
    return float(value)


def _share(value: Any) -> float | None:
    return None if value is None else _number(value, 1)


def _count(value: Any, most: int) -> int:
    if not isinstance(value, int):
        raise CardError("one of its numbers is impossible.")
    return int(_number(value, most))


def _history(epochs: Any, most: int) -> tuple[Epoch, ...]:
    if not isinstance(epochs, list) or len(epochs) > most:
        raise CardError("its learning curve is longer than its training.")
    return tuple(_epoch(number, epoch) for number, epoch in enumerate(epochs, start=1))


def _epoch(number: int, epoch: Any) -> Epoch:
    if epoch["number"] != number:
        raise CardError("epochs of its learning curve are missing.")
    val_loss = epoch["val_loss"]
    return Epoch(
        number=number,
        loss=_number(epoch["loss"], _MAX_LOSS),
        accuracy=_number(epoch["accuracy"], 1),
        val_loss=None if val_loss is None else _number(val_loss, _MAX_LOSS),
        val_accuracy=_share(epoch["val_accuracy"]),
        seconds=_number(epoch["seconds"], _MAX_SECONDS),
    )


def _fine_tuning(value: Any) -> FineTuning | None:
    if value is None:
        return None
    told = FineTuning.from_json(json.dumps(value))
    return FineTuning(
        _count(told.train_size, 10**6),
        _count(told.holdout_size, 10**6),
        _share(told.before),
        _share(told.after),
        _share(told.test_before),
        rehearsed=told.rehearsed,
    )


def _operation(value: Any) -> Operation | None:
    if value is None:
        return None
    told = Operation.from_json(json.dumps(value))
    if len(told.off) > _MAX_OFF or not all(_LAYER.fullmatch(layer) for layer, _ in told.off):
        raise CardError("it switches off units that do not exist.")
    off = tuple((layer, _count(unit, 2048)) for layer, unit in told.off)
    return Operation(
        off,
        _number(told.drop, 1),
        _number(told.prune, 1),
        _count(told.bits, 32),
        _number(told.noise, 1e6),
        _count(told.seed, 2**31),
    )


def _rate_changes(changes: Any, steps: int) -> tuple[RateChange, ...]:
    if not isinstance(changes, list) or len(changes) > MAX_CHANGES:
        raise CardError("it lists too many changes of the learning rate.")
    return tuple(_rate_change(change, steps) for change in changes)


def _rate_change(change: Any, steps: int) -> RateChange:
    factor = _number(change["factor"], 1e6)
    if not factor:
        raise CardError("one of its numbers is impossible.")
    return RateChange(_count(change["step"], steps), factor)
