"""A lesson from its Markdown file; `lessons/README.md` describes the format.

A lesson may be pasted in by anyone who teaches a class. So there is no HTML in it, no picture, and no
link but those to pages of this app, in a state that they can have.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from core.lessons.addresses import problem
from core.lessons.allowed_markdown import LINK, check_addresses, check_size, fail, find_headings
from core.lessons.lesson import Kind, Lesson, LessonError, Link, Question, Step

MAX_BYTES = 40_000
MAX_STEPS, MAX_QUESTIONS, MAX_OPTIONS = 20, 5, 8
_MAX_TITLE = 80
_FENCE = "---"
_FIELD = re.compile(r"([a-z]+)\s*:\s*(.*\S)\s*")
_FIELDS = ("title", "about")
_STEP = re.compile(r"Step: (.*\S) \((\d{1,3}) min\)")
_OPTION = re.compile(r"[-*] \[([ xX])\] (.*\S)")
_RIGHT = re.compile(r"[-*] ([-+]?[\d.,]+)(?: to ([-+]?[\d.,]+))?\s*%?")
_KINDS: dict[str, Kind] = {"Guess": "guess", "Choice": "choice", "Number": "number", "Text": "text"}
_QUESTION = re.compile(rf"({'|'.join(_KINDS)}): (.*\S)")
_SECTIONS = ("Aims", "Materials", "Preparation")


@dataclass(frozen=True)
class _Section:
    """A heading, and what follows until the next one of its level or above.

    ``start`` is the number of the line below the heading, from 1.
    """

    heading: str
    start: int
    lines: tuple[str, ...]


def parse_lesson(text: str) -> Lesson:
    """Return the lesson that a text describes.

    Parameters
    ----------
    text : str
        Markdown, as `lessons/README.md` says.

    Raises
    ------
    LessonError
        If it is no lesson; the message names the line and says what to write there.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise LessonError(f"A lesson has at most {MAX_BYTES // 1000} kB of text.")
    lines = tuple(
        line.rstrip() for line in text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    )
    check_size(lines)
    fields, first = _front_matter(lines)
    headings = find_headings(lines, first)
    sections = [*_split(lines, headings, 2, first, len(lines))]
    if not sections:
        fail(first + 1, "A lesson needs steps, such as “## Step: Look at the digits (5 min)”.")
    before = {name: _words(_named(sections, name)) for name in _SECTIONS}
    steps = [section for section in sections if section.heading not in _SECTIONS]
    if not 1 <= len(steps) <= MAX_STEPS:
        fail(sections[0].start - 1, f"A lesson has 1 to {MAX_STEPS} steps.")
    return Lesson(
        fields["title"],
        fields["about"],
        before["Aims"],
        before["Materials"],
        before["Preparation"],
        tuple(_step(number, section, headings) for number, section in enumerate(steps, start=1)),
    )


def _front_matter(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """Return the fields between the two lines of dashes, and how many lines these take."""
    if lines[0] != _FENCE or _FENCE not in lines[1:]:
        fail(1, f"Begin with “{_FENCE}”, “title: …”, “about: …”, and “{_FENCE}”, a line each.")
    end = lines.index(_FENCE, 1)
    fields: dict[str, str] = {}
    for number, line in enumerate(lines[1:end], start=2):
        found = _FIELD.fullmatch(line)
        if found is None or found.group(1) not in _FIELDS:
            fail(number, f"Write {' or '.join(f'“{name}: …”' for name in _FIELDS)} here.")
        fields[found.group(1)] = found.group(2)
        check_addresses(found.group(2), number)
    for name in _FIELDS:
        if name not in fields:
            fail(end + 1, f"“{name}: …” is missing before this line.")
    if len(fields["title"]) > _MAX_TITLE:
        fail(2, f"A title has at most {_MAX_TITLE} characters.")
    return fields, end + 1


def _split(
    lines: Sequence[str], headings: dict[int, tuple[int, str]], level: int, first: int, end: int
) -> Iterator[_Section]:
    """Give the sections of a level between two lines; what is before them must be empty."""
    own = [line for line in sorted(headings) if first <= line < end]
    starts = [line for line in own if headings[line][0] == level]
    for line in own:
        if headings[line][0] < level or level + 1 < headings[line][0]:
            fail(line + 1, "Headings begin with “## ” for a step and “### ” within it.")
    if level == 2:
        _expect_nothing(lines, first, starts[0] if starts else end)
    for place, line in enumerate(starts):
        stop = starts[place + 1] if place + 1 < len(starts) else end
        yield _Section(headings[line][1], line + 2, tuple(lines[line + 1 : stop]))


def _expect_nothing(lines: Sequence[str], first: int, stop: int) -> None:
    for line in range(first, stop):
        if lines[line].strip():
            fail(line + 1, "Every text belongs to a heading: begin with “## Aims” or “## Step: …”.")


def _named(sections: Sequence[_Section], name: str) -> _Section | None:
    return next((section for section in sections if section.heading == name), None)


def _words(section: _Section | None) -> str:
    return "\n".join(section.lines).strip() if section else ""


def _step(number: int, section: _Section, headings: dict[int, tuple[int, str]]) -> Step:
    found = _STEP.fullmatch(section.heading)
    if found is None:
        fail(
            section.start - 1,
            "Write “## Step: Title (5 min)” here" + "".join(f", or “## {name}”" for name in _SECTIONS) + ".",
        )
    end = section.start - 1 + len(section.lines)
    whole = ("",) * (section.start - 1) + section.lines
    inner = [*_split(whole, headings, 3, section.start - 1, end)]
    first = inner[0].start - 2 if inner else end
    parts: list[str | Link | Question] = [*_parts(whole[section.start - 1 : first], section.start)]
    sections: dict[str, str] = {}
    for one in inner:
        if one.heading in ("Notice", "Answer"):
            sections[one.heading] = _words(one)
            continue
        question, rest = _question(f"{number}.{1 + _count(parts)}", one)
        parts += [question, *_parts(rest, one.start + len(one.lines) - len(rest))]
    if _count(parts) > MAX_QUESTIONS:
        fail(section.start - 1, f"A step has at most {MAX_QUESTIONS} questions.")
    if not parts:
        fail(section.start - 1, "This step is empty.")
    return Step(
        found.group(1),
        int(found.group(2)),
        tuple(parts),
        sections.get("Notice", ""),
        sections.get("Answer", ""),
    )


def _count(parts: Sequence[object]) -> int:
    return sum(isinstance(part, Question) for part in parts)


def _parts(lines: Sequence[str], start: int) -> Iterator[str | Link]:
    """Give texts and links in their order."""
    text: list[str] = []
    for number, line in enumerate(lines, start=start):
        found = LINK.fullmatch(line.strip())
        if found is None:
            text.append(line)
            continue
        yield from _paragraphs(text)
        text = []
        yield _link(found, number)
    yield from _paragraphs(text)


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    if text := "\n".join(lines).strip():
        yield text


def _link(found: re.Match[str], line: int) -> Link:
    label, page, query = found.groups()
    try:
        parts = parse_qsl(query or "", keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        fail(line, "After the “?” of a link write “name=value”, and “&” between several.")
    link = Link(label, page, tuple(parts))
    if wrong := problem(link):
        fail(line, wrong)
    return link


def _question(number: str, section: _Section) -> tuple[Question, Sequence[str]]:
    """Return the question of a section, and the lines that follow its options."""
    found = _QUESTION.fullmatch(section.heading)
    if found is None:
        kinds = ", ".join(f"“### {name}: …”" for name in _KINDS)
        fail(section.start - 1, f"Write {kinds}, “### Notice” or “### Answer” here.")
    kind, text = _KINDS[found.group(1)], found.group(2)
    lines = list(section.lines)
    while lines and not lines[0]:
        lines.pop(0)
    start = section.start + len(section.lines) - len(lines)
    if kind == "choice":
        return _choice(number, text, lines, start)
    right = _RIGHT.fullmatch(lines[0]) if lines and kind == "number" else None
    if right is None:
        return Question(number, kind, text), lines
    low, high = (_value(value, start) for value in (right.group(1), right.group(2) or right.group(1)))
    if low > high:
        fail(start, "Write the smaller number first.")
    return Question(number, kind, text, low=low, high=high), lines[1:]


def _value(text: str, line: int) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        fail(line, f"“{text}” is no number.")


def _choice(number: str, text: str, lines: list[str], start: int) -> tuple[Question, Sequence[str]]:
    options: list[str] = []
    right: list[int] = []
    while lines and (found := _OPTION.fullmatch(lines[0])):
        if found.group(1) != " ":
            right.append(len(options))
        options.append(found.group(2))
        lines = lines[1:]
    if not 2 <= len(set(options)) == len(options) <= MAX_OPTIONS:
        fail(start, f"Write 2 to {MAX_OPTIONS} different options here, such as “- [ ] Yes” and “- [x] No”.")
    if len(right) != 1:
        fail(start, "Mark the one right option with “[x]”, all others with “[ ]”.")
    return Question(number, "choice", text, tuple(options), right[0]), lines
