"""The activations of a network for one image, layer by layer."""

import math

import streamlit as st

from core.data import Images
from core.plots import figures
from core.store.run import Run
from ui import pictures, resources

# Pixels, where there is room for them.
_WIDTH = 600
_COLUMNS = {"feature maps": 8, "attributions": 5, "probabilities": 10}


def show(run: Run, image: Images) -> None:
    """Show one tiled picture for each layer, from the first to the ten probabilities.

    Parameters
    ----------
    run : Run
    image : ndarray of uint8, shape (28, 28)
    """
    # Imported here because it brings TensorFlow, as the network does.
    from core.analysis.interpretability import activations

    for number, layer in enumerate(activations(resources.model(run.id), image), start=1):
        # Units fill a field about twice as wide as high.
        columns = _COLUMNS.get(layer.kind) or max(10, math.ceil(math.sqrt(2 * len(layer.feature_maps))))
        captions = (
            [str(digit) for digit in range(10)] if layer.kind in ("probabilities", "attributions") else []
        )
        with st.container(key=f"evaluate_inside_{number}"):
            st.markdown(f"**{layer.title}** · `{layer.name}`")
            st.caption(layer.text)
            if (layer.values < 0).any():
                st.caption("Blue is above zero, orange below.")
            pictures.show(
                figures.feature_maps,
                layer.feature_maps,
                columns,
                captions,
                alt=f"{layer.title}, layer {layer.name}",
                width=_WIDTH,
            )
