"""Photographs of handwriting on Predict."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.pages.conftest import words
from ui import pictures
from ui.predict import upload


def picture_of(*digits: np.ndarray) -> bytes:
    """A photograph of digits written with a dark pen on gray paper."""
    rows = np.concatenate([np.pad(digit, 14) for digit in digits], axis=1)
    paper = 200 - 0.7 * pictures.enlarged(rows, 4).astype(float)
    content = io.BytesIO()
    Image.fromarray(paper.astype(np.uint8)).save(content, "JPEG")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.4", "not a PNG, JPEG, WebP, BMP, GIF or HEIC picture"),
        (b"", "empty"),
        (picture_of(np.zeros((28, 28), np.uint8)), "No handwriting found"),
    ],
    ids=["a PDF", "empty", "blank paper"],
)
def test_a_picture_that_cannot_be_read_is_a_sentence(open_page, monkeypatch, content: bytes, sentence: str):
    monkeypatch.setattr(upload, "_content", lambda: content)
    app = open_page("4_predict")
    app.segmented_control(key="predict_source").set_value("Photo").run()
    assert not app.exception
    assert sentence in words(app)


def test_a_photograph_of_one_digit_and_of_three(open_page, monkeypatch, mnist):
    # The first test images are 7, 2, 1, 0.
    shown = [picture_of(*mnist.test_images[[3, 0, 1]]), picture_of(mnist.test_images[0])]
    monkeypatch.setattr(upload, "_content", lambda: shown[-1])
    app = open_page("4_predict", model="convolutional")
    app.segmented_control(key="predict_source").set_value("Photo").run()
    assert app.metric[0].value == "7"
    for way in app.pills(key="predict_why").options:
        app.pills(key="predict_why").set_value(way).run()
        assert not app.exception
    shown.pop()
    app.run()
    assert app.metric[0].value == "072"


def test_a_photograph_of_two_lines_shows_both_numbers_and_the_details_of_each(open_page, monkeypatch, mnist):
    lines = [
        np.concatenate([np.pad(mnist.test_images[i], 14) for i in line], axis=1) for line in ((0, 1), (3, 4))
    ]
    content = io.BytesIO()
    paper = 200 - 0.7 * pictures.enlarged(np.concatenate(lines), 4).astype(float)
    Image.fromarray(paper.astype(np.uint8)).save(content, "BMP")
    monkeypatch.setattr(upload, "_content", content.getvalue)
    app = open_page("4_predict")
    app.segmented_control(key="predict_source").set_value("Photo").run()
    assert "72 · 04" in words(app)
    app.selectbox(key="predict_number").set_value(1).run()
    assert not app.exception
    assert "Segmentation" in words(app)
