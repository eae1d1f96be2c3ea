"""Asking questions of a model, in a real browser."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.actions import click, element, open_page, overflow, selected, wait_until_idle

VIEWS = ["Score", "Confusions", "Mistakes", "Doubt", "Stress", "Labels", "Comparison"]


def uncover_matrix(page: Page, model: str = "article") -> None:
    open_page(page, f"/evaluate?model={model}&view=Confusions")
    click(page, "evaluate_skip_guess")
    expect(element(page, "evaluate_matrix").locator("svg.marks")).to_be_visible()


def cell(page: Page, digit: str, answer: str) -> Locator:
    """The cell of the matrix that takes clicks, the topmost of three marks."""
    name = f"True digit: {digit}; Answer: {answer};"
    return element(page, "evaluate_matrix").locator(f"svg.marks path[aria-label*='{name}']").last


def test_a_click_on_the_matrix_shows_the_images(page: Page):
    uncover_matrix(page)
    cell(page, "4", "9").click()
    images = element(page, "evaluate_cell")
    expect(images).to_contain_text("Four, read as Nine")
    expect(selected(page, "evaluate_cell_digit")).to_have_value("4 · Four")
    count = int(re.search(r"([\d,]+) images", images.inner_text()).group(1).replace(",", ""))
    assert f"Images: {count}" in (cell(page, "4", "9").get_attribute("aria-label") or "")

    # A sum is a whole row; another click on the same cell changes nothing.
    cell(page, "4", "all").click()
    expect(images).to_contain_text("All images of Four")
    expect(selected(page, "evaluate_cell_answer")).to_have_value("Any")
    cell(page, "4", "all").click()
    wait_until_idle(page)
    expect(images).to_contain_text("All images of Four")

    # After a choice by hand, a click on the same cell is still taken up.
    cell(page, "all", "3").click()
    expect(images).to_contain_text("All images read as Three")


def test_an_image_opens_large_and_leads_to_the_canvas(page: Page):
    uncover_matrix(page)
    cell(page, "4", "9").click()
    expect(element(page, "evaluate_cell")).to_contain_text("Four, read as Nine")
    page.get_by_role("button", name=re.compile(r"^4 read as 9")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Its label says Four")
    index = re.search(r"Test image (\d+)", dialog.inner_text()).group(1)
    expect(dialog.get_by_text("300 units")).to_have_count(0)
    dialog.get_by_text("Show it inside the network").click()
    expect(dialog.get_by_role("img", name="300 units")).to_be_visible()
    expect(dialog.get_by_role("img", name="Ten answers")).to_be_visible()
    dialog.get_by_role("link", name="Draw it yourself").click()
    expect(page.locator("h1")).to_have_text("Draw a digit")
    expect(page.get_by_text(f"Draw this Four, test image {index}:")).to_be_visible()
    expect(selected(page, "predict_model")).to_have_value(re.compile("Article network"))
    expect(page.locator("canvas.upper-canvas")).to_be_visible()


def test_the_question_is_in_the_address_and_survives_a_refresh(page: Page):
    open_page(page, "/evaluate")
    page.get_by_role("button", name="Doubt", exact=True).or_(
        page.get_by_role("radio", name="Doubt", exact=True)
    ).click()
    expect(page.get_by_text("Is it honest about doubt?")).to_be_visible()
    assert "view=Doubt" in page.url
    page.reload()
    expect(page.get_by_text("Is it honest about doubt?")).to_be_visible()


@pytest.mark.parametrize(
    ("view", "key", "kind", "start"),
    [
        ("Doubt", "confidences", "svg", b"<svg"),
        ("Doubt", "confidences", "png", b"\x89PNG"),
        ("Doubt", "confidences", "csv", b"low,high,right"),
        ("Score", "digit_scores", "csv", b"digit,precision"),
        ("Mistakes", "mistakes_article_confidence_None_None", "csv", b"index,true_digit"),
        ("Stress", "samples_rotation", "svg", b"<?xml"),
    ],
)
def test_downloads_hold_what_the_page_shows(page: Page, view: str, key: str, kind: str, start: bytes):
    open_page(page, f"/evaluate?model=article&view={view}")
    with page.expect_download() as download:
        click(page, f"download_{key}_{kind}")
    # A key may say which choice the button belongs to; the name of the file is for people.
    name = "mistakes" if view == "Mistakes" else key
    assert download.value.suggested_filename == f"{name}-article.{kind}"
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(start)
    if (name, kind) == ("confidences", "svg"):
        assert "Mistakes" in "".join(ET.fromstring(content).itertext())


@pytest.mark.parametrize("view", ["Mistakes", "Stress", "Labels"])
def test_every_picture_has_a_text(page: Page, view: str):
    open_page(page, f"/evaluate?view={view}")
    pictures = page.locator("[data-testid=stMain] img")
    expect(pictures).to_have_count({"Mistakes": 12, "Stress": 1, "Labels": 15}[view])
    for picture in pictures.all():
        assert picture.get_attribute("alt")


def test_votes_stay_until_they_are_counted(page: Page):
    open_page(page, "/evaluate?view=Labels")
    element(page, "vote_947").get_by_text("9", exact=True).click()
    element(page, "vote_2654").get_by_text("Neither").click()
    click(page, "evaluate_vote")
    expect(element(page, "evaluate_votes_result")).to_contain_text("You voted on 2 of 15 images")
    expect(element(page, "dispute_947")).to_contain_text("The people saw a 9")


def test_two_models_under_stress(page: Page):
    open_page(page, "/evaluate?view=Stress")
    chart = element(page, "evaluate_stress_curves").locator("svg.marks")
    expect(chart).to_contain_text("Article network")
    expect(chart).to_contain_text("Modern network with dropout")
    page.get_by_text("Aimed at the network", exact=True).click()
    expect(chart).to_contain_text("By chance")


def test_every_question_fits_on_a_phone(phone: Page):
    for view in VIEWS:
        open_page(phone, f"/evaluate?view={view}")
        if view == "Confusions":
            click(phone, "evaluate_skip_guess")
            expect(element(phone, "evaluate_matrix").locator("svg.marks")).to_be_visible()
        wait_until_idle(phone)
        assert overflow(phone) <= 0, view
