"""A canvas to draw a digit on, with undo and clear."""

import streamlit as st
import streamlit_drawable_canvas

from ui.drawing import Drawing

INK, PAPER = "#ffffff", "#000000"
# Pixels: the narrowest phones have room for it.
SIDE = 280

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


def drawing_pad(key: str, width: int = SIDE, height: int = SIDE, pen: int = 20) -> Drawing:
    """Show the canvas and its buttons, and return what is drawn on it.

    Parameters
    ----------
    key : str
        Of the canvas; the drawing survives a visit to another page under this name.
    width, height, pen : int
        Of the canvas, and of the pen at first, in pixels.
    """
    drawing: Drawing = st.session_state.setdefault(f"{key}_drawing", Drawing())
    if key not in st.session_state:
        drawing.show_again()
    canvas, buttons = st.container(), st.container(horizontal=True)
    stroke_width = st.slider("Pen width", 8, 40, pen, key=f"{key}_pen", persist_state="session", width=SIDE)
    with canvas:
        streamlit_drawable_canvas.st_canvas(
            stroke_width=stroke_width,
            stroke_color=INK,
            background_color=PAPER,
            width=width,
            height=height,
            drawing_mode="freedraw",
            initial_drawing=drawing.initial,
            key=key,
            on_change=lambda: drawing.receive(st.session_state[key]["drawing"]),
        )
    # Never disabled: a disabled button swallows the end of a stroke that leaves the canvas.
    buttons.button(
        "Undo",
        icon=":material/undo:",
        key=f"{key}_undo",
        on_click=lambda: drawing.replace(drawing.objects[:-1]),
    )
    buttons.button(
        "Clear",
        icon=":material/delete:",
        key=f"{key}_clear",
        on_click=lambda: drawing.replace([]),
    )
    return drawing
