"""What tests and tools outside rely on: names, signatures, keys on screen, runnable examples."""

import doctest
import importlib
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]

SIGNATURES = {
    "core.data.load_mnist": [],
    "core.model.build_model": ["recipe"],
    "core.training.train": ["recipe", "dataset", "on_epoch", "should_stop"],
    "core.evaluation.evaluate": ["model", "images", "labels"],
    "core.ink.to_mnist": ["image"],
}
MODULES = ("data", "recipe", "presets", "model", "training")

# Keys by which a test, a bookmark or a screen reader's user finds a widget or a result.
KEYS = {
    "predict_canvas",
    "prediction",
    "prediction_probabilities",
    "train_start",
    "train_guess",
    "train_stop",
    "train_steer",
    "train_rate",
    "train_pause",
    "train_next_batch",
    "train_next_epoch",
    "train_go_on",
    "train_slow_start",
    "train_resume",
    "train_progress",
    "train_accuracy_curve",
    "train_loss_curve",
    "test_accuracy",
    "confusion_matrix",
    "explore_class",
    "run_card",
    "operator_key",
    "operator_runs",
    "operator_cancel",
    "operator_clear",
    "view",
    "inside_overview",
    "inside_layer",
    "inside_unit",
    "inside_epoch",
    "inside_film",
    "inside_live",
    "inside_view",
    "inside_prune",
    "inside_keep",
    "inside_map",
    "take_home",
    "take_keras",
    "take_tflite",
    "take_pocket",
    "take_history",
    "take_script",
    "take_notebook",
    "class_open",
    "class_canvas",
    "class_save",
    "class_view",
    "class_progress",
    "class_seal",
    "class_unseal",
    "class_leaderboard",
    "class_target",
    "take_report",
    "take_report_html",
    "take_bundle",
    "take_onnx",
    "runs_compare",
    "comparison",
    "compare_settings",
    "compare_curves",
    "compare_difference",
    "runs_import",
    "runs_import_start",
    "lesson",
    "step",
    "lesson_next",
    "big",
    "class_lesson",
    "class_lesson_text",
    "board_answers",
    "train_sweep",
    "train_experiments",
    "sweep_field",
    "sweep_seeds",
    "sweep_start",
    "experiment",
    "experiment_start",
    "experiment_result",
    "evaluate_measure",
    "evaluate_people_dots",
    "evaluate_planted",
    "evaluate_rank_labels",
    "explore_closer",
    "explore_people",
    "test_set",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_contract_function_takes_what_it_took(name: str):
    module, _, function = name.rpartition(".")
    parameters = inspect.signature(getattr(importlib.import_module(module), function)).parameters
    assert list(parameters)[: len(SIGNATURES[name])] == SIGNATURES[name]
    required = [name for name, value in parameters.items() if value.default is inspect.Parameter.empty]
    assert set(required) <= set(SIGNATURES[name])


def test_the_contract_values_are_what_they_were():
    from core.data import load_mnist
    from core.ink import to_mnist
    from core.presets import PRESETS
    from core.recipe import ARTICLE, Recipe

    assert Recipe() == ARTICLE == PRESETS["article"]
    assert list(vars(load_mnist())) == [
        "train_images",
        "train_labels",
        "test_images",
        "test_labels",
        "train_writers",
        "test_writers",
    ]
    assert to_mnist(np.zeros((280, 280), np.uint8)) is None
    drawn = to_mnist(np.eye(280, dtype=np.uint8) * 255)
    assert drawn is not None
    assert (drawn.shape, drawn.dtype) == ((28, 28), np.uint8)


def test_the_keys_on_screen_are_there():
    paths = [path for folder in ("ui", "pages") for path in (ROOT / folder).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    missing = {key for key in KEYS if not re.search(rf'"{key}"', code)}
    assert not missing


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_contract_module_run(name: str):
    module = importlib.import_module(f"core.{name}")
    found = [test for test in doctest.DocTestFinder().find(module) if test.examples]
    assert found, "a contract module shows how it is used"
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in found:
        runner.run(test)
    assert runner.summarize().failed == 0
