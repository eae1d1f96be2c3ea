"""The test image that the address asks for, to be drawn by hand."""

import streamlit as st

_ADDRESS = "image"


def image_to_copy(images: int) -> int | None:
    """The test image that the address asks for; of one that is not there, the page says so.

    Parameters
    ----------
    images : int
        How many test images there are.
    """
    asked = st.query_params.get(_ADDRESS)
    if asked is None:
        return None
    if asked in map(str, range(images)):
        return int(asked)
    st.warning(
        f"There is no such test image to draw. They have the numbers 0 to {images - 1:,}.",
        icon=":material/search_off:",
    )
    return None
