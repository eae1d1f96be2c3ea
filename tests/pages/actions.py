"""What a visitor does with a page of `AppTest`, and what is on it."""

from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from core.store.drawings import DrawingStore
from ui import resources


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def tiny(app, round_number: int = 0):
    """The smallest training that the form allows."""
    app.select_slider(key=f"recipe_{round_number}_train_size").set_value(100)
    return app.slider(key=f"recipe_{round_number}_epochs").set_value(1)


def progress(app) -> str:
    """What stands beside the progress bar."""
    return " ".join(bar.proto.text for bar in app.get("progress"))


def keys(app) -> list[str]:
    return [button.key for button in app.button]


def newest() -> str:
    return resources.store().runs(limit=1)[0].id


def sent(*strokes: list[tuple[float, float]], pen: int = 20) -> dict[str, Any]:
    """What the canvas sends after a stroke."""
    objects = []
    for (x, y), *rest in strokes:
        path = [["M", x, y], *(["L", *point] for point in rest)]
        objects.append({"type": "path", "strokeWidth": pen, "path": path})
    return {"raw": {"objects": objects}, "data": None}


ONE = [(140.0, 40.0), (140.0, 240.0)]
SEVEN = [(60.0, 60.0), (200.0, 60.0), (120.0, 240.0)]


def draw(app: AppTest, *strokes: list[tuple[float, float]], pen: int = 20) -> AppTest:
    app.session_state["predict_canvas_drawing"].receive(sent(*strokes, pen=pen))
    app.run()
    assert not app.exception
    return app


def book(app: AppTest) -> DrawingStore:
    return DrawingStore(resources.store().database, app.session_state["owner"])


FACE = [
    [(140 + 100 * np.cos(turn), 140 + 100 * np.sin(turn)) for turn in np.linspace(0, 2 * np.pi, 40)],
    [(105.0, 105.0), (106.0, 118.0)],
    [(175.0, 105.0), (174.0, 118.0)],
    [(90.0, 165.0), (115.0, 190.0), (140.0, 197.0), (165.0, 190.0), (190.0, 165.0)],
]
