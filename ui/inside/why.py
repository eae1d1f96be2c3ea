"""Why this prediction: which pixels made it, and what the network would like best for each digit."""

import numpy as np
import streamlit as st

from core.data import CLASSES, Images, load_mnist
from core.inspection.attribution import PATCH, Favorites, favorite_inputs, integrated_gradients, occlusion
from core.inspection.forward import ForwardPass
from core.inspection.network import Network
from core.plots import figures
from core.plots.pixels import Picture, Values, diverging
from ui import pictures, resources
from ui.inside.subject import Subject
from ui.inside.time_machine import Moment
from ui.words import percent

_TIMES = 10
_COLUMNS = 5


@st.cache_resource(max_entries=8, show_spinner="Finding each digit's favorite input by gradient ascent…")
def _favorites(network_id: str, _network: Network) -> Favorites:  # noqa: ARG001, the network is known by it
    return favorite_inputs(_network, load_mnist().train_images.mean(axis=0))


def show(moment: Moment, values: ForwardPass, subject: Subject) -> None:
    """Show which pixels speak for the prediction and for its runner-up, in two ways."""
    probabilities = values.probabilities[0]
    prediction, runner_up = (int(digit) for digit in np.argsort(probabilities)[::-1][:2])
    st.header(f"Why {prediction}, and why not {runner_up}?", anchor=False)
    st.markdown(
        f"Predicted **{prediction}** ({percent(float(probabilities[prediction]))}), runner-up "
        f"**{runner_up}** ({percent(float(probabilities[runner_up]))}). **Blue** pixels speak for the digit, "
        "**orange** ones against it."
    )
    lost = occlusion(values.network, subject.image)
    with st.grid(2, min_column_width=300):
        for digit, role in ((prediction, "prediction"), (runner_up, "runner-up")):
            with st.container(border=True, key=f"inside_why_{role.replace('-', '_')}"):
                st.markdown(f"**{digit}**, the {role}")
                attributions = integrated_gradients(values.network, subject.image, digit)
                with st.grid(2, min_column_width=130):
                    _map(f"Integrated gradients for {digit}", attributions, subject.image)
                    _map(f"Occlusion for {digit}", lost[digit], subject.image)
    st.markdown(
        "**Integrated gradients**: how much each pixel adds to the logarithm of the digit's probability, "
        "added up while the ink fades in from black; black pixels add nothing. **Occlusion**: how much of it "
        f"is lost when a black square of {PATCH}×{PATCH} pixels covers the place; no gradient is needed. "
        "Where both agree, you can rely on it more. Each picture has its own scale."
    )
    _show_favorites(moment, values)


def _map(title: str, values: Values, image: Images) -> None:
    with st.container(gap="xxsmall"):
        st.image(
            pictures.enlarged(_over_outline(values, image), _TIMES),
            alt=f"{title}: blue pixels speak for it, orange ones against it",
            width="stretch",
        )
        st.caption(title.partition(" for ")[0])


def _over_outline(values: Values, image: Images) -> Picture:
    """Return attributions in color, with the ink beneath as gray where they are weak."""
    style = pictures.style()
    colors = diverging(values, style).astype(np.float32)
    largest = max(float(np.abs(values).max()), 1e-9)
    faint = (1 - np.abs(values) / largest) * (image / 255) * 0.35
    gray = np.array([128.0, 128.0, 128.0])
    mixed: Picture = (colors + faint[..., np.newaxis] * (gray - colors)).round().astype(np.uint8)
    return mixed


def _show_favorites(moment: Moment, values: ForwardPass) -> None:
    """Show the input that the network would like best for each digit, on demand."""
    st.header("The input that it would like best", anchor=False)
    if not st.toggle(
        "Show the favorite input of each digit", key="inside_show_favorites", persist_state="session"
    ):
        return
    found = _favorites(moment.network_id, values.network)
    with st.grid(2, min_column_width=300):
        with st.container(key="inside_favorites"):
            st.markdown("**Gradient ascent**")
            captions = [f"{digit}: {percent(float(found.probabilities[digit]))}" for digit in range(CLASSES)]
            pictures.show(
                figures.digit_grid,
                found.images,
                captions,
                columns=_COLUMNS,
                alt="For each digit, the image that makes its sum as large as it gets",
            )
        with st.container(key="inside_averages"):
            st.markdown("**Class average** of the training images")
            pictures.show(
                figures.digit_grid,
                resources.average_digits().round().astype(np.uint8),
                [f"{digit}: average" for digit in range(CLASSES)],
                columns=_COLUMNS,
                alt="For each digit, the mean of its training images",
            )
    st.markdown(
        "All ten begin as the mean of all digits. Then every pixel moves, step by step, where it makes the "
        "sum z of the digit larger: as in training, but with the pixels in place of the weights. Their sums "
        f"are {found.logits.min():.1f} to {found.logits.max():.1f}; the largest for the image above is "
        f"{values.logits.max():.1f}. A network only learns what tells the ten digits **apart**, not what a "
        "digit is: it never sees anything else."
    )
