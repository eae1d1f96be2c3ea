"""All units of the first layer at once, and the test images that excite a unit most."""

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.data import load_mnist, sample_indices
from core.inspection.forward import ForwardPass
from core.inspection.network import Conv2D, Dense, Network
from core.inspection.responses import Responses, responses
from core.plots import figures, inside_charts, wall_chart
from ui import pictures
from ui.inside import overview
from ui.words import percent

# Convolutions in NumPy take long: a random sample tells as much.
_SAMPLE, _SEED = 2000, 0
_EXCITING = 12
_PANEL = "wall"


def sample(network: Network) -> npt.NDArray[np.int64]:
    """Return the test images that a network is shown: all, or a random sample if it has convolutions."""
    labels = load_mnist().test_labels
    if isinstance(network.layers[0], Conv2D):
        return sample_indices(labels, _SAMPLE, _SEED)
    return np.arange(len(labels))


@st.cache_resource(max_entries=4, show_spinner="Reading the test images…")
def _responses(
    network_id: str,  # noqa: ARG001, the network is known by it
    layer: str,
    _network: Network,
) -> tuple[Responses, npt.NDArray[np.int64]]:
    """Return what the units of a layer respond to, and the test images that were shown to them."""
    dataset, chosen = load_mnist(), sample(_network)
    return responses(_network, layer, dataset.test_images[chosen], dataset.test_labels[chosen]), chosen


@st.cache_data(max_entries=20, show_spinner=False)
def _picture(
    network_id: str,  # noqa: ARG001, weights and order are known by it
    by: str,  # noqa: ARG001
    style: figures.Style,
    _weights: npt.NDArray[np.floating],
    _order: list[int],
) -> str:
    """Return the wall as an address: a click on it changes only the frame."""
    return wall_chart.wall_picture(_weights, _order, style)


def title_of(network: Network) -> str:
    """Return what a picture of all of the first layer's weights is called."""
    if len(network.weighted) == 1:
        return "All ten digits"
    return f"All {overview.unit_word(network.weighted[0])}s of the first layer"


def show(network_id: str, values: ForwardPass) -> None:
    """Show the weights of all units of the first layer, on demand."""
    layer = values.network.weighted[0]
    title = title_of(values.network)
    if not st.toggle(
        f"Show the weights of {title[0].lower()}{title[1:]}",
        key="inside_show_wall",
        persist_state="session",
    ):
        return
    found, images = _responses(network_id, layer.name, values.network)
    orders = _orders(values.network, found)
    by = st.segmented_control(
        "Sort by",
        orders,
        default=next(iter(orders)),
        required=True,
        key="inside_sort",
        persist_state="session",
    )
    by = by if by in orders else next(iter(orders))
    key_of, describe = orders[by]
    order = np.argsort(key_of, kind="stable").tolist()
    marks = dict.fromkeys(np.flatnonzero(found.dead).tolist(), "dead") | dict.fromkeys(
        np.flatnonzero(found.saturated).tolist(), "sat."
    )
    chosen = st.session_state[overview.UNIT] if layer.name == st.session_state[overview.LAYER] else None
    words = [f"{unit}: {describe(unit)}" for unit in range(layer.units)]
    picture = _picture(network_id, by, pictures.style(), first_weights(layer), order)
    key = overview.key_of_chart(_PANEL, chosen)
    with st.container(key="inside_wall"):
        st.vega_lite_chart(
            wall_chart.wall(picture, order, words, marks, chosen, pictures.style()),
            key=key,
            on_select=partial(overview.choose_clicked, key, _PANEL, layer.name),
            selection_mode=inside_charts.UNIT,
            alt=f"The weights of all {layer.units} {overview.unit_word(layer)}s, sorted by: {by.lower()}",
        )
    st.caption(
        f"Dead (never on): {int(found.dead.sum())}. Saturated (always at an end of the curve): "
        f"{int(found.saturated.sum())}. Measured on {len(images):,} test images. Each picture has its own "
        "scale; blue is above zero, orange below. **Click** a picture to look into it."
    )


def show_exciting(network_id: str, values: ForwardPass) -> None:
    """Show the test images for which the chosen unit has its largest outputs, on demand."""
    name, unit = st.session_state[overview.LAYER], int(st.session_state[overview.UNIT])
    if not st.toggle(
        "Show the test images that excite it most", key="inside_show_exciting", persist_state="session"
    ):
        return
    found, images = _responses(network_id, name, values.network)
    best = found.strongest(unit, _EXCITING)
    dataset = load_mnist()
    outputs = [f"{float(found.outputs[index, unit]):.2f}" for index in best]
    with st.container(key="inside_exciting"):
        pictures.show(
            figures.digit_grid,
            dataset.test_images[images[best]],
            outputs,
            columns=6,
            alt=f"The {_EXCITING} test images with the largest outputs: digits "
            f"{', '.join(str(dataset.test_labels[index]) for index in images[best])}",
            width=560,
        )
    st.caption(
        f"Its output is above each of them. It is on for {percent(float(found.on[unit]))} of "
        f"{len(images):,} test images, and most for the digit {int(found.of_digits[unit].argmax())}."
    )


def _orders(
    network: Network, found: Responses
) -> dict[str, tuple[npt.NDArray[np.floating], Callable[[int], str]]]:
    """Return by what the units can be sorted, with what to say of each."""
    layer, last = found.layer, network.layers[-1]
    orders = {}
    if isinstance(layer, Dense) and len(network.weighted) == 2 and isinstance(last, Dense):
        # Within a digit the strongest vote first.
        votes, strength = last.kernel.argmax(axis=1), last.kernel.max(axis=1)
        orders["What it votes for"] = (
            votes - strength / (strength.max() + 1),
            lambda unit: f"votes for {votes[unit]}, weight {strength[unit]:.2f}",
        )
    means = found.of_digits
    digits, on = means.argmax(axis=1), found.on
    norms = np.linalg.norm(first_weights(layer), axis=(1, 2))
    orders["What it responds to"] = (
        digits + 0.5 - means.max(axis=1) / (2 * np.abs(means).max() + 1e-9),
        lambda unit: f"responds most to {digits[unit]}, mean output {means[unit].max():.2f}",
    )
    orders["Norm of its weights"] = -norms, lambda unit: f"norm {norms[unit]:.2f}"
    orders["How often it is on"] = -on, lambda unit: f"on for {percent(float(on[unit]))} of the images"
    return orders


def first_weights(layer: Dense | Conv2D) -> npt.NDArray[np.floating]:
    """Return the weights of each unit of a first layer as a picture, shape (units, height, width)."""
    if isinstance(layer, Conv2D):
        return np.moveaxis(layer.kernel[:, :, 0], -1, 0)
    return layer.kernel.T.reshape(layer.units, 28, 28)
