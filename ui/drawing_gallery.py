"""A gallery of the drawings that a visitor has stored."""

import json
from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.store.database import StoreError
from core.store.drawings import SavedDrawing
from ui import chrome, pictures, session

TILES = 24
TILE_SCALE = 3


def drawing_gallery(drawings: Sequence[SavedDrawing]) -> None:
    """Show drawings a page at a time, each with a button that deletes it.

    Parameters
    ----------
    drawings : sequence of SavedDrawing
        Newest first.
    """
    pages = -(-len(drawings) // TILES)
    page = st.pagination(pages, key="kept_page") if pages > 1 else 1
    with st.grid(8, min_column_width=84, key="kept_tiles"):
        for drawing in drawings[(page - 1) * TILES : page * TILES]:
            with st.container(horizontal_alignment="center", gap="xxsmall"):
                st.image(
                    pictures.framed(drawing.image, TILE_SCALE),
                    alt=f"Your drawing, labeled {drawing.label}",
                )
                st.button(
                    str(drawing.label),
                    icon=":material/close:",
                    key=f"kept_delete_{drawing.id}",
                    type="tertiary",
                    help="Delete this drawing",
                    on_click=_delete,
                    args=([drawing.id],),
                )
    st.markdown("The number under each drawing is its label. Only you can see them (in this browser).")
    with st.container(horizontal=True):
        st.download_button(
            "Download all",
            partial(_as_json, drawings),
            "drawings.json",
            "application/json",
            key="kept_save",
            icon=":material/download:",
            on_click="ignore",
            help="Strokes, pixels and labels of all your drawings, as JSON",
        )
        with st.popover("Delete all", icon=":material/delete:", key="kept_delete_all"):
            st.markdown("This deletes all your drawings. Models that were fine-tuned on them stay.")
            st.button(
                chrome.on_primary("Delete all drawings"),
                type="primary",
                key="kept_delete_for_good",
                on_click=_delete,
                args=([drawing.id for drawing in drawings],),
            )


def _delete(ids: Sequence[int]) -> None:
    try:
        session.drawing_store().delete(ids)
    except StoreError as error:
        st.toast(str(error), icon=":material/database_off:")


def _as_json(drawings: Sequence[SavedDrawing]) -> str:
    return json.dumps(
        [
            {
                "label": drawing.label,
                "answer": drawing.answer,
                "created": drawing.created,
                "image": drawing.image.tolist(),
                "strokes": [stroke.tolist() for stroke in drawing.strokes],
            }
            for drawing in drawings
        ]
    )
