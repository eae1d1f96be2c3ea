"""A report as a PDF: the results, the model card that its author fills in, and answers to lessons."""

import io
from collections.abc import Sequence

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from core.export.report import WORST_ERRORS, Report
from core.export.report_text import add_text, lines, shown
from core.plots.figures import LIGHT
from core.plots.report_figures import draw_curve, draw_digits, draw_matrix

# A4, in inches, as all lengths here.
_WIDTH, _HEIGHT = 8.27, 11.69
_MARGIN = 0.75
_INNER = _WIDTH - 2 * _MARGIN
_SMALL, _BODY, _HEAD, _TITLE, _RESULT = 8.0, 9.5, 12.0, 18.0, 30.0
# From one line of a size to the next, in inches a point.
_LEADING = 1.45 / 72
_RIGHT = _MARGIN + 3.05
_ANSWER_LINES = 4
# What a question of a lesson and its answer may take.
_ANSWER_ROOM = 1.2
_SUBJECT = "A report by Digit Lab"


def to_pdf(report: Report) -> bytes:
    """Return a report as a PDF file; long texts are shortened."""
    buffer = io.BytesIO()
    facts = {"Title": shown(report.title)[:200], "Subject": _SUBJECT, "Creator": "Digit Lab"}
    with PdfPages(buffer, metadata=facts) as pages:
        pages.savefig(_results(report))
        pages.savefig(_model_card(report))
        if report.answers:
            pages.savefig(_lesson_answers(report))
    return buffer.getvalue()


def _results(report: Report) -> Figure:
    page = Figure(figsize=(_WIDTH, _HEIGHT), facecolor="white")
    y = _head(page, report)
    _heading(page, _MARGIN, y, "Test accuracy")
    add_text(page, _MARGIN, y + 0.62, report.accuracy, _RESULT, weight="bold", color=LIGHT.blue)
    below = _paragraph(page, _MARGIN, y + 0.9, (report.interval, *report.facts), 2.75, _SMALL, most=14)
    _heading(page, _RIGHT, y, "Learning curve")
    draw_curve(page.add_axes(_box(_RIGHT + 0.45, y + 0.15, 3.2, 2.0)), report.history, report.test_accuracy)
    y = max(below, y + 2.75) + 0.2
    _heading(page, _MARGIN, y, "Recipe")
    below = _table(page, y + 0.25, report.settings)
    _heading(page, _RIGHT, y, "Confusion matrix (number of test images)")
    draw_matrix(page.add_axes(_box(_RIGHT + 0.4, y + 0.12, 3.3, 3.3)), report.confusion_matrix)
    y = max(below, y + 3.95) + 0.1
    if len(report.errors):
        _heading(page, _MARGIN, y, "The most confident errors (true label → predicted label)")
        axes = page.add_axes(_box(_MARGIN, y + 0.1, _INNER, 0.75))
        draw_digits(axes, report.errors, report.captions, columns=WORST_ERRORS)
    _foot(page, report, 1)
    return page


def _head(page: Figure, report: Report) -> float:
    """Write title, dates, link and remarks, and return where what follows begins."""
    y = _MARGIN + 0.15
    for line in lines(report.title, _TITLE, _INNER, 2, "bold"):
        add_text(page, _MARGIN, y, line, _TITLE, weight="bold")
        y += _TITLE * _LEADING
    y = _paragraph(page, _MARGIN, y - 0.05, (report.dates,), _INNER, _SMALL, most=1)
    if report.link:
        y = _paragraph(page, _MARGIN, y, (report.link,), _INNER, _SMALL, most=1)
    y = _paragraph(page, _MARGIN, y, report.remarks, _INNER, _SMALL, most=3)
    return y + 0.3


def _model_card(report: Report) -> Figure:
    page = Figure(figsize=(_WIDTH, _HEIGHT), facecolor="white")
    y = _MARGIN + 0.15
    add_text(page, _MARGIN, y, "Model card", _TITLE, weight="bold")
    y = _paragraph(
        page,
        _MARGIN,
        y + 0.3,
        ("If you hand on a network, say what it can and cannot do. Answer in your own words.",),
        _INNER,
        _BODY,
        most=1,
    )
    for number, question in enumerate(report.questions, start=1):
        y = _paragraph(page, _MARGIN, y + 0.22, (f"{number}.  {question}",), _INNER, _BODY, 2, "bold")
        for _ in range(_ANSWER_LINES):
            y += 0.27
            _rule(page, y - 0.1)
    if report.note:
        _heading(page, _MARGIN, y + 0.3, "Note")
        _paragraph(page, _MARGIN, y + 0.55, report.note.splitlines(), _INNER, _SMALL, most=9)
    _foot(page, report, 2)
    return page


def _lesson_answers(report: Report) -> Figure:
    page = Figure(figsize=(_WIDTH, _HEIGHT), facecolor="white")
    y = _MARGIN + 0.15
    add_text(page, _MARGIN, y, "Lessons", _TITLE, weight="bold")
    y += 0.35
    for question, answer in report.answers:
        if y > _HEIGHT - _MARGIN - _ANSWER_ROOM:
            _paragraph(
                page, _MARGIN, y, ("More answers are in the report as a web page.",), _INNER, _SMALL, 1
            )
            break
        y = _paragraph(page, _MARGIN, y, (question,), _INNER, _SMALL, 2, "bold")
        y = _paragraph(page, _MARGIN, y, answer.splitlines(), _INNER, _SMALL, 4) + 0.08
    _foot(page, report, 3)
    return page


def _paragraph(
    page: Figure,
    x: float,
    y: float,
    sentences: Sequence[str],
    width: float,
    size: float,
    most: int,
    weight: str = "normal",
) -> float:
    """Write sentences, each on lines of its own, and return where the next one would begin."""
    left = most
    for sentence in sentences:
        for line in lines(sentence, size, width, left, weight):
            add_text(page, x, y, line, size, weight=weight)
            y += size * _LEADING
            left -= 1
        if left <= 0:
            break
    return y


def _table(page: Figure, y: float, rows: Sequence[tuple[str, str]]) -> float:
    for label, value in rows:
        add_text(page, _MARGIN, y, label, _SMALL, color=LIGHT.muted)
        for line in lines(value, _SMALL, 0.95, 2):
            add_text(page, _MARGIN + 2.02, y, line, _SMALL)
            y += _SMALL * _LEADING
    return y


def _heading(page: Figure, x: float, y: float, text: str) -> None:
    add_text(page, x, y, text, _HEAD if len(text) < 20 else _BODY, weight="bold")


def _foot(page: Figure, report: Report, number: int) -> None:
    pages = 3 if report.answers else 2
    y = _HEIGHT - 0.5
    add_text(page, _MARGIN, y, report.versions, 7, color=LIGHT.muted)
    add_text(page, _WIDTH - _MARGIN - 1.15, y, f"Digit Lab · {number} of {pages}", 7, color=LIGHT.muted)


def _rule(page: Figure, y: float) -> None:
    ends = (_MARGIN / _WIDTH, 1 - _MARGIN / _WIDTH)
    page.add_artist(Line2D(ends, (1 - y / _HEIGHT,) * 2, color=LIGHT.muted, lw=0.4))


def _box(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Return a place on the page as Matplotlib wants it; y is the distance from the top."""
    return x / _WIDTH, 1 - (y + height) / _HEIGHT, width / _WIDTH, height / _HEIGHT
