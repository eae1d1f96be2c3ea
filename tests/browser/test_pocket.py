"""The pocket file on a phone without a network connection."""

import base64
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
from core.store.networks import open_network
from tests.browser.conftest import PHONE

SIDE = 280
PREDICT = """text => {
    const pixels = bytes(text);
    const image = (at) => pixels.subarray(784 * at, 784 * (at + 1));
    return Array.from({length: 200}, (_, at) => Array.from(predict(image(at))));
}"""
NORMALIZE = f"text => Array.from(toMnist({{width: {SIDE}, height: {SIDE}, values: bytes(text)}}))"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(**PHONE, offline=True)
    yield context.new_page()
    context.close()


def drawings() -> Iterator[np.ndarray]:
    """Crooked lines of all sizes, places and pen widths, with soft edges, as `core.ink` gets them.

    None is symmetric: there, rounding decides which of two pixels is the middle, in `core.ink`, too.
    """
    random = np.random.default_rng(0)
    for number in range(60):
        picture = Image.new("L", (SIDE * 2, SIDE * 2))
        corner, size = random.integers(10, 180, 2), int(random.integers(60, 360))
        points = corner + random.integers(0, size, (3 + number % 4, 2))
        width = int(random.integers(2, 4 + size // 6))
        ImageDraw.Draw(picture).line([tuple(point) for point in points.tolist()], 255, width, "curve")
        yield np.asarray(picture.resize((SIDE, SIDE)))


def in_page(array: np.ndarray) -> str:
    """An array as the page has its own: a list of numbers would take seconds."""
    return base64.b64encode(array.tobytes()).decode()


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
        found = phone.evaluate(PREDICT, in_page(images))
        np.testing.assert_allclose(found, model(images), atol=1e-3)

    for drawing in drawings():
        found = phone.evaluate(NORMALIZE, in_page(drawing))
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
