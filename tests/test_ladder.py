"""The house: nothing in core knows Streamlit, imports go one way, and no wing goes round in circles.

Each room may use only the rooms named beside it. A module on the floor of ``core`` is a room of
its own; a wing is one room, whatever it has inside.
"""

import ast
import functools
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Rooms that a room uses, from top to bottom. A room in brackets is imported late, within a
# function: it brings TensorFlow, and whoever only looks at a run must not wait for that.
HOUSE = {
    "__main__": "commands jobs export presets",
    "commands": "jobs export classroom analysis drawing store presets evaluation recipe hyperparameters "
    "test_sets data",
    "jobs": "store fine_tuning mixture sampling steering test_sets data history recipe (training) "
    "(evaluation) (model) (analysis)",
    "classroom": "lessons plots store analysis fine_tuning history evaluation drawing recipe test_sets data",
    "export": "lessons store plots analysis inspection augmentation evaluation fine_tuning history cost "
    "steering recipe hyperparameters test_sets data (model)",
    "lessons": "store presets recipe hyperparameters data",
    "plots": "series analysis evaluation history recipe hyperparameters data",
    "store": "series analysis inspection fine_tuning steering test_sets history presets recipe data "
    "snapshot (model)",
    "series": "test_sets recipe hyperparameters data",
    "analysis": "model fine_tuning sampling evaluation drawing ink history steering recipe presets data "
    "hyperparameters",
    "inspection": "recipe data snapshot",
    "drawing": "ink evaluation data",
    "fine_tuning": "mixture sampling history recipe data (training) (evaluation)",
    "training": "callbacks model pipeline sampling precision steering augmentation history recipe "
    "hyperparameters cost data",
    "callbacks": "model steering history recipe data snapshot",
    "steering": "_keras recipe hyperparameters data",
    "model": "_keras precision augmentation cost recipe data",
    "pipeline": "recipe data",
    "sampling": "recipe data",
    "mixture": "recipe",
    "augmentation": "ink data",
    "_keras": "",
    "precision": "recipe",
    "presets": "recipe data",
    "recipe": "hyperparameters cost data",
    "hyperparameters": "data",
    "cost": "data",
    "evaluation": "data",
    "test_sets": "ink data",
    "ink": "data",
    "history": "snapshot",
    "snapshot": "",
    "data": "",
}
NEEDS_TENSORFLOW = {
    "core._keras",
    "core.analysis.interpretability",
    "core.augmentation.affine",
    "core.augmentation.allographs",
    "core.augmentation.distance_fields",
    "core.augmentation.drawn_digits",
    "core.augmentation.handwriting",
    "core.augmentation.random_numbers",
    "core.model",
    "core.pipeline",
    "core.callbacks.divergence",
    "core.callbacks.reporter",
    "core.steering.loop",
    "core.training",
}

# What a package outside core may use of the others.
FLOORS = {
    "streamlit_app": {"ui"},
    "pages": {"ui", "core"},
    "ui": {"core"},
    "core": set(),
    "scripts": {"core"},
}


def modules_of(package: str) -> list[str]:
    """Every module of a package, by its dotted name."""
    files = sorted((ROOT / package).rglob("*.py")) or [ROOT / f"{package}.py"]
    names = (".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files)
    return [name.removesuffix(".__init__") for name in names if "migrations" not in name]


CORE = [module for module in modules_of("core") if module != "core"]


def file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@functools.cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(file_of(module).read_text(encoding="utf-8"))


@functools.cache
def imported(module: str) -> tuple[tuple[str, bool], ...]:
    """The modules of this project that a module imports, and whether it does so late."""
    return tuple(_imported(module))


def _imported(module: str) -> Iterator[tuple[str, bool]]:
    tree = tree_of(module)
    checked = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    top = set(tree.body)
    for node in set(ast.walk(tree)) - checked:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if file_of(name).exists() else node.module for name in whole]
        else:
            continue
        for name in names:
            if name.partition(".")[0] in {*FLOORS, "tests", "benchmarks"}:
                yield name, node not in top


def room_of(module: str) -> str:
    return module.split(".")[1]


def test_every_module_lives_in_a_room_of_the_house():
    assert {room_of(module) for module in CORE} == HOUSE.keys()


def test_the_house_is_in_order_from_top_to_bottom():
    rooms = list(HOUSE)
    for room, used in HOUSE.items():
        for other in used.replace("(", "").replace(")", "").split():
            assert rooms.index(other) > rooms.index(room) or f"({other})" in used, f"{room} → {other}"


@pytest.mark.parametrize("module", CORE)
def test_a_module_uses_only_the_rooms_below_its_own(module: str):
    room = room_of(module)
    late = set(HOUSE[room].split())
    for name, is_late in imported(module):
        other = room_of(name)
        assert other == room or other in late or (is_late and f"({other})" in late), f"{module} → {name}"


@pytest.mark.parametrize("room", HOUSE)
def test_no_room_goes_round_in_circles(room: str):
    own = [module for module in CORE if room_of(module) == room]
    graphlib.TopologicalSorter(
        {module: {name for name, _ in imported(module) if name in own} for module in own}
    ).prepare()


@pytest.mark.parametrize("floor", FLOORS)
def test_the_floors_are_used_from_the_top_down(floor: str):
    for module in modules_of(floor):
        used = {name.partition(".")[0] for name, _ in imported(module)}
        assert used - {floor} <= FLOORS[floor], module


def test_no_core_module_imports_streamlit():
    for module in CORE:
        for node in ast.walk(tree_of(module)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.partition(".")[0] == "streamlit"], module


def test_no_other_package_brings_streamlit_and_only_some_modules_bring_tensorflow():
    """That TensorFlow brings no Streamlit is shown where it is loaded: `test_tensorflow_loader`."""
    light = [module for module in CORE if module not in NEEDS_TENSORFLOW]
    code = f"""
import importlib, sys
for module in {light}:
    importlib.import_module(module)
    assert "tensorflow" not in sys.modules, module + " brings TensorFlow"
    assert "streamlit" not in sys.modules, module + " brings Streamlit"
"""
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("module", sorted(NEEDS_TENSORFLOW))
def test_a_module_that_may_bring_tensorflow_does(module: str):
    names = {name for name, late in imported(module) if not late}
    text = file_of(module).read_text(encoding="utf-8")
    assert "import tensorflow" in text or "import keras" in text or names & NEEDS_TENSORFLOW
