"""The code that the pages show runs as it stands, and gives what the page gives."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(name: str) -> str:
    return subprocess.run(
        [sys.executable, f"examples/{name}.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_explore():
    output = run("explore")
    assert "(60000, 28, 28) uint8" in output
    assert "5 0 255" in output


def test_train():
    accuracy = float(re.search(r"([\d.]+)% of the test images", run("train")).group(1))
    assert accuracy == pytest.approx(94.2, abs=1.0)


def test_evaluate():
    from core.runs import RunStore

    accuracy = float(re.search(r"accuracy ([\d.]+)%", run("evaluate")).group(1))
    assert accuracy == pytest.approx(RunStore().get("article").test_accuracy * 100, abs=0.1)


def test_predict():
    assert "It is a 7" in run("predict")
