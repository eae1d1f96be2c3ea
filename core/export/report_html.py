"""A report as one web page that needs nothing else: its answers are typed into it, or printed."""

import base64
import html
import io
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from PIL import Image

from core.data import MAX_PIXEL
from core.export.report import Report
from core.plots.figures import to_png
from core.plots.report_figures import draw_curve, draw_matrix, figure_of

# What a page has room for; the run itself keeps all of it.
_MAX_TITLE, _MAX_NOTE = 200, 2000
# Of a figure, in inches: on a phone its 7.5 points are as high as small print.
_WIDTH = 3.5
_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #0d151d; background: #fff;
  max-width: 960px; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { line-height: 1.2; margin-bottom: 0.3rem; } h2 { margin: 1.6rem 0 0.4rem; }
p { margin: 0.3rem 0; } img { max-width: 100%; height: auto; }
.result { font-size: 3rem; font-weight: 700; color: #0072b2; line-height: 1.2; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 0 2rem; }
th { text-align: left; font-weight: 400; color: #5b6875; padding-right: 1rem; vertical-align: top; }
.digits { display: grid; grid-template-columns: repeat(auto-fill, minmax(76px, 1fr)); gap: 0.5rem; }
.digits figure { margin: 0; text-align: center; } .digits figcaption { font-size: 0.9rem; }
.digits img { width: 76px; image-rendering: pixelated; }
.answer { min-height: 5rem; border: 1px solid #5b6875; border-radius: 6px; padding: 0.5rem; }
.note { white-space: pre-wrap; }
footer { color: #5b6875; margin-top: 2rem; font-size: 0.85rem; }
"""


def to_html(report: Report) -> str:
    """Return a report as an HTML page; long texts are shortened."""
    title = _text(report.title, _MAX_TITLE)
    note = (
        f'<h2>Note</h2><p class="note" dir="auto">{_text(report.note, _MAX_NOTE)}</p>' if report.note else ""
    )
    link = (
        f'<p><a href="{_text(report.link, 2000)}">{_text(report.link, 2000)}</a></p>' if report.link else ""
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1 dir="auto">{title}</h1>
<p>{_text(report.dates)}</p>
{link}
{_paragraphs(report.remarks)}
<div class="columns">
<section>
<h2>Test accuracy</h2>
<p class="result">{_text(report.accuracy)}</p>
{_paragraphs((report.interval, *report.facts))}
</section>
<section>
<h2>Learning curve</h2>
{_curve(report)}
</section>
<section>
<h2>Recipe</h2>
<table>{_rows(report.settings)}</table>
</section>
<section>
<h2>Confusion matrix</h2>
{_matrix(report)}
</section>
</div>
{_errors(report)}
<h2>Model card</h2>
<p>If you hand on a network, say what it can and cannot do. Answer in your own words: click into a
field to type, then print the page or save it.</p>
{_questions(report.questions)}
{_answers(report.answers)}
{note}
<footer>{_text(report.versions)}. Made by Digit Lab.</footer>
</body>
</html>
"""


def _text(text: str, longest: int = 1000) -> str:
    """Return a text as it is to be shown: shortened, and never as HTML."""
    shown = text.encode("utf-8", "replace").decode().replace("\0", " ")
    return html.escape(shown if len(shown) <= longest else f"{shown[:longest]}…")


def _paragraphs(sentences: Iterable[str]) -> str:
    return "\n".join(f"<p>{_text(sentence)}</p>" for sentence in sentences)


def _rows(settings: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<tr><th>{_text(label)}</th><td>{_text(value)}</td></tr>" for label, value in settings)


def _questions(questions: Iterable[str]) -> str:
    return "\n".join(
        f'<h3 id="q{number}">{number}. {_text(question)}</h3>\n<div class="answer" contenteditable="true" '
        f'role="textbox" aria-multiline="true" aria-labelledby="q{number}" dir="auto"></div>'
        for number, question in enumerate(questions, start=1)
    )


def _answers(answers: Iterable[tuple[str, str]]) -> str:
    rows = "".join(
        f'<p><b>{_text(question)}</b></p>\n<p class="note" dir="auto">{_text(answer)}</p>\n'
        for question, answer in answers
    )
    return f"<h2>Lessons</h2>\n{rows}" if rows else ""


def _curve(report: Report) -> str:
    figure = figure_of(draw_curve, report.history, report.test_accuracy, width=_WIDTH, height=2.7)
    return _picture(figure, f"Accuracy after each of {len(report.history)} epochs")


def _matrix(report: Report) -> str:
    figure = figure_of(draw_matrix, report.confusion_matrix, width=_WIDTH, height=_WIDTH)
    return _picture(figure, f"Confusion matrix; {report.accuracy} of the test images are on the diagonal")


def _errors(report: Report) -> str:
    if not len(report.errors):
        return ""
    digits = "\n".join(
        f"<figure>{_image(_digit(image), f'A test image: {caption}')}"
        f"<figcaption>{_text(caption)}</figcaption></figure>"
        for image, caption in zip(report.errors, report.captions, strict=True)
    )
    return (
        "<h2>The most confident errors</h2>\n<p>True label → predicted label.</p>\n"
        f'<div class="digits">\n{digits}\n</div>'
    )


def _digit(image: npt.NDArray[np.uint8]) -> bytes:
    """Return a digit as a picture, black on white; the page enlarges it."""
    content = io.BytesIO()
    Image.fromarray(MAX_PIXEL - image).save(content, "PNG")
    return content.getvalue()


def _picture(figure: Figure, alt: str) -> str:
    return _image(to_png(figure), alt)


def _image(png: bytes, alt: str) -> str:
    content = base64.b64encode(png).decode("ascii")
    return f'<img src="data:image/png;base64,{content}" alt="{_text(alt)}">'
