"""Inside, Map: the digits in two dimensions, as pixels and as each layer sees them."""

import contextlib
import re
import threading
from collections.abc import Iterator

import pytest

from core.inspection.tsne_worker import THREAD_NAME
from core.model import build_model, to_bytes
from core.recipe import Recipe
from tests.pages.conftest import words
from tests.stored import finished_run
from ui import resources

PAGE = "8_inside"


def share(app) -> int:
    """How many of the neighbors on the map have the same label."""
    found = re.search(r"neighbors of a point, \*\*(\d+)%\*\*", words(app))
    assert found
    return int(found.group(1))


def open_map(open_page, **address: str):
    app = open_page(PAGE, **address)
    return app.pills(key="inside_view").set_value("Map").run()


def choose(app, key: str, value: str):
    return app.segmented_control(key=key).set_value(value).run()


@pytest.mark.parametrize("name", ["article", "convolutional"])
def test_the_digits_come_apart_from_the_pixels_to_the_last_layer(open_page, name: str):
    app = open_map(open_page, model=name)
    assert not app.exception
    assert "2,000 test images, as pixels." in words(app)
    pixels = share(app)
    choose(app, "inside_stage", "digit")
    assert not app.exception
    assert "after `digit`" in words(app)
    assert share(app) > pixels
    choose(app, "inside_method", "t-SNE")
    assert not app.exception
    assert share(app) > 85, "made beforehand"
    for color in ("Correct or error", "Writer group"):
        choose(app, "inside_color", color)
        assert not app.exception


@contextlib.contextmanager
def small_map(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Few enough points to see what happens, in a second instead of twenty."""
    # It can be imported once a page has been opened: the canvas registers itself with a server.
    from ui.inside import map as digit_map

    of_the_points = (digit_map._sample, digit_map._predictions, digit_map._pca)
    for kept in of_the_points:
        kept.clear()
    monkeypatch.setattr(digit_map, "POINTS", 120)
    yield
    for kept in of_the_points:
        kept.clear()


def test_another_network_s_map_is_made_in_the_background(open_page, monkeypatch):
    network = to_bytes(build_model(Recipe(hidden_units=(8,))))
    run = finished_run(resources.store(), Recipe(hidden_units=(8,)), network=network, epochs=1)
    app = open_page(PAGE, model=run.id)
    with small_map(monkeypatch):
        app.pills(key="inside_view").set_value("Map").run()
        choose(app, "inside_stage", "hidden_1")
        choose(app, "inside_method", "t-SNE")
        assert not app.exception
        for thread in threading.enumerate():
            if thread.name == THREAD_NAME:
                thread.join(60)
        app.run()
        assert not app.exception
        assert "120 test images, after `hidden_1`." in words(app)
        choose(app, "inside_method", "PCA")
        app.selectbox(key="inside_model").select("softmax").run()
        assert not app.exception
        assert app.segmented_control(key="inside_stage").value == "pixels", "it has no such layer"
