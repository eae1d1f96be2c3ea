"""A canvas to draw a digit on, with undo and clear."""

import streamlit as st
import streamlit_drawable_canvas

from ui.drawing import SIDE, Drawing

INK, PAPER = "#ffffff", "#000000"

# The component's own toolbar is transparent until the pointer is over it, but it takes
# clicks all the time, over the upper right corner of the canvas: there, strokes were
# lost and a tap on a phone erased the drawing. So the component is registered again
# without a visible toolbar; undo and clear are buttons of the page. Seen in 0.13.0.
streamlit_drawable_canvas.out = st.components.v2.component(
    "streamlit-drawable-canvas.streamlit_drawable_canvas",
    js="index-*.js",
    css="index-*.css",
    html='<style>.dc-toolbar{display:none!important}</style><div class="canvas-root"></div>',
    isolate_styles=True,
)


def drawing_pad(key: str) -> Drawing:
    """Show the canvas and its buttons, and return what is drawn on it.

    Parameters
    ----------
    key : str
        Of the canvas; the drawing survives a visit to another page under this name.
    """
    drawing: Drawing = st.session_state.setdefault(f"{key}_drawing", Drawing())
    if key not in st.session_state:
        drawing.show_again()
    canvas, buttons = st.container(), st.container(horizontal=True)
    pen = st.slider("Pen width", 8, 40, 20, key=f"{key}_pen", persist_state="session", width=SIDE)
    with canvas:
        streamlit_drawable_canvas.st_canvas(
            stroke_width=pen,
            stroke_color=INK,
            background_color=PAPER,
            width=SIDE,
            height=SIDE,
            drawing_mode="freedraw",
            initial_drawing=drawing.initial,
            return_image_data=True,
            key=key,
            on_change=lambda: drawing.receive(st.session_state[key]["drawing"]),
        )
    # Never disabled: a disabled button swallows the end of a stroke that leaves the canvas.
    buttons.button(
        "Undo",
        icon=":material/undo:",
        key=f"{key}_undo",
        on_click=lambda: drawing.replace(drawing.strokes[:-1]),
    )
    buttons.button(
        "Clear",
        icon=":material/delete:",
        key=f"{key}_clear",
        on_click=lambda: drawing.replace([]),
    )
    return drawing
