"""What each layer of a network makes of one image."""

import math

import streamlit as st

from core.data import Images
from core.plots import figures
from core.store.run import Run
from ui import pictures, resources

# Pixels, where there is so much room.
_WIDTH = 600
_COLUMNS = {"pictures": 8, "evidence": 5, "answers": 10}


def show(run: Run, image: Images) -> None:
    """One tiled picture for each layer, from the first to the ten answers.

    Parameters
    ----------
    run : Run
    image : ndarray of uint8, shape (28, 28)
    """
    # Imported here because it brings TensorFlow, as the network does.
    from core.analysis.interpretability import activations

    for number, layer in enumerate(activations(resources.model(run.id), image), start=1):
        # Units in a field about twice as wide as high.
        columns = _COLUMNS.get(layer.kind) or max(10, math.ceil(math.sqrt(2 * len(layer.pictures))))
        captions = [str(digit) for digit in range(10)] if layer.kind in ("answers", "evidence") else []
        with st.container(key=f"evaluate_inside_{number}"):
            st.markdown(f"**{layer.title}** · `{layer.name}`")
            st.caption(layer.text)
            if (layer.values < 0).any():
                st.caption("Blue is above nought, orange below.")
            pictures.show(
                figures.feature_maps,
                layer.pictures,
                columns,
                captions,
                alt=f"{layer.title}, layer {layer.name}",
                width=_WIDTH,
            )
