"""Figures on the page, in the colors of the visitor's theme."""

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from matplotlib.figure import Figure

from core.plots import figures
from ui import projector

# The frame around an image: its gray, and its width in pixels of the image.
FRAME, _FRAME_PIXELS = 48, 2
# Digits in one picture of a gallery.
_GALLERY_PART = 9


def style() -> figures.Style:
    """Return the figure colors of the visitor's theme."""
    return figures.DARK if st.context.theme.type == "dark" else figures.LIGHT


def png(draw: Callable[..., Figure], *args: Any, style: figures.Style, **kwargs: Any) -> bytes:
    """Return a figure as PNG; the same figure is drawn once for all visitors."""
    return _png_of(draw, args, kwargs, style)


def show(draw: Callable[..., Figure], *args: Any, alt: str, width: Any = "stretch", **kwargs: Any) -> None:
    """Show a figure of `core.plots.figures`, with an alternative text."""
    # A width given to the image itself makes Streamlit decode, shrink and encode it every time.
    with st.container(width=width):
        st.image(png(draw, *args, style=style(), **kwargs), alt=alt, width="stretch")


def chart(draw: Callable[..., Any], *args: Any, key: str, alt: str) -> None:
    """Show a chart of `core.plots.charts` that is always the same; it is drawn once for all visitors."""
    st.vega_lite_chart(projector.sized(_spec_of(draw, args)), key=key, alt=alt)


def enlarged(image: npt.NDArray[np.uint8], times: int) -> npt.NDArray[np.uint8]:
    """Return an image, in gray or in color, with every pixel as a square."""
    return image.repeat(times, axis=0).repeat(times, axis=1)


def framed(image: npt.NDArray[np.uint8], times: int) -> npt.NDArray[np.uint8]:
    """Return a gray image enlarged, in a dark gray frame as wide as two of its pixels.

    MNIST puts the center of mass of a digit in the middle, so the foot of one 7 in ten is in the
    last row of pixels. Without the frame it would look cut off, and rounded corners would cut.
    """
    return np.pad(enlarged(image, times), _FRAME_PIXELS * times, constant_values=FRAME)


def halves(images: npt.NDArray[Any], labels: Sequence[int], columns: int, alt: str) -> None:
    """Show digits with their labels in two halves: side by side, or one under the other on a phone."""
    captions = [str(label) for label in labels]
    middle = -(-len(images) // (2 * columns)) * columns
    with st.grid(2, min_column_width=320, gap="small"):
        for half in (slice(middle), slice(middle, None)):
            if len(images[half]):
                show(
                    figures.digit_grid,
                    images[half],
                    captions[half],
                    columns=columns,
                    alt=f"{alt}: {', '.join(captions[half])}",
                )


def gallery(images: npt.NDArray[Any], captions: Sequence[str], alt: str) -> None:
    """Show digits with captions of several words: as wide as the page, three in a row on a phone."""
    with st.grid(2, min_column_width=320):
        for start in range(0, len(images), _GALLERY_PART):
            part = slice(start, start + _GALLERY_PART)
            show(figures.digit_grid, images[part], captions[part], columns=3, alt=alt, width=420)


# Hashed by its name: the code of a function does not change while the server runs.
_BY_NAME: Any = {FunctionType: lambda function: function.__qualname__}


@st.cache_data(max_entries=50, show_spinner=False, hash_funcs=_BY_NAME)
def _spec_of(draw: Callable[..., Any], args: Any) -> dict[str, Any]:
    spec: dict[str, Any] = draw(*args).to_dict()
    return spec


@st.cache_data(max_entries=200, show_spinner=False, hash_funcs=_BY_NAME)
def _png_of(draw: Callable[..., Figure], args: Any, kwargs: Any, style: figures.Style) -> bytes:
    return figures.to_png(draw(*args, **kwargs, style=style))
