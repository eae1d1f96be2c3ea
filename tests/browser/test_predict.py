"""Drawing on the real canvas."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

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
)

EMPTY = "Draw a digit from 0 to 9"


def test_a_one_and_a_zero_are_read(page: Page):
    open_page(page, "/predict")
    expect(page.get_by_text(EMPTY)).to_be_visible()
    draw(page, ONE)
    expect_reading(page, 1)
    click(page, "predict_canvas_clear")
    expect(page.get_by_text(EMPTY)).to_be_visible()
    draw(page, ZERO)
    expect_reading(page, 0)


def test_a_stroke_may_end_outside_of_the_canvas(page: Page):
    open_page(page, "/predict")
    draw(page, [(140, 40), (140, 330)])
    expect_reading(page, 1)


def test_undo_takes_back_one_stroke(page: Page):
    open_page(page, "/predict")
    draw(page, ONE)
    expect_reading(page, 1)
    draw(page, [(60, 60), (220, 60), (220, 220), (60, 220), (60, 60)])
    expect(element(page, "prediction")).not_to_contain_text("1 · ")
    click(page, "predict_canvas_undo")
    expect_reading(page, 1)
    click(page, "predict_canvas_undo")
    expect(page.get_by_text(EMPTY)).to_be_visible()


def test_a_dot_and_strokes_near_the_corner(page: Page):
    open_page(page, "/predict")
    draw(page, [(140, 140)])
    expect(page.get_by_text("That is only a dot")).to_be_visible()
    # The component's hidden toolbar once took clicks here and erased the drawing.
    draw(page, [(262, 6), (262, 8)])
    expect(element(page, "prediction")).to_contain_text("sure")


def test_the_drawing_survives_another_pen_and_another_page(page: Page):
    open_page(page, "/predict")
    draw(page, ZERO)
    expect_reading(page, 0)
    set_slider(page, "predict_canvas_pen", "ArrowRight", 3)
    expect_reading(page, 0)
    page.get_by_role("link", name="Explore", exact=True).click()
    expect(page.locator("h1")).to_have_text("Explore the digits")
    page.get_by_role("link", name="Predict", exact=True).click()
    expect_reading(page, 0)
    ink = pad(page).evaluate(
        """upper => { const c = upper.parentElement.querySelector("canvas.lower-canvas");
        const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        let ink = 0; for (let i = 0; i < d.length; i += 4) if (d[i] > 128) ink++; return ink; }"""
    )
    assert ink > 1000


def test_a_test_image_on_request(page: Page):
    open_page(page, "/predict")
    page.get_by_text("Test image", exact=True).click()
    expect(page.get_by_text("written as a")).to_be_visible()
    expect(element(page, "prediction")).to_contain_text("sure")


def test_drawing_with_a_finger_on_a_phone(phone: Page):
    open_page(phone, "/predict")
    assert overflow(phone) <= 0
    before = phone.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    draw_with_finger(phone, ONE)
    expect_reading(phone, 1)
    expect(element(phone, "prediction")).to_be_in_viewport()
    assert phone.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") >= before


def test_drawing_with_a_stylus(page: Page):
    open_page(page, "/predict")
    draw_with_stylus(page, ONE)
    expect_reading(page, 1)


def test_a_number_is_read_on_the_wide_canvas(page: Page):
    open_page(page, "/predict")
    page.get_by_text("Number", exact=True).click()
    expect(page.get_by_text("digits side by side")).to_be_visible()
    for left in (60, 150):
        draw(page, [(left, 40), (left, 140)])
    expect(element(page, "prediction")).to_contain_text("11")
    expect(element(page, "predict_row").locator("img")).to_have_count(2)


def test_a_picture_is_uploaded_and_a_wrong_one_is_a_sentence(page: Page):
    seven = np.pad(load_mnist().test_images[0], 20).repeat(6, axis=0).repeat(6, axis=1)
    content = io.BytesIO()
    Image.fromarray((210 - 0.7 * seven).astype(np.uint8)).save(content, "PNG")
    open_page(page, "/predict")
    page.get_by_text("Picture", exact=True).click()
    field = page.locator("input[type=file]")
    field.set_input_files({"name": "seven.png", "mimeType": "image/png", "buffer": content.getvalue()})
    expect_reading(page, 7)
    field.set_input_files({"name": "paper.png", "mimeType": "image/png", "buffer": b"%PDF-1.4"})
    expect(page.get_by_text("not a PNG, JPEG or WebP picture")).to_be_visible()


def test_a_misread_drawing_is_kept_and_found_on_teach(page: Page):
    open_page(page, "/predict")
    draw(page, ZERO)
    expect_reading(page, 0)
    element(page, "predict_means").get_by_role("radio", name="6", exact=True).click()
    page.get_by_role("link", name="Kept. See your drawings").click()
    expect(page.locator("h1")).to_have_text("Teach it your hand")
    expect(page.get_by_alt_text("A drawing of yours, kept as Six")).to_be_visible()
    page.reload()
    expect(page.get_by_alt_text("A drawing of yours, kept as Six")).to_be_visible()
    with page.expect_download() as download:
        element(page, "kept_save").get_by_role("button").click()
    (drawing,) = json.loads(Path(download.value.path()).read_text())
    assert (drawing["label"], drawing["answer"]) == (6, 0)
    assert len(drawing["strokes"][0]) > 10


def test_a_drawing_is_saved_as_picture_and_as_data(page: Page):
    open_page(page, "/predict")
    draw(page, ONE)
    expect_reading(page, 1)
    with page.expect_download() as download:
        element(page, "predict_save_png").get_by_role("button").click()
    picture = np.asarray(Image.open(download.value.path()))
    assert picture.shape == (280, 280)
    assert (picture[60:220, 140] == 255).all()
    with page.expect_download() as download:
        element(page, "predict_save_json").get_by_role("button").click()
    saved = json.loads(Path(download.value.path()).read_text())
    assert saved["answer"] == 1
    assert np.array(saved["image"]).shape == (28, 28)
