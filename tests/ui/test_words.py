"""Numbers as words."""

import numpy as np
import pytest

from ui.words import clock, counted, percent


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0.937, 1, "93.7%"),
        (0.9994, 1, "99.9%"),
        (0.99951, 1, ">99.9%"),
        (1.0, 1, ">99.9%"),
        (0.0006, 1, "0.1%"),
        (0.0004, 1, "<0.1%"),
        (0.0, 1, "<0.1%"),
        (0.93714, 2, "93.71%"),
        (1.0, 2, ">99.99%"),
        (1.0, 0, ">99%"),
        (0.0, 0, "<1%"),
        (np.float32(0.99999994), 1, ">99.9%"),
    ],
)
def test_a_percentage_never_claims_certainty(share: float, digits: int, text: str):
    assert percent(share, digits) == text


def test_one_drawing_is_not_one_drawings():
    assert [counted(number, "drawing") for number in (0, 1, 2000)] == [
        "0 drawings",
        "1 drawing",
        "2,000 drawings",
    ]


def test_times_are_said_as_one_says_them():
    assert [clock(seconds) for seconds in (0.2, 8.4, 59.7, 125, 300)] == [
        "0 s",
        "8 s",
        "1 min",
        "2 min 5 s",
        "5 min",
    ]
