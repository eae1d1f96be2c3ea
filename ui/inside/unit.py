"""The chosen unit: its weights, what it adds up, its activation function, and where its output goes."""

import numpy as np
import streamlit as st

from core.hyperparameters.words import SPELLING
from core.inspection.forward import ForwardPass, activate
from core.inspection.network import Conv2D, Dense
from core.inspection.unit import WeightedSum, conv_sum, dense_sum, outgoing
from core.plots import unit_charts
from core.plots.inside_charts import Spec
from core.plots.pixels import Values, diverging, mosaic
from core.plots.unit_charts import signed
from ui import pictures, projector
from ui.inside import overview

_ROW, _COLUMN, _CHANNEL, _PLACED = "inside_row", "inside_column", "inside_channel", "inside_placed"
# Pixels of a picture of weights, about.
_PICTURE = 280
# Bars of the units that this one has most to say to.
_MOST = 10


def show(values: ForwardPass) -> None:
    """Show the chosen unit with the numbers of this image."""
    state = st.session_state
    layer, unit = values.step(state[overview.LAYER]).layer, int(state[overview.UNIT])
    assert isinstance(layer, Dense | Conv2D)
    last = layer is values.network.layers[-1]
    title = f"Digit {unit}" if last else f"{overview.unit_word(layer).capitalize()} {unit} of {layer.name}"
    st.header(title, anchor=False)
    overview.choose(values)
    if isinstance(layer, Conv2D):
        found = _convolution(values, layer, unit)
    else:
        found = dense_sum(values, layer.name, unit)
        _pictures(found)
    _equations(found, layer, last)
    _ways_on(values, found, layer, unit)


def _pictures(found: WeightedSum) -> None:
    """Show input, weights and products side by side, each on its own scale."""
    what = {2: "pixel", 3: "value", 1: "output"}[found.inputs.ndim]
    shown = (
        ({2: "Input: pixels", 3: "Input: feature maps", 1: "Input: units"}[found.inputs.ndim], found.inputs),
        ("Weights", found.weights),
        (f"Products: {what} × weight", found.products),
    )
    with st.grid(3, min_column_width=200):
        for title, numbers in shown:
            with st.container(gap="xxsmall"):
                st.markdown(f"**{title}**")
                _picture(numbers, f"{title}; blue is above zero, orange below")
    st.caption(
        "Blue is above zero, orange below, and the background is zero. Each picture has its own scale."
    )


def _chart(spec: Spec, key: str, alt: str) -> None:
    # The browser gets the key of a chart only if the chart reports clicks.
    with st.container(key=key):
        st.vega_lite_chart(projector.sized(spec), key=f"{key}_chart", alt=alt)


def _picture(numbers: Values, alt: str) -> None:
    flat = mosaic(numbers)
    times = max(1, round(_PICTURE / max(flat.shape)))
    st.image(pictures.enlarged(diverging(flat, pictures.style()), times), alt=alt, width="stretch")


def _equations(found: WeightedSum, layer: Dense | Conv2D, last: bool) -> None:
    products, count = found.products, found.products.size
    above, below = products[products > 0].sum(), products[products < 0].sum()
    output = "p" if last else "a"
    name = r"\operatorname{" + SPELLING.get(layer.activation, layer.activation) + "}"
    with st.container(key="inside_sum"):
        # One below the other, so that they fit on a phone.
        st.latex(rf"z = \sum_{{i=1}}^{{{count}}} x_i w_i + b")
        st.latex(
            rf"z = \underbrace{{{above:.3f}}}_{{\text{{products}} > 0}} "
            rf"\; \underbrace{{{below:+.3f}}}_{{\text{{products}} < 0}} \; \underbrace{{{found.bias:+.3f}}}"
            rf"_{{\text{{bias}}}} = {found.z:.3f}"
        )
        st.latex(rf"{output} = {name}(z) = {found.output:.3f}")


def _ways_on(values: ForwardPass, found: WeightedSum, layer: Dense | Conv2D, unit: int) -> None:
    """Show the activation function, and what the output adds to the next layer."""
    following, style = outgoing(values, layer.name, unit), pictures.style()
    if following is None:
        return
    curve, to = st.columns(2)
    with curve:
        st.markdown(f"**Activation function: {SPELLING[layer.activation]}**")
        points = unit_charts.curve_points(found.z)
        _chart(
            unit_charts.activation_curve(
                activate(layer.activation, points), points, found.z, found.output, style
            ),
            "inside_curve",
            f"The activation function; at the sum {found.z:.3f} it is {found.output:.3f}",
        )
    with to:
        digits = following.layer == values.network.layers[-1].name
        convolutional = isinstance(values.step(following.layer).layer, Conv2D)
        to_what = "each digit" if digits else following.layer + (", on average" if convolutional else "")
        st.markdown(f"**What it adds to {to_what}**")
        most = np.sort(np.argsort(-np.abs(following.contributions))[:_MOST])
        names = [
            str(number) if digits else f"{'filter' if convolutional else 'unit'} {number}" for number in most
        ]
        _chart(
            unit_charts.contributions(following.contributions[most], names, style),
            "inside_outgoing",
            "Output times weight: most for "
            f"{names[int(following.contributions[most].argmax())]}, least for "
            f"{names[int(following.contributions[most].argmin())]}",
        )


def _convolution(values: ForwardPass, layer: Conv2D, unit: int) -> WeightedSum:
    """Show a feature map, and the kernel over one place of it."""
    step, state, style = values.step(layer.name), st.session_state, pictures.style()
    feature_map = step.output[0, ..., unit]
    height, width = feature_map.shape
    _start_at_maximum(layer.name, unit, feature_map)
    picture, place = st.columns([1, 2])
    with place:
        with st.container(horizontal=True):
            row = st.number_input("Row", 0, height - 1, key=_ROW, width=130)
            column = st.number_input("Column", 0, width - 1, key=_COLUMN, width=130)
            channels = layer.kernel.shape[2]
            if int(state.get(_CHANNEL, 0)) >= channels:
                state[_CHANNEL] = 0
            channel = 0
            if channels > 1:
                channel = st.number_input("Input feature map", 0, channels - 1, key=_CHANNEL, width=160)
        found = conv_sum(values, layer.name, unit, int(row), int(column))
        with st.grid(3, min_column_width=150):
            for name, title, numbers in (
                ("input", "Input", found.inputs),
                ("kernel", "× Kernel", found.weights),
                ("products", "= Nine products", found.products),
            ):
                with st.container(gap="xxsmall"):
                    st.markdown(f"**{title}**")
                    _chart(
                        unit_charts.numbers(numbers[..., channel], style),
                        f"inside_nine_{name}",
                        f"{title}: {_spoken(numbers[..., channel])}",
                    )
        nine = signed(float(found.products[..., channel].sum()))
        rest = f", and those of all {channels} input feature maps to {signed(float(found.products.sum()))}"
        st.markdown(f"The nine products add up to **{nine}**{rest if channels > 1 else ''}.")
    with picture:
        st.markdown(f"**Feature map** · row {row}, column {column} framed")
        _picture(_framed(feature_map, int(row), int(column)), f"Feature map {unit}")
    return found


def _framed(feature_map: Values, row: int, column: int) -> Values:
    """Return a feature map enlarged, with a frame around one of its values."""
    times = 5
    large = feature_map.repeat(times, axis=0).repeat(times, axis=1)
    frame = -float(np.abs(feature_map).max() or 1.0)
    top, left = row * times, column * times
    large[top : top + times, [left, left + times - 1]] = frame
    large[[top, top + times - 1], left : left + times] = frame
    return large


def _start_at_maximum(layer: str, unit: int, feature_map: Values) -> None:
    """Begin where the filter has found most, whenever another filter or image is chosen."""
    state, seen = st.session_state, (layer, unit, float(feature_map.sum()))
    if state.get(_PLACED) != seen or _ROW not in state:
        row, column = np.unravel_index(feature_map.argmax(), feature_map.shape)
        state[_ROW], state[_COLUMN], state[_PLACED] = int(row), int(column), seen


def _spoken(numbers: Values) -> str:
    return "; ".join(", ".join(signed(float(value), 2) for value in row) for row in numbers)
