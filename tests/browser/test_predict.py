"""Drawing on the real canvas."""

import io
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from benchmarks.first_screens import MAIN, SCREENS, Screen, Seen, look
from core.data import load_mnist
from tests.browser.actions import (
    ONE,
    ZERO,
    click,
    draw,
    draw_with_finger,
    draw_with_stylus,
    element,
    expect_reading,
    open_page,
    overflow,
    pad,
    set_slider,
    shown_prediction,
)
from tests.browser.conftest import DESKTOP

EMPTY = "Draw a digit from 0 to 9"


def choose_input(page: Page, name: str) -> None:
    element(page, "predict_source").get_by_role("radio", name=name).click()


@pytest.fixture
def predict(tab: Page) -> Page:
    """An empty canvas. The page is loaded once for all tests that stay on it."""
    tab.set_viewport_size(DESKTOP["viewport"])
    return empty_canvas(tab)


@pytest.fixture
def pocket(phone_tab: Page) -> Page:
    """An empty canvas on a phone."""
    return empty_canvas(phone_tab)


def empty_canvas(page: Page) -> Page:
    if urlsplit(page.url).path != "/predict":
        open_page(page, "/predict")
    one_digit = element(page, "predict_source").get_by_role("radio", name="One digit")
    if not one_digit.is_checked():
        one_digit.click()
        # Until then the wide canvas for several digits is there.
        expect(page.locator(".dc-container[style*='420px']")).to_be_visible()
    pad(page)
    if not page.get_by_text(EMPTY).is_visible():
        click(page, "predict_canvas_clear")
        expect(page.get_by_text(EMPTY)).to_be_visible()
    return page


def at_rest(page: Page) -> list[Seen]:
    """Where the main things are, once nothing moves any more."""
    now, before = [look(page, key) for key in MAIN["/predict"]], None
    while now != before:
        page.evaluate("new Promise(requestAnimationFrame)")
        now, before = [look(page, key) for key in MAIN["/predict"]], now
    return now


def test_a_one_and_a_zero_are_read(predict: Page):
    expect(predict.get_by_text(EMPTY)).to_be_visible()
    draw(predict, ONE)
    expect_reading(predict, 1)
    click(predict, "predict_canvas_clear")
    expect(predict.get_by_text(EMPTY)).to_be_visible()
    draw(predict, ZERO)
    expect_reading(predict, 0)


def test_a_stroke_may_end_outside_of_the_canvas(predict: Page):
    draw(predict, [(140, 40), (140, 330)])
    expect_reading(predict, 1)


def test_undo_takes_back_one_stroke(predict: Page):
    draw(predict, ONE)
    expect_reading(predict, 1)
    draw(predict, [(60, 60), (220, 60), (220, 220), (60, 220), (60, 60)])
    expect(element(predict, "prediction")).not_to_contain_text(shown_prediction(1))
    click(predict, "predict_canvas_undo")
    expect_reading(predict, 1)
    click(predict, "predict_canvas_undo")
    expect(predict.get_by_text(EMPTY)).to_be_visible()


def test_a_dot_and_strokes_near_the_corner(predict: Page):
    draw(predict, [(140, 140)])
    expect(predict.get_by_text("That is only a dot")).to_be_visible()
    # The component's hidden toolbar once took clicks here and erased the drawing.
    draw(predict, [(262, 6), (262, 8)])
    expect(element(predict, "prediction")).to_contain_text(re.compile("Confidence|Best guess"))


def test_a_drawing_is_saved_as_picture_and_as_data(predict: Page):
    draw(predict, ONE)
    expect_reading(predict, 1)
    with predict.expect_download() as download:
        element(predict, "predict_save_png").get_by_role("button").click()
    picture = np.asarray(Image.open(download.value.path()))
    assert picture.shape == (420, 420)
    assert (picture[90:330, 210] == 255).all()
    with predict.expect_download() as download:
        element(predict, "predict_save_json").get_by_role("button").click()
    saved = json.loads(Path(download.value.path()).read_text())
    assert saved["answer"] == 1
    assert np.array(saved["image"]).shape == (28, 28)
    # The canvas has 420 pixels of its own; those of `ONE` are 280.
    ends = np.array(saved["strokes"][0])[[0, -1]]
    np.testing.assert_allclose(ends, 1.5 * np.array(ONE), atol=1)


def test_drawing_with_a_stylus(predict: Page):
    draw_with_stylus(predict, ONE)
    expect_reading(predict, 1)


def test_a_test_image_on_request(predict: Page):
    choose_input(predict, "Test image")
    expect(predict.get_by_text(re.compile("Image .* · label"))).to_be_visible()
    expect(element(predict, "prediction")).to_contain_text(re.compile("Confidence|Best guess"))


def test_a_number_is_read_on_the_wide_canvas(predict: Page):
    choose_input(predict, "Several digits")
    expect(predict.get_by_text("digits side by side")).to_be_visible()
    for left in (60, 150):
        draw(predict, [(left, 40), (left, 140)])
    expect_reading(predict, 11)
    expect(element(predict, "predict_row").locator("img")).to_have_count(2)


def test_a_photo_is_uploaded_and_a_wrong_file_is_a_sentence(predict: Page):
    seven = np.pad(load_mnist().test_images[0], 20).repeat(6, axis=0).repeat(6, axis=1)
    content = io.BytesIO()
    Image.fromarray((210 - 0.7 * seven).astype(np.uint8)).save(content, "PNG")
    choose_input(predict, "Photo")
    field = predict.locator("input[type=file]")
    field.set_input_files({"name": "seven.png", "mimeType": "image/png", "buffer": content.getvalue()})
    expect_reading(predict, 7)
    field.set_input_files({"name": "paper.png", "mimeType": "image/png", "buffer": b"%PDF-1.4"})
    expect(predict.get_by_text("not a PNG, JPEG, WebP, BMP, GIF or HEIC picture")).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS[:3], ids=lambda screen: screen.name)
def test_all_is_on_the_first_screen_and_nothing_jumps_when_the_prediction_comes(
    predict: Page, screen: Screen
):
    predict.set_viewport_size(screen.viewport)
    before = at_rest(predict)
    draw(predict, ONE)
    expect_reading(predict, 1)
    after = [look(predict, key) for key in MAIN["/predict"]]
    assert after == before
    assert all(thing.whole for thing in after), after


def test_drawing_with_a_finger_on_a_phone(pocket: Page):
    assert overflow(pocket) <= 0
    before = pocket.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    draw_with_finger(pocket, ONE)
    expect_reading(pocket, 1)
    expect(element(pocket, "prediction")).to_be_in_viewport()
    assert pocket.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") >= before


def test_a_canvas_of_any_size_takes_strokes_where_they_are_drawn(pocket: Page):
    box = pad(pocket).bounding_box()
    assert box
    assert round(box["width"]) == 280, "smaller than its own 420 pixels"
    draw(pocket, [(20, 30), (260, 30), (260, 270)])
    expect(element(pocket, "predict_save_json")).to_be_attached()
    with pocket.expect_download() as download:
        element(pocket, "predict_save_json").get_by_role("button").click()
    (stroke,) = json.loads(Path(download.value.path()).read_text())["strokes"]
    np.testing.assert_allclose([stroke[0], stroke[-1]], [[30, 45], [390, 405]], atol=1.5)


def test_the_drawing_survives_another_pen_and_another_page(predict: Page):
    draw(predict, ZERO)
    expect_reading(predict, 0)
    element(predict, "predict_canvas_pen_choice").get_by_role("button").click()
    set_slider(predict, "predict_canvas_pen", "ArrowRight", 3)
    expect_reading(predict, 0)
    predict.get_by_role("link", name="Explore", exact=True).click()
    expect(predict.locator("h1")).to_have_text("Explore the digits")
    predict.get_by_role("link", name="Predict", exact=True).click()
    expect_reading(predict, 0)
    ink = pad(predict).evaluate(
        """upper => { const c = upper.parentElement.querySelector("canvas.lower-canvas");
        const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        let ink = 0; for (let i = 0; i < d.length; i += 4) if (d[i] > 128) ink++; return ink; }"""
    )
    assert ink > 1000


def test_a_misclassified_drawing_is_saved_and_found_on_fine_tune(predict: Page):
    draw(predict, ZERO)
    expect_reading(predict, 0)
    element(predict, "predict_means").get_by_role("radio", name="6", exact=True).click()
    predict.get_by_role("link", name="Saved. Go to Fine-tune").click()
    expect(predict.locator("h1")).to_have_text("Fine-tune on your handwriting")
    expect(predict.get_by_alt_text("Your drawing, labeled 6")).to_be_visible()
    predict.reload()
    expect(predict.get_by_alt_text("Your drawing, labeled 6")).to_be_visible()
    with predict.expect_download() as download:
        element(predict, "kept_save").get_by_role("button").click()
    (drawing,) = json.loads(Path(download.value.path()).read_text())
    assert (drawing["label"], drawing["answer"]) == (6, 0)
    assert len(drawing["strokes"][0]) > 10


def test_two_digits_are_taken_over_to_the_canvas_for_several(predict: Page):
    draw(predict, [(80, 60), (80, 200)])
    expect_reading(predict, 1)
    draw(predict, [(150, 60), (150, 200)])
    expect(predict.get_by_text("Several digits? Then switch to")).to_be_visible()
    click(predict, "predict_switch")
    expect_reading(predict, 11)
    # The canvas has them, too, where the page believes they are: a third one joins them.
    draw(predict, [(440, 40), (440, 240)])
    expect_reading(predict, 111)


def test_the_canvas_has_a_name_and_a_new_prediction_is_announced(predict: Page):
    canvas = predict.get_by_role("img", name="Canvas to draw a digit on")
    expect(canvas).to_have_accessible_description(re.compile("choose Photo or Test image"))
    announced = predict.get_by_role("status").filter(has_text="Prediction: 1, confidence")
    expect(announced).to_have_count(0)
    draw(predict, ONE)
    expect(announced).to_have_count(1)
