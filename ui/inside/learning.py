"""Softmax worked out, and one step of learning by hand."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from core.data import CLASSES
from core.inspection.backward import BackwardPass, backward, sgd_step, slope
from core.inspection.forward import ForwardPass, Step, forward, softmax
from core.inspection.network import Conv2D, Dense
from core.inspection.unit import input_shape
from core.plots import charts
from core.plots.pixels import diverging, mosaic
from ui import pictures, projector
from ui.inside import overview
from ui.inside.subject import Subject
from ui.words import percent

_RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_PICTURE = 280


def show_softmax(values: ForwardPass) -> None:
    """Show how ten sums become probabilities, with a temperature to turn."""
    st.header("Softmax: from sums to probabilities", anchor=False)
    controls, bars = st.columns([3, 2])
    with controls:
        temperature = st.slider(
            "Temperature T",
            0.2,
            5.0,
            1.0,
            0.1,
            key="inside_temperature",
            persist_state="session",
            help="1 is what the network does. Above 1 it is less confident, below 1 more; the order of "
            "the digits stays.",
        )
        logits = values.logits[0]
        powers = np.exp((logits - logits.max()) / temperature)
        probabilities = softmax(logits, temperature)
        st.latex(r"p_k = \frac{e^{z_k / T}}{e^{z_0 / T} + \dots + e^{z_9 / T}}")
        st.dataframe(
            pd.DataFrame(
                {
                    "Digit k": range(CLASSES),
                    "z": logits,
                    "z / T": logits / temperature,
                    "e^(z/T), largest = 1": powers,
                    "p": probabilities,
                }
            ),
            hide_index=True,
            height="content",
            key="inside_softmax",
            column_config={
                "z": st.column_config.NumberColumn(format="%.3f"),
                "z / T": st.column_config.NumberColumn(format="%.3f"),
                "e^(z/T), largest = 1": st.column_config.NumberColumn(format="%.4f"),
                "p": st.column_config.NumberColumn(format="%.4f"),
            },
            alt="Sum, power and probability of each digit",
        )
    with bars:
        st.vega_lite_chart(
            projector.sized(charts.probabilities(probabilities.astype(np.float32), pictures.style().text)),
            key="inside_softmax_bars",
            alt=f"Class probabilities at temperature {temperature:.1f}; the highest is "
            f"{percent(float(probabilities.max()))}",
        )


def show_step(values: ForwardPass, subject: Subject) -> None:
    """Show the loss, the gradient at the chosen unit's weights, and one step of SGD with its effect."""
    st.header("One step of learning by hand", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = subject.label
        if label is None:
            prediction = int(values.probabilities[0].argmax())
            label = st.selectbox(
                "What you drew", range(CLASSES), index=prediction, key="inside_label", width=130
            )
        rate = st.select_slider(
            "Learning rate η", _RATES, 0.1, key="inside_rate", persist_state="session", width=320
        )
    labels = np.array([label])
    before = backward(values, labels)
    stepped = forward(sgd_step(values.network, before.gradients, rate), subject.image[np.newaxis])
    after = backward(stepped, labels)
    p_before, p_after = (float(one.probabilities[0, label]) for one in (values, stepped))
    with st.container(horizontal=True, key="inside_step"):
        st.metric("Loss before", plain(before.loss), border=True, width="content", height="stretch")
        st.metric(
            "Loss after",
            plain(after.loss),
            plain(after.loss - before.loss),
            delta_color="inverse",
            border=True,
            width="content",
            height="stretch",
        )
        st.metric(
            f"Probability of {label} before",
            percent(p_before),
            border=True,
            width="content",
            height="stretch",
        )
        st.metric(
            f"Probability of {label} after", percent(p_after), border=True, width="content", height="stretch"
        )
    _at_the_unit(values, before, rate, label)
    st.markdown(
        "Training repeats this step for batch after batch, thousands of times, with all weights at once. "
        "Adam, the article's optimizer, also chooses the size of each weight's step."
    )


def _at_the_unit(values: ForwardPass, before: BackwardPass, rate: float, label: int) -> None:
    """Show the gradient at the chosen unit's weights, and one of them worked out."""
    state = st.session_state
    step, unit = values.step(state[overview.LAYER]), int(state[overview.UNIT])
    layer, gradient = step.layer, before.gradients[step.layer.name]
    assert isinstance(layer, Dense | Conv2D)
    of_unit = gradient.kernel[..., unit]
    place = np.unravel_index(np.abs(of_unit).argmax(), of_unit.shape)
    change, weight = float(of_unit[place]), float(layer.kernel[..., unit][place])
    by_weight = r"\frac{\partial L}{\partial w}"
    formulas, picture = st.columns([3, 2])
    with formulas:
        loss = plain(before.loss)
        probability = float(np.exp(-before.loss))
        # Near 1 so many decimals that a calculator gives the same loss.
        shown = (
            f"{probability:.{len(loss.partition('.')[2])}f}" if probability > 0.5 else f"{probability:.4g}"
        )
        st.latex(rf"L = -\ln p_{{{label}}} = -\ln ({shown}) = {loss}")
        if isinstance(layer, Conv2D):
            st.markdown("The kernel lies over every place, so its gradient is a sum over all of them:")
            st.latex(rf"{by_weight} = \sum_{{\text{{places}}}} \delta \, x = {scientific(change)}")
        else:
            _delta(values, before, step, unit, label)
            delta, x = float(gradient.z[0, unit]), float(step.input[0][place])
            _in_lines(
                rf"{by_weight} = \delta \, x", rf"{scientific(delta)} \times {x:.3f}", scientific(change)
            )
        size = abs(rate * change)
        places = min(12, max(6, 2 - math.floor(math.log10(size)))) if size else 6
        _in_lines(
            rf"w \leftarrow w - \eta {by_weight}",
            rf"{weight:.{places}f} - {rate:g} \times ({scientific(change)})",
            f"{weight - rate * change:.{places}f}",
        )
        st.caption("Of the weights of this unit, the one with the largest gradient is worked out.")
    with picture:
        st.markdown("**Gradient at the weights of the chosen unit**")
        shape = of_unit.shape if isinstance(layer, Conv2D) else input_shape(values, step)
        flat = mosaic(of_unit.reshape(shape))
        times = max(1, round(_PICTURE / max(flat.shape)))
        st.image(
            pictures.enlarged(diverging(-flat, pictures.style()), times),
            alt="Which weights the step makes larger, in blue, and which smaller, in orange",
            width=_PICTURE,
        )
        st.caption("Blue: the step makes the weight larger. Orange: smaller.")


def _in_lines(*parts: str) -> None:
    """Show an equation, what it equals below it each time: in one line a phone would cut it off."""
    with st.container(gap="xxsmall"):
        for equals, part in zip(("", *["= "] * len(parts)), parts, strict=False):
            st.latex(equals + part)


def plain(value: float) -> str:
    """Return a number with at least two digits that are not zero, as far as a dozen decimals show them."""
    size = abs(value)
    places = 4 if size >= 0.001 else min(12, 1 - math.floor(math.log10(size))) if size else 4
    return f"{value:.{places}f}"


def scientific(value: float) -> str:
    """Return a number with three digits for LaTeX, however small it is."""
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    if -3 <= int(exponent) < 3:
        return f"{value:.{2 - int(exponent)}f}"
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


def _delta(values: ForwardPass, before: BackwardPass, step: Step, unit: int, label: int) -> None:
    """Work out how the loss changes with the sum of a unit."""
    delta = float(before.gradients[step.layer.name].z[0, unit])
    error = r"\delta = \frac{\partial L}{\partial z}"
    if step is values.steps[-1]:
        target, probability = int(unit == label), float(values.probabilities[0, unit])
        _in_lines(rf"{error} = p_{{{unit}}} - {target}", f"{probability:.4f} - {target}", scientific(delta))
    else:
        st.markdown(
            "The errors of the next layer come back through its weights, times the slope of the curve:"
        )
        following = values.steps[values.steps.index(step) + 1].layer
        assert isinstance(following, Dense)
        back = float(following.kernel[unit] @ before.gradients[following.name].z[0])
        at_z = float(slope(step)[0, unit])
        _in_lines(
            # Without the space at its end it is two pixels wider than its box, which then scrolls.
            rf"{error} = f'(z) \sum_k w_k \delta_k\;",
            rf"{scientific(at_z)} \times {scientific(back)}",
            scientific(delta),
        )
