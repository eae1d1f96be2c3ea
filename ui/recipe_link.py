"""A recipe as the parts of a link, and back."""

import dataclasses
from typing import Any

import streamlit as st

from core.presets import PRESETS
from core.recipe import ARTICLE, Recipe
from core.recipe_validation import RecipeError
from ui import recipe_form

_PRESET = "preset"
_FIELDS = {field.name: getattr(ARTICLE, field.name) for field in dataclasses.fields(Recipe)}


def recipe_parts(recipe: Recipe) -> dict[str, str]:
    """Return a preset by its name, or else all settings in which a recipe differs from the article's."""
    preset = next((name for name in PRESETS if PRESETS[name] == recipe), None)
    if preset:
        return {} if recipe == ARTICLE else {_PRESET: preset}
    values = {name: getattr(recipe, name) for name in _FIELDS}
    return {name: _text(value) for name, value in values.items() if value != _FIELDS[name]}


def take_recipe() -> None:
    """Fill the form with the settings of a link, once, and say it if one of them cannot be.

    Then the address no longer has them: a refresh keeps what the visitor has changed since.
    """
    asked = {name: st.query_params[name] for name in st.query_params if name in (*_FIELDS, _PRESET)}
    if not asked:
        return
    recipe, wrong = _recipe(asked)
    if wrong:
        st.warning(
            f"The link has settings that are not possible: {', '.join(sorted(wrong))}. "
            "You see the usual ones instead.",
            icon=":material/link_off:",
        )
    recipe_form.use(recipe)
    rest = {name: st.query_params.get_all(name) for name in st.query_params if name not in asked}
    st.query_params.from_dict(rest)


def _recipe(asked: dict[str, str]) -> tuple[Recipe, list[str]]:
    preset = asked.get(_PRESET, "article")
    recipe, wrong = PRESETS.get(preset, ARTICLE), [] if preset in PRESETS else [_PRESET]
    fields = {}
    for name in asked.keys() - {_PRESET}:
        try:
            fields[name] = _value(asked[name], _FIELDS[name])
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
