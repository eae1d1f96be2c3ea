"""A recipe as the parts of a page's address, and back."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from core.hyperparameters.validation import RecipeError
from core.presets import PRESETS
from core.recipe import ARTICLE, Recipe

_PRESET = "preset"
_FIELDS = {field.name: getattr(ARTICLE, field.name) for field in dataclasses.fields(Recipe)}
# What of an address is about the recipe.
PARTS = (_PRESET, *_FIELDS)


def recipe_parts(recipe: Recipe) -> dict[str, str]:
    """Return a preset by its name, or else all settings in which a recipe differs from the article's."""
    preset = next((name for name in PRESETS if PRESETS[name] == recipe), None)
    if preset:
        return {} if recipe == ARTICLE else {_PRESET: preset}
    values = {name: getattr(recipe, name) for name in _FIELDS}
    return {name: _text(value) for name, value in values.items() if value != _FIELDS[name]}


def recipe_from_parts(parts: Mapping[str, str]) -> tuple[Recipe, list[str]]:
    """Return the recipe that parts of an address describe, and the names of those that are impossible.

    Parameters
    ----------
    parts : mapping of str to str
        Some of `PARTS`.

    Returns
    -------
    recipe : Recipe
        With the usual values in place of impossible ones.
    wrong : list of str

    Examples
    --------
    >>> recipe, wrong = recipe_from_parts({"epochs": "3", "batch_size": "many"})
    >>> recipe.epochs, recipe.batch_size, wrong
    (3, 1000, ['batch_size'])
    """
    preset = parts.get(_PRESET, "article")
    recipe, wrong = PRESETS.get(preset, ARTICLE), [] if preset in PRESETS else [_PRESET]
    fields = {}
    for name in parts.keys() - {_PRESET}:
        try:
            fields[name] = _value(parts[name], _FIELDS[name])
            Recipe(**{name: fields[name]})
        except ValueError:
            fields.pop(name, None)
            wrong.append(name)
    try:
        return dataclasses.replace(recipe, **fields), wrong
    except RecipeError:
        return recipe, [*wrong, *fields]


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(text: str, default: Any) -> Any:
    """Return what `_text` wrote, of the kind of the default. Raises `ValueError` for anything else."""
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(default, tuple):
        return tuple(int(part) for part in text.split(",") if part)
    return type(default)(text)
