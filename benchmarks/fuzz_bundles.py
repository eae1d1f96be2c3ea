"""Fuzz targets: run bundles, which a visitor brings as a file."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fuzz_target import Target
from core.export.run_bundle import CARD, FORMAT, VERSION, read_bundle, weight_shapes
from core.inspection.operation import Operation
from core.recipe import Recipe
from core.store.run import RunError

TINY = Recipe(hidden_units=(4,), epochs=2)


def _card() -> dict[str, Any]:
    epoch = {"number": 1, "loss": 0.5, "accuracy": 0.9, "val_loss": None, "val_accuracy": None, "seconds": 1}
    tuning = {"learned": 30, "held_out": 10, "before": 0.5, "after": 0.9, "test_before": 0.9}
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": "Zoë",
        "note": "one\ntwo",
        "created": "2026-01-02T03:04:05+00:00",
        "state": "stopped",
        "recipe": json.loads(TINY.to_json()),
        "history": [epoch],
        "train_accuracy": 0.9,
        "test_accuracy": None,
        "versions": {"python": "3.11.7", "precision": "float32"},
        "fine_tuning": tuning | {"rehearsed": json.loads(TINY.to_json())},
        "operation": json.loads(Operation((("hidden_1", 3),), prune=0.5).to_json()),
        "rate_changes": [{"step": 60, "factor": 0.1}],
    }


def _bundle(card: bytes, **arrays: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(CARD), card)
        for name, shape in weight_shapes(TINY).items():
            archive.writestr(zipfile.ZipInfo(name), arrays.get(name) or _npy(shape))
    return content.getvalue()


def _npy(shape: tuple[int, ...]) -> bytes:
    content = io.BytesIO()
    np.save(content, np.zeros(shape, np.float32), allow_pickle=False)
    return content.getvalue()


def bundles(_: Path) -> Target:
    """Return what reads a run bundle, as a file."""
    return Target(read_bundle, [_bundle(json.dumps(_card()).encode())], (RunError,))


def bundle_cards(_: Path) -> Target:
    """Return what reads the JSON text in a whole bundle."""
    card = _card() | {"fine_tuning": None, "operation": None, "rate_changes": []}
    seeds = [json.dumps(_card()).encode(), json.dumps(card).encode(), b"[" * 100_000]
    return Target(lambda content: read_bundle(_bundle(content)), seeds, (RunError,), is_json=True)


def bundle_arrays(_: Path) -> Target:
    """Return what reads an array in a whole bundle."""
    name, shape = list(weight_shapes(TINY).items())[-1]
    card = json.dumps(_card()).encode()
    return Target(lambda content: read_bundle(_bundle(card, **{name: content})), [_npy(shape)], (RunError,))
