"""The one-way ladder of the house: nothing in core knows Streamlit, and imports go down only."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "core").glob("*.py") if path.stem != "__init__")
NEEDS_TENSORFLOW = {"hands", "insight", "model", "training"}

# What each module may import of core at the top of its file.
ALLOWED = {
    "data": set(),
    "history": set(),
    "recipe": {"data"},
    "model": {"data", "machine", "recipe"},
    "hands": {"data", "ink"},
    "training": {"data", "hands", "history", "model", "recipe"},
    "evaluation": {"data"},
    "ink": {"data", "stroke_width"},
    "stroke_width": {"data"},
    "photo": {"data"},
    "pen": {"data", "ink"},
    "slopes": {"data"},
    "nonsense": {"data", "pen"},
    "judge": {"data", "slopes"},
    "judge_training": {"data", "ink", "judge", "nonsense", "pen"},
    "likeness": {"data", "slopes"},
    "not_digits": {"data", "judge", "pen"},
    "preparation": {"data", "ink"},
    "rows": {"data", "evaluation", "ink", "judge", "pen"},
    "confidence": set(),
    "calibration": {"data"},
    "heldout": {"calibration", "data", "recipe"},
    "robustness": {"confidence", "data", "evaluation"},
    "insight": {"data"},
    "strokes": {"data"},
    "disputed": {"data", "evaluation"},
    "landmarks": {"data", "recipe"},
    "seeds": {"recipe", "records"},
    "guess": {"evaluation"},
    "evaluation_charts": {
        "calibration",
        "charts",
        "confidence",
        "data",
        "figures",
        "landmarks",
        "robustness",
        "strokes",
    },
    "measures": set(),
    "charts": {"data", "history"},
    "figures": {"data", "recipe"},
    "machine": set(),
    "engine": set(),
    "database": set(),
    "teaching": {"data", "history", "recipe"},
    "records": {"database", "history", "recipe", "teaching"},
    "kept": {"data", "database", "records", "teaching"},
    "runs": {"database", "history", "recipe", "records"},
    "line": {"database", "history", "recipe", "records", "runs", "teaching"},
    "forecast": {"recipe", "records"},
    "jobs": {"data", "database", "engine", "history", "line", "recipe", "records", "runs", "teaching"},
    "bundle": {"jobs", "line", "recipe", "records", "runs"},
}


def imported_of_core(module: str) -> set[str]:
    tree = ast.parse((ROOT / "core" / f"{module}.py").read_text(encoding="utf-8"))
    names = [node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    return {name.removeprefix("core.") for name in names if name.startswith("core.")}


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down_the_ladder(module: str):
    assert imported_of_core(module) <= ALLOWED[module]


@pytest.mark.parametrize("module", MODULES)
def test_module_alone_brings_no_streamlit_and_tensorflow_only_where_needed(module: str):
    code = f"import sys, core.{module}; print('streamlit' in sys.modules, 'tensorflow' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert answer == ["False", str(module in NEEDS_TENSORFLOW)]
