"""What the address of a page can carry, so that a lesson opens the page in exactly this state.

The names of views are those on the pages; `tests/pages/test_lessons.py` compares them.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from core.data import CLASS_NAMES, CLASSES, TEST_IMAGES, TRAINING_IMAGES
from core.lessons.lesson import Link
from core.lessons.recipe_address import PARTS, recipe_from_parts
from core.presets import PRESETS

# What of Train's address is not about the recipe.
EXPERIMENT = "experiment"
_NUMBER = re.compile(r"0|[1-9]\d{0,4}")
# Of a cell of the confusion matrix.
_LABELS = (*map(str, range(CLASSES)), "all")
# Of each parameter of each page: the values that it can have, or the number of its numbers, from 0.
PAGES: Mapping[str, Mapping[str, tuple[str, ...] | int]] = MappingProxyType(
    {
        "home": {},
        "explore": {
            "explore_class": tuple(f"{digit} · {name}" for digit, name in enumerate(CLASS_NAMES)),
            "explore_side": ("3×3", "4×4", "6×6", "8×8"),
            "explore_index": TRAINING_IMAGES,
            "explore_divided": ("true", "false"),
        },
        # Its settings are checked as a recipe, but for the experiment.
        "train": {
            **dict.fromkeys(PARTS, ()),
            EXPERIMENT: (
                "NIST's mistake",
                "How many images are enough?",
                "Wrong labels",
                "A digit nobody showed it",
                "Who is in the validation split?",
            ),
        },
        "evaluate": {
            "view": (
                "Results",
                "Errors",
                "Writers",
                "Calibration",
                "Robustness",
                "Label errors",
                "Significance",
                "Baselines",
            ),
            "model": tuple(PRESETS),
            "test_set": ("MNIST", "scikit-learn", "My drawings", "Class drawings"),
            "cell": tuple(f"{label}-{prediction}" for label in _LABELS for prediction in _LABELS),
        },
        "predict": {
            "predict_source": ("One digit", "Several digits", "Photo", "Test image"),
            "model": tuple(PRESETS),
            "image": TEST_IMAGES,
        },
        "inside": {
            "inside_view": ("Unit by unit", "Why", "Operate", "Map"),
            "model": tuple(PRESETS),
            "image": TEST_IMAGES,
        },
        "teach": {"model": tuple(PRESETS)},
        "class": {
            "class_view": ("Teach", "Draw", "Label", "Drawings", "Agreement", "Train", "Test", "Contest"),
            "model": tuple(PRESETS),
        },
        "runs": {"run": tuple(PRESETS)},
    }
)


def problem(link: Link) -> str:
    """Return what is wrong with a link, in a sentence; empty if nothing is."""
    if link.page not in PAGES:
        return f"There is no page “{link.page}”. Pages are {', '.join(PAGES)}."
    known, asked = PAGES[link.page], dict(link.query)
    for name in asked:
        if name not in known:
            return f"“{link.page}” has no setting “{name}”. It has {', '.join(known) or 'none'}."
    settings = {name: value for name, value in asked.items() if link.page == "train" and name != EXPERIMENT}
    _, wrong = recipe_from_parts(settings)
    others = asked.keys() - settings.keys()
    wrong += [name for name in others if not _is_possible(asked[name], known[name])]
    return f"“{asked[wrong[0]]}” is no possible value of “{wrong[0]}”." if wrong else ""


def _is_possible(value: str, values: tuple[str, ...] | int) -> bool:
    if isinstance(values, int):
        return _NUMBER.fullmatch(value) is not None and int(value) < values
    return value in values
