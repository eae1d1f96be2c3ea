"""A lesson on paper, as one web page to print: for students, or with the answers for their teacher."""

import html

from markdown_it import MarkdownIt

from core.lessons.lesson import Lesson, Link, Question, Step

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
# What the navigation calls a page, where it is not its name in the address.
_TITLES = {"teach": "Fine-tune"}
# Lines to write on, of a kind of question.
_LINES = {"guess": 1, "number": 1, "choice": 0, "text": 3}
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; color: #0d151d; background: #fff;
  max-width: 760px; margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 0.3rem; line-height: 1.2; } h2 { margin: 1.3rem 0 0.3rem; } p { margin: 0.3rem 0; }
.name { border-bottom: 1px solid #5b6875; padding-top: 1.2rem; }
.question { margin-top: 0.7rem; break-inside: avoid; } .question p:first-child { font-weight: 600; }
.line { border-bottom: 1px solid #5b6875; height: 1.7rem; }
ul.options { list-style: none; padding-left: 0; margin: 0.2rem 0; }
.teacher { border-left: 4px solid #0072b2; padding-left: 0.8rem; margin: 0.6rem 0; break-inside: avoid; }
.link { color: #5b6875; }
@page { margin: 15mm; }
@media print {
  body { font-size: 10.5pt; max-width: none; margin: 0; padding: 0; }
  p { break-inside: avoid; }
  h2, .link, p:has(+ .link), p:has(+ .question) { break-after: avoid; }
}
"""


def to_html(lesson: Lesson, for_teacher: bool = False) -> str:
    """Return a lesson as an HTML page.

    Parameters
    ----------
    lesson : Lesson
    for_teacher : bool
        With aims, preparation, what to notice, and the answers.
    """
    kind = "For the teacher" if for_teacher else "Work sheet"
    head = [f"<h1>{_text(lesson.title)}</h1>", f"<p>{kind} · {lesson.minutes} minutes · Digit Lab</p>"]
    head += [f"<p>{_text(lesson.about)}</p>"]
    if for_teacher:
        for title, words in (
            ("Aims", lesson.aims),
            ("Materials", lesson.materials),
            ("Preparation", lesson.preparation),
        ):
            head.append(f"<h2>{title}</h2>{_MARKDOWN.render(words)}" if words else "")
    else:
        head.append('<p class="name">Name:</p>')
    steps = [_step(number, step, for_teacher) for number, step in enumerate(lesson.steps, start=1)]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{_text(lesson.title)}: {kind.lower()}</title>
<style>{_STYLE}</style>
</head>
<body>
{"".join(head)}
{"".join(steps)}
</body>
</html>
"""


def _text(text: str) -> str:
    return html.escape(text)


def _step(number: int, step: Step, for_teacher: bool) -> str:
    parts = [f"<h2>{number}. {_text(step.title)} ({step.minutes} min)</h2>"]
    for part in step.parts:
        if isinstance(part, Question):
            parts.append(_question(part, for_teacher))
        elif isinstance(part, Link):
            parts.append(f'<p class="link">→ {_text(part.label)}{_page(part)}</p>')
        else:
            parts.append(_MARKDOWN.render(part))
    if for_teacher:
        for title, words in (("What to notice", step.notice), ("Answer", step.answer)):
            if words:
                parts.append(f'<div class="teacher"><b>{title}</b>{_MARKDOWN.render(words)}</div>')
    return f"<section>{''.join(parts)}</section>"


def _page(link: Link) -> str:
    """Return to which page a link leads, if its label does not say it: on paper one cannot click."""
    title = _TITLES.get(link.page, link.page.capitalize())
    return "" if title in link.label else f" (on {title})"


def _question(question: Question, for_teacher: bool) -> str:
    label = "Your guess: " if question.kind == "guess" else ""
    parts = [f"<p>{label}{_text(question.text)}</p>"]
    if question.options:
        items = [
            f"<li>{'☒' if for_teacher and number == question.right else '☐'} {_text(option)}</li>"
            for number, option in enumerate(question.options)
        ]
        parts.append(f'<ul class="options">{"".join(items)}</ul>')
    if for_teacher:
        parts.append(f"<p>Right: {_right(question)}</p>" if question.low is not None else "")
    else:
        parts.append('<div class="line"></div>' * _LINES[question.kind])
    return f'<div class="question">{"".join(parts)}</div>'


def _right(question: Question) -> str:
    low, high = f"{question.low:,g}", f"{question.high:,g}"
    return low if low == high else f"{low} to {high}"
