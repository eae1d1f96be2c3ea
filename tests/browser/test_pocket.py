"""The pocket file on a phone without a network connection."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from core.data import load_mnist
from core.export.pocket import pocket_page
from core.ink import to_mnist
from core.model import build_model
from core.recipe import ACTIVATIONS, Recipe
from core.store.bundled import BUNDLED_FOLDER
from core.store.runs import open_network
from tests.browser.conftest import PHONE

SIDE = 280


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(**PHONE, offline=True)
    yield context.new_page()
    context.close()


def drawings() -> Iterator[np.ndarray]:
    """Lines and bows of all sizes, places and pen widths, as `core.ink` gets them."""
    random = np.random.default_rng(0)
    for number in range(60):
        picture = Image.new("L", (SIDE, SIDE))
        pen = ImageDraw.Draw(picture)
        corner, size = random.integers(10, 90, 2), int(random.integers(30, 180))
        width = int(random.integers(1, 3 + size // 4))
        for _ in range(1 + number % 3):
            points = corner + random.integers(0, size, (2, 2))
            (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0) + 12
            pen.line([(left, top), (right, bottom)], 255, width)
            pen.arc((left, top, right, bottom), 0, int(random.integers(90, 360)), 255, width)
        yield np.asarray(picture.resize((SIDE * 2, SIDE * 2)).resize((SIDE, SIDE)))


def networks() -> Iterator:
    for preset in ("article", "drawings"):
        yield open_network((BUNDLED_FOLDER / f"{preset}.keras").read_bytes())
    for activation in ACTIVATIONS:
        yield build_model(
            Recipe(conv_filters=(3, 2), hidden_units=(9, 8), dropout=0.2, activation=activation)
        )


def test_a_phone_reads_digits_as_keras_and_drawings_as_predict(phone: Page, tmp_path: Path):
    file = tmp_path / "pocket.html"
    images = load_mnist().test_images[:200]
    for model in networks():
        file.write_text(pocket_page(model, "Ann's network", load_mnist()), encoding="utf-8")
        phone.goto(file.as_uri())
        expect(phone.locator("#check.good")).to_contain_text("✓ Ten MNIST test digits")
        found = phone.evaluate(
            "images => images.map((image) => Array.from(predict(image)))", images.reshape(200, -1).tolist()
        )
        np.testing.assert_allclose(found, model(images), atol=1e-3)

    for drawing in drawings():
        values = drawing.ravel().tolist()
        picture = {"width": SIDE, "height": SIDE, "values": values}
        found = phone.evaluate("drawing => Array.from(toMnist(drawing))", picture)
        difference = np.abs(np.reshape(found, (28, 28)) - to_mnist(drawing).astype(int))
        assert difference.max() <= 2

    area = phone.locator("#canvas").bounding_box()
    assert area["x"] >= 0
    assert area["x"] + area["width"] <= 390
    x, y = area["x"] + area["width"] / 2, area["y"]
    phone.mouse.move(x, y + 60)
    phone.mouse.down()
    phone.mouse.move(x, y + 260)
    phone.mouse.up()
    expect(phone.locator("#answer")).to_contain_text("%")
    phone.get_by_role("button", name="Clear").click()
    expect(phone.locator("#answer")).to_be_empty()
