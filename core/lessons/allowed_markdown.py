"""What of Markdown a lesson may have: no HTML, no picture, and no link but those to pages of this app."""

import re
from collections.abc import Sequence
from typing import NoReturn

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.lessons.lesson import LessonError

_MAX_LINE = 2000
# A paragraph that is a link: its words, the page, and what follows the question mark.
LINK = re.compile(r"\[([^\[\]]+)\]\(([a-z]+)(?:\?([^\s()]*))?\)")
# What Streamlit makes a link of, also without Markdown's brackets.
_ADDRESS = re.compile(r"\w://|\bwww\.|\w@\w|\bmailto:", re.IGNORECASE)
# A link inside of a line, or to a target that is written elsewhere.
_INNER_LINK = re.compile(r"\]\s*\(|\]\s*\[|^\s*\[[^\]]*\]:")
_LINKS = (
    "A link stands in a paragraph of its own and leads to a page of this app, such as “[Open "
    "Evaluate](evaluate?view=Errors)”. Write %20 for a space in it."
)
# What no database and no page takes: control characters, and lone halves of characters in UTF-16.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def fail(line: int, message: str) -> NoReturn:
    """Say what is wrong in a line of a lesson, from 1.

    Raises
    ------
    LessonError
        Always.
    """
    raise LessonError(f"Line {line}: {message}")


def check_size(lines: Sequence[str]) -> None:
    """Refuse a lesson with a line that is too long or cannot be shown.

    Parameters
    ----------
    lines : sequence of str

    Raises
    ------
    LessonError
    """
    for number, line in enumerate(lines, start=1):
        if len(line) > _MAX_LINE:
            fail(number, f"A line has at most {_MAX_LINE:,} characters. Break it into paragraphs.")
        if _UNWRITABLE.search(line):
            fail(number, "A character of this line cannot be shown. Delete the line, and type it again.")


def find_headings(lines: Sequence[str], first: int) -> dict[int, tuple[int, str]]:
    """Return level and text of the headings by their lines, from 0; the body has nothing forbidden in it.

    Parameters
    ----------
    lines : sequence of str
        Of the whole lesson.
    first : int
        The first line of its body, from 0.

    Raises
    ------
    LessonError
        If there is HTML, a picture, or a link that leads elsewhere or stands within a text.
    """
    headings = {}
    tokens = _MARKDOWN.parse("\n".join(lines[first:]))
    for place, token in enumerate(tokens):
        start = first + (token.map[0] if token.map else 0)
        if token.type == "html_block":
            fail(start + 1, "HTML is not shown. Write it as Markdown.")
        if token.type == "heading_open":
            headings[start] = int(token.tag[1]), tokens[place + 1].content
        if token.type == "inline":
            _check_inline(token, start, lines)
    for number, line in enumerate(lines[first:], start=first + 1):
        check_addresses(line, number)
        if _INNER_LINK.search(line) and not LINK.fullmatch(line.strip()):
            fail(number, _LINKS)
    return headings


def _check_inline(token: Token, start: int, lines: Sequence[str]) -> None:
    end = start + (token.map[1] - token.map[0] if token.map else 1)
    for child in token.children or ():
        if child.type == "html_inline":
            fail(_line_of(child.content, lines, start, end), "HTML is not shown. Write it as Markdown.")
        if child.type == "image":
            fail(_line_of("![", lines, start, end), "Pictures are not shown. Link to a page instead.")
        if child.type == "link_open" and not LINK.fullmatch(token.content.strip()):
            fail(_line_of("[", lines, start, end), _LINKS)


def _line_of(content: str, lines: Sequence[str], start: int, end: int) -> int:
    return next((number + 1 for number in range(start, end) if content in lines[number]), start + 1)


def check_addresses(line: str, number: int) -> None:
    """Refuse a line, of this number from 1, in which there is an address of the internet.

    Raises
    ------
    LessonError
    """
    if _ADDRESS.search(line):
        fail(number, "Addresses of the internet are not shown. Link to a page of this app instead.")
