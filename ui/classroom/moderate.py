"""The drawings of a class, from which its teacher hides what does not belong there."""

import streamlit as st

from core.classroom.classroom import PooledDrawing
from core.classroom.progress import read_pool
from ui import pictures, resources
from ui.classroom.act import act, desk
from ui.words import counted

_TILES = 60
_TILE_SCALE = 2


def moderate(code: str) -> None:
    """Show the drawings a page at a time, newest first. Raises `StoreError`."""
    drawings = read_pool(resources.store().database, code, hidden=True)[::-1]
    if not drawings:
        st.info("No drawings yet.", icon=":material/draw:")
        return
    hidden = sum(drawing.hidden for drawing in drawings)
    st.markdown(
        f"{counted(len(drawings), 'drawing')}, {hidden} of them hidden. Press the number under a drawing to "
        "hide it, or to show it again: a hidden one is on no screen, and in no training."
    )
    pages = -(-len(drawings) // _TILES)
    page = st.pagination(pages, key="class_pool_page") if pages > 1 else 1
    with st.grid(12, min_column_width=72, gap="xxsmall", key="class_pool"):
        for drawing in drawings[(page - 1) * _TILES : page * _TILES]:
            _tile(code, drawing)


def _tile(code: str, drawing: PooledDrawing) -> None:
    with st.container(horizontal_alignment="center", gap=None):
        state = "hidden" if drawing.hidden else "shown"
        st.image(
            pictures.framed(drawing.image // (4 if drawing.hidden else 1), _TILE_SCALE),
            alt=f"A drawing labeled {drawing.label}, {state}",
        )
        st.button(
            str(drawing.label),
            icon=":material/visibility_off:" if drawing.hidden else ":material/visibility:",
            key=f"class_hide_{drawing.id}",
            type="tertiary",
            help="Show this drawing again" if drawing.hidden else "Hide this drawing",
            on_click=act,
            args=(desk(code).hide_drawing, drawing.id, not drawing.hidden),
        )
