"""A canvas to draw digits on, with undo and clear."""

from dataclasses import dataclass

import streamlit as st
import streamlit_drawable_canvas

from ui.drawing import Drawing

INK, PAPER = "#ffffff", "#000000"
MIN_PEN, MAX_PEN = 12, 60


@dataclass(frozen=True)
class Canvas:
    """A canvas of the app.

    Attributes
    ----------
    key : str
        Of the component; the drawing survives a visit to another page under this name.
    width, height : int
        Its own pixels, in which strokes are measured. How large it is on the screen is
        decided there, by the style below.
    pen : int
        Width of the pen at first, in its pixels.
    """

    key: str
    width: int
    height: int
    pen: int

    @property
    def drawing(self) -> Drawing:
        """What the visitor has drawn on it."""
        drawing: Drawing = st.session_state.setdefault(f"{self.key}_drawing", Drawing())
        return drawing


ONE_DIGIT = Canvas("predict_canvas", 420, 420, pen=30)
SEVERAL_DIGITS = Canvas("predict_row_canvas", 600, 300, pen=24)

# The server does not know how large a window is, so the canvas gets its size here: 280 pixels
# on a phone; elsewhere what its column is wide (see `ui.predict.digit.lay_out`) and what the
# page's head, Undo and Clear leave of the window's height. Fabric.js, which draws on it, divides
# the place of each pointer by that size, so strokes stay exact.
_STYLE = f"""
<style>
.dc-toolbar {{ display: none !important }}
.dc-container {{
  width: 280px !important; max-width: 100%; height: auto !important; aspect-ratio: 1;
}}
.dc-container[style*="{SEVERAL_DIGITS.width}px"] {{
  width: min(100vw - 2rem, {SEVERAL_DIGITS.width}px) !important;
  aspect-ratio: {SEVERAL_DIGITS.width} / {SEVERAL_DIGITS.height};
}}
@media (min-width: 641px) {{
  .dc-container {{ width: clamp(280px, min(100vh - 280px, 40vw - 80px), 520px) !important }}
  .dc-container[style*="{SEVERAL_DIGITS.width}px"] {{
    width: clamp(280px, 50vw - 100px, {SEVERAL_DIGITS.width}px) !important;
  }}
}}
.dc-container * {{ width: 100% !important; height: 100% !important }}
.without-mouse {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }}
</style>
"""

# The component's own toolbar is transparent until the pointer is over it, but it takes
# clicks all the time, over the upper right corner of the canvas: there, strokes were
# lost and a tap on a phone erased the drawing. So the component is registered again
# without a visible toolbar; undo and clear are buttons of the page. Seen in 0.13.0.
#
# It also waits for a fifth of a second after each stroke, in case another one follows, before
# it sends the drawing: three quarters of the time to an answer. Its toolbar has a button that
# sends at once, so that is pressed at the end of a stroke, once the stroke belongs to the
# drawing. Where the button is missing, or a stroke ends outside of the canvas, the canvas waits.
SEND_BUTTON = "Update the app with this drawing"
_SEND = f"setTimeout(() => this.querySelector('[title=&quot;{SEND_BUTTON}&quot;]')?.click())"
streamlit_drawable_canvas.out = st.components.v2.component(
    "streamlit-drawable-canvas.streamlit_drawable_canvas",
    js="index-*.js",
    css="index-*.css",
    html=f"""{_STYLE}
    <div class="canvas-root" role="img" aria-label="Canvas to draw a digit on"
         aria-describedby="without-mouse" onmouseup="{_SEND}" ontouchend="{_SEND}"></div>
    <p class="without-mouse" id="without-mouse">
      It needs a mouse, a pen or a finger. Without them, choose Photo or Test image above.
    </p>""",
    isolate_styles=True,
)


def drawing_pad(canvas: Canvas) -> Drawing:
    """Show a canvas and its buttons, and return what is drawn on it."""
    drawing, key = canvas.drawing, canvas.key
    if key not in st.session_state:
        drawing.show_again()
    place, buttons = st.container(width="content"), st.container(horizontal=True, width="content")
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
    with buttons.popover("Pen", icon=":material/line_weight:", type="tertiary", key=f"{key}_pen_choice"):
        pen = st.slider("Pen width", MIN_PEN, MAX_PEN, canvas.pen, key=f"{key}_pen", persist_state="session")
    with place:
        streamlit_drawable_canvas.st_canvas(
            stroke_width=pen,
            stroke_color=INK,
            background_color=PAPER,
            width=canvas.width,
            height=canvas.height,
            drawing_mode="freedraw",
            initial_drawing=drawing.initial,
            key=key,
            on_change=lambda: drawing.receive(st.session_state[key]["drawing"]),
        )
    return drawing
