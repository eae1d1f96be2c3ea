"""How far a class agrees on its labels, and the drawings that it disputes."""

from collections import Counter

import numpy as np
import streamlit as st

from core.classroom.second_readings import ReadDrawing, agreement, disputed, read_drawings
from ui import pictures, resources

# More than these nobody discusses.
_SHOWN = 27


def agreement_view(code: str) -> None:
    """Show the share of equal labels, and what is disputed. Raises `StoreError`."""
    read = read_drawings(resources.store().database, code)
    result = agreement(read)
    with st.container(horizontal=True):
        st.metric(
            "Inter-annotator agreement",
            "–" if result.share is None else f"{result.share:.0%}",
            f"{result.equal} of {result.readings}" if result.readings else None,
            delta_color="off",
            delta_arrow="off",
            border=True,
            help="Share of the second readings that give the label of the person who drew the digit.",
        )
        st.metric("Labeled drawings", result.drawings, border=True, help="Drawings with a second reading.")
        st.metric(
            "Disputed",
            result.disputed,
            border=True,
            help="Drawings that somebody reads otherwise than the person who drew them, or cannot read.",
        )
    if not read:
        st.info("Nobody has labeled a drawing of somebody else yet.", icon=":material/label:")
        return
    found = disputed(read)
    if not found:
        st.markdown("No drawing is disputed so far.")
        return
    st.header("Disputed drawings", anchor=False)
    st.markdown("Is the label wrong, is the drawing unclear, or do people write this digit differently?")
    pictures.gallery(
        np.stack([one.drawing.image for one in found[:_SHOWN]]),
        [_caption(one) for one in found[:_SHOWN]],
        "Disputed drawings, with their label and what others read",
    )
    if len(found) > _SHOWN:
        st.markdown(f"The {_SHOWN} most disputed of {len(found)}.")


def _caption(one: ReadDrawing) -> str:
    """Return the label of a drawing, and what others say."""
    said = Counter("?" if digit is None else str(digit) for digit in one.digits)
    others = ", ".join(digit if times == 1 else f"{digit} (×{times})" for digit, times in said.most_common(3))
    return f"label {one.drawing.label}\nread {others}"
