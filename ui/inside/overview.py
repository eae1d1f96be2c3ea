"""From the pixels through all layers to the ten probabilities; each unit can be chosen."""

from collections import Counter
from functools import partial
from typing import Any

import streamlit as st

from core.hyperparameters.words import SPELLING
from core.inspection.forward import ForwardPass
from core.inspection.network import Conv2D, Dense, Network
from core.inspection.unit import most_important
from core.plots import inside_charts
from ui import pictures, projector
from ui.inside.subject import Subject
from ui.words import percent

LAYER, UNIT = "inside_layer", "inside_unit"
# What was clicked last in each panel, and how many charts it has had.
_CLICKED, _CHARTS = "inside_clicked", "inside_charts"
# Pixels: a panel is at least as wide, so that on a phone two of them are side by side.
_PANEL = 150


def choose_first(values: ForwardPass) -> None:
    """Choose the most important unit of the first layer, unless the chosen one is in this network."""
    state, layers = st.session_state, values.network.weighted
    found = next((layer for layer in layers if layer.name == state.get(LAYER)), None)
    if found is None:
        state[LAYER] = layers[0].name
    elif 0 <= int(state.get(UNIT, -1)) < found.units:
        # A widget's value is dropped when its widget is not on the page.
        state[LAYER], state[UNIT] = state[LAYER], state[UNIT]
        return
    state[UNIT] = most_important(values, state[LAYER])


def show(values: ForwardPass, subject: Subject) -> None:
    """Show every layer's activations, from left to right."""
    layers, style = values.network.weighted, pictures.style()
    with st.container(key="inside_overview"), st.grid(len(layers) + 1, min_column_width=_PANEL):
        with st.container(gap="xxsmall"):
            st.markdown(f"**Pixels** · {subject.name.lower()}")
            chart = inside_charts.pixels(values.pixels[0])
            st.vega_lite_chart(
                projector.sized(chart), key="inside_pixels", alt=f"{subject.name}, 28 by 28 pixels"
            )
        for layer in layers:
            chosen = st.session_state[UNIT] if layer.name == st.session_state[LAYER] else None
            output = values.step(layer.name).output[0]
            with st.container(gap="xxsmall"):
                st.markdown(f"**`{layer.name}`** · {describe(layer)}")
                key = key_of_chart(layer.name, chosen)
                with st.container(key=f"inside_panel_{layer.name}"):
                    st.vega_lite_chart(
                        projector.sized(_draw(values.network, layer)(output, chosen, style)),
                        key=key,
                        on_select=partial(choose_clicked, key, layer.name, layer.name),
                        selection_mode=inside_charts.UNIT,
                        alt=_words(values, layer),
                    )


def choose(values: ForwardPass) -> None:
    """Let the visitor choose a layer and a unit without a mouse."""
    layers = {layer.name: layer for layer in values.network.weighted}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Layer", layers, key=LAYER, width=170, on_change=_most_important, args=(values,))
        layer = layers[st.session_state[LAYER]]
        title = "Digit" if layer is values.network.layers[-1] else unit_word(layer).capitalize()
        st.number_input(title, 0, layer.units - 1, key=UNIT, width=130)
        st.button(
            "Most important",
            icon=":material/star:",
            key="inside_important",
            on_click=_most_important,
            args=(values,),
            help="The one that adds most to the prediction; far from it, the one with the largest output.",
        )


def describe(layer: Dense | Conv2D) -> str:
    """Return the size of a layer and its activation function in words."""
    if layer.activation == "softmax":
        return "softmax"
    return f"{layer.units} {unit_word(layer)}s · {SPELLING[layer.activation]}"


def unit_word(layer: Dense | Conv2D) -> str:
    """Return what a unit of a layer is called."""
    return "filter" if isinstance(layer, Conv2D) else "unit"


def _draw(network: Network, layer: Dense | Conv2D) -> Any:
    if layer is network.layers[-1]:
        return inside_charts.probabilities
    return inside_charts.feature_maps if isinstance(layer, Conv2D) else inside_charts.units


def _words(values: ForwardPass, layer: Dense | Conv2D) -> str:
    if layer is values.network.layers[-1]:
        probabilities = values.probabilities[0]
        digit = int(probabilities.argmax())
        return f"Ten class probabilities; {digit} has the highest, {percent(float(probabilities[digit]))}"
    return f"The outputs of {describe(layer)}, in layer {layer.name}"


def key_of_chart(panel: str, chosen: int | None) -> str:
    """Return the key of a panel's chart: a new one once something else than its last click is chosen.

    The browser keeps what was clicked last in a chart, and reports no second click on it.
    """
    clicked: dict[str, int] = st.session_state.setdefault(_CLICKED, {})
    charts: Counter[str] = st.session_state.setdefault(_CHARTS, Counter())
    if panel in clicked and clicked[panel] != chosen:
        del clicked[panel]
        charts[panel] += 1
    return f"inside_chart_{panel}_{charts[panel]}"


def choose_clicked(key: str, panel: str, layer: str) -> None:
    """Store a click on a panel, before the page runs again."""
    found = st.session_state[key].selection.get(inside_charts.UNIT)
    if found:
        unit = int(found[0]["unit"])
        remember_click(panel, unit)
        st.session_state[LAYER], st.session_state[UNIT] = layer, unit


def remember_click(panel: str, chosen: int) -> None:
    """Store what was clicked last on a panel, for `key_of_chart`."""
    st.session_state[_CLICKED][panel] = chosen


def _most_important(values: ForwardPass) -> None:
    st.session_state[UNIT] = most_important(values, st.session_state[LAYER])
