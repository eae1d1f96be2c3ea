"""Asking questions of a model, in a real browser."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.actions import click, element, open_page, selected, wait_until_idle
from tests.browser.conftest import DESKTOP


@pytest.fixture
def evaluate(tab: Page) -> Page:
    """The article network. The page is loaded once for all tests that stay on it."""
    tab.set_viewport_size(DESKTOP["viewport"])
    if urlsplit(tab.url).path != "/evaluate":
        open_page(tab, "/evaluate?model=article")
    return tab


def choose_view(page: Page, name: str) -> None:
    view = element(page, "view").get_by_role("radio", name=name, exact=True)
    if not view.is_checked():
        view.click()


def open_matrix(page: Page) -> None:
    choose_view(page, "Results")
    expect(element(page, "evaluate_matrix").locator("svg.marks")).to_be_visible()


def cell(page: Page, label: int, prediction: int) -> Locator:
    """The cell of the matrix that takes clicks."""
    name = f"True label {label}, predicted label {prediction}:"
    return element(page, "evaluate_matrix").locator(f"svg.marks path[aria-label^='{name}']")


def test_a_click_on_the_matrix_shows_the_images(evaluate: Page):
    open_matrix(evaluate)
    images = element(evaluate, "evaluate_cell")
    expect(images).to_contain_text("true 4 → predicted 9")
    cell(evaluate, 2, 8).click()
    expect(images).to_contain_text("true 2 → predicted 8")
    expect(selected(evaluate, "evaluate_cell_digit")).to_have_value("2")
    expect(selected(evaluate, "evaluate_cell_answer")).to_have_value("8")
    count = int(re.search(r"([\d,]+) images", images.inner_text()).group(1).replace(",", ""))
    assert f": {count} images" in (cell(evaluate, 2, 8).get_attribute("aria-label") or "")

    # Another click on the same cell changes nothing.
    cell(evaluate, 2, 8).click()
    wait_until_idle(evaluate)
    expect(images).to_contain_text("true 2 → predicted 8")

    # With the keyboard, and then a click again.
    box = selected(evaluate, "evaluate_cell_answer")
    box.press("ArrowDown")
    box.type("All")
    box.press("Enter")
    expect(images).to_contain_text("true 2 → all predictions")
    cell(evaluate, 7, 2).click()
    expect(images).to_contain_text("true 7 → predicted 2")


def test_the_matrix_fills_the_first_screen_of_a_projector(evaluate: Page):
    evaluate.set_viewport_size({"width": 1920, "height": 1080})
    open_matrix(evaluate)
    expect(element(evaluate, "confusion_matrix")).to_be_in_viewport(ratio=0.99)
    expect(element(evaluate, "evaluate_cell")).to_be_in_viewport(ratio=0.99)
    assert element(evaluate, "confusion_matrix").bounding_box()["height"] > 600
    size = (
        element(evaluate, "evaluate_matrix")
        .get_by_text("30", exact=True)
        .evaluate("text => parseFloat(getComputedStyle(text).fontSize)")
    )
    assert size >= 24


def test_downloads_hold_what_the_page_shows(evaluate: Page):
    downloads = {
        "Results": {"digit_scores csv": b"digit,precision"},
        "Calibration": {
            "confidences svg": b"<svg",
            "confidences png": b"\x89PNG",
            "confidences csv": b"low,high,right",
        },
        "Errors": {"mistakes_article_confidence_None_None csv": b"index,true_digit"},
        "Robustness": {"samples_rotation svg": b"<?xml"},
    }
    for view, files in downloads.items():
        choose_view(evaluate, view)
        for file, start in files.items():
            key, kind = file.split()
            with evaluate.expect_download() as download:
                click(evaluate, f"download_{key}_{kind}")
            # A key may say which choice the button belongs to; the name of the file is for people.
            name = "errors" if view == "Errors" else key
            assert download.value.suggested_filename == f"{name}-article.{kind}"
            content = Path(download.value.path()).read_bytes()
            assert content.startswith(start)
            if file == "confidences svg":
                assert "Errors" in "".join(ET.fromstring(content).itertext())


def test_votes_stay_until_they_are_counted(evaluate: Page):
    choose_view(evaluate, "Label errors")
    element(evaluate, "vote_947").get_by_text("9", exact=True).click()
    element(evaluate, "vote_2654").get_by_text("Neither").click()
    click(evaluate, "evaluate_vote")
    expect(element(evaluate, "evaluate_votes_result")).to_contain_text("You voted on 2 of 15 images")
    expect(element(evaluate, "dispute_947")).to_contain_text("Most annotators saw a 9")


def test_two_models_on_distorted_images(evaluate: Page):
    choose_view(evaluate, "Robustness")
    chart = element(evaluate, "evaluate_stress_curves").locator("svg.marks")
    expect(chart).to_contain_text("Article network")
    expect(chart).to_contain_text("ReLU network with dropout")
    evaluate.get_by_text("Adversarial (FGSM)", exact=True).click()
    expect(chart).to_contain_text("Random noise")


def test_the_view_is_in_the_address_and_survives_a_refresh(evaluate: Page):
    choose_view(evaluate, "Calibration")
    expect(evaluate.get_by_role("heading", name="Calibration")).to_be_visible()
    expect(evaluate).to_have_url(re.compile("view=Calibration"))
    evaluate.reload()
    expect(evaluate.get_by_role("heading", name="Calibration")).to_be_visible()


def test_an_image_opens_large_and_leads_to_the_canvas(evaluate: Page):
    open_matrix(evaluate)
    cell(evaluate, 4, 9).click()
    evaluate.get_by_role("button", name=re.compile(r"^4 → 9")).first.click()
    dialog = evaluate.get_by_role("dialog")
    expect(dialog).to_contain_text("true label 4, predicted label 9")
    index = re.search(r"Test image (\d+)", dialog.inner_text()).group(1)
    expect(dialog.get_by_text("300 units")).to_have_count(0)
    dialog.get_by_text("Show activations").click()
    expect(dialog.get_by_role("img", name="300 units")).to_be_visible()
    expect(dialog.get_by_role("img", name="Output layer (softmax)")).to_be_visible()
    dialog.get_by_role("link", name="Draw it yourself").click()
    expect(evaluate.locator("h1")).to_have_text("Draw a digit")
    expect(evaluate.get_by_text(f"test image {index})")).to_be_visible()
    expect(selected(evaluate, "predict_model")).to_have_value(re.compile("Article network"))
    expect(evaluate.locator("canvas.upper-canvas")).to_be_visible()
