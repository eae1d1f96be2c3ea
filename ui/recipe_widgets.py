"""The widgets of the form that makes a recipe: each starts from the recipe that the form starts from."""

from typing import Any

import streamlit as st

from core.hyperparameters.validation import LIMITS
from core.hyperparameters.words import SPELLING
from core.recipe import Recipe

# The recipe that the form starts from: a preset, or that of a run.
_BASE = "recipe_base"
_ROUND = "recipe_round"
# Sizes of layers that the base does not have.
_NEW_SIZES = {"conv_filters": 16, "hidden_units": 100}


def has_base() -> bool:
    """Return whether the form has ever started from a recipe."""
    return _BASE in st.session_state


def base() -> Recipe:
    """Return the recipe that the form starts from."""
    recipe: Recipe = st.session_state[_BASE]
    return recipe


def set_base(recipe: Recipe) -> None:
    """Let every setting start from a recipe.

    Widgets that have been drawn keep what they hold, until `renew` gives the form new ones.
    """
    st.session_state[_BASE] = recipe


def renew() -> None:
    """Give every setting a new widget."""
    # A round has its own keys because a value written to an existing widget's state gets
    # lost when the visitor moves the widget at that moment.
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def key(name: str) -> str:
    """Return the key of the widget of a setting."""
    return f"recipe_{st.session_state.get(_ROUND, 0)}_{name}"


def value(name: str, default: Any) -> Any:
    """Return what a widget holds, or the default if it has not been drawn yet."""
    held = st.session_state.get(key(name))
    return default if held is None else held


def sizes_of(layers: str, sizes: str) -> tuple[int, ...]:
    """Return the sizes of the layers, as many as there are."""
    starts = _start_sizes(layers, sizes)
    count = value(layers, len(getattr(base(), sizes)))
    return tuple(value(f"{sizes}_{number}", starts[number - 1]) for number in range(1, count + 1))


def _start_sizes(layers: str, sizes: str) -> tuple[int, ...]:
    missing = int(LIMITS[layers].high) - len(getattr(base(), sizes))
    return (*getattr(base(), sizes), *[_NEW_SIZES[sizes]] * missing)


def layer_sizes(layers: str, sizes: str, label: str, size_label: str, help: str, size_help: str) -> None:
    """Show how many layers there are, and a field for the size of each."""
    count = slider(layers, label, 1, help=help, start=len(getattr(base(), sizes)))
    limit = LIMITS[sizes]
    for number, start in enumerate(_start_sizes(layers, sizes)[:count], start=1):
        st.number_input(
            size_label.format(number=number),
            int(limit.low),
            int(limit.high),
            value=start,
            key=key(f"{sizes}_{number}"),
            persist_state="session",
            help=size_help,
        )


def slider(name: str, label: str, step: float, help: str, start: Any = None) -> Any:
    """Show a slider over all that the limits allow."""
    kind = type(step)
    limit = LIMITS[name]
    return st.slider(
        label,
        kind(limit.low),
        kind(limit.high),
        value=getattr(base(), name) if start is None else start,
        step=step,
        key=key(name),
        persist_state="session",
        help=help,
    )


def steps(name: str, label: str, values: tuple[Any, ...], help: str) -> None:
    """Show a slider over a few values, each allowed by the limits, the base's among them."""
    limit, start = LIMITS[name], getattr(base(), name)
    st.select_slider(
        label,
        sorted({value for value in values if limit.low <= value <= limit.high} | {start}),
        value=start,
        format_func=lambda value: f"{value:,}",
        key=key(name),
        persist_state="session",
        help=help,
    )


def switch(name: str, label: str, help: str) -> None:
    """Show a setting that is on or off."""
    st.toggle(label, value=getattr(base(), name), key=key(name), persist_state="session", help=help)


def choice(name: str, label: str, choices: tuple[str, ...], help: str) -> None:
    """Show a setting that is one of a few words."""
    st.segmented_control(
        label,
        choices,
        default=getattr(base(), name),
        format_func=SPELLING.__getitem__,
        required=True,
        key=key(name),
        persist_state="session",
        help=help,
    )
