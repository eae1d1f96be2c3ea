"""What visitors write, made safe for Markdown; tests/browser/test_text_of_users.py asks a real browser."""

import re

import pytest

from ui.chrome import plain

# What Streamlit 1.67 looks for in the text after Markdown has been parsed.
PATTERNS = [
    r"(https?://|www(?=\.))[-.\w]+",
    r"[-.\w+]+@[-\w]+(?:\.[-\w]+)+",
    r":material[_/]\w+:",
    r":[\w+-]+:",
    r"(^|\s)(--|->|<-|<->|>=|<=|~=)(\s|$)",
]


@pytest.mark.parametrize(
    "text",
    [
        "www.evil.example",
        "WWW.evil.example",
        "https://evil.example",
        "a@evil.example",
        "mailto:a@evil.example",
        ":material/home:",
        ":material_home:",
        ":streamlit:",
        ":smile:",
        "a -- b -> c <-> d",
        "<= and ~=",
        "&copy; **x** $x$ <b> [l](m) `c` - 1. #",
    ],
)
def test_text_is_text_after_markdown_has_been_parsed(text: str):
    parsed = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", plain(text))
    assert parsed.replace("\u2060", "") == text
    assert not any(re.search(pattern, parsed, re.IGNORECASE) for pattern in PATTERNS)


def test_text_does_not_turn_around_what_follows():
    assert plain("evil\u202etxt") == "eviltxt"
