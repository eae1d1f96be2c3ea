"""A report says what is known of a run, in any script, on two pages."""

import dataclasses
import html
import re

import pytest

from core.export import report_html
from core.export.report import QUESTIONS, Report, describe
from core.export.report_html import to_html
from core.export.report_pdf import to_pdf
from core.export.report_text import families, lines, shown
from core.inspection.operation import Operation
from core.recipe import Recipe
from core.store.run import RunState
from core.store.runs import RunStore

SCRIPTS = "Zoë Łukasz Ελένη Владимир Հայկ გიორგი محمد עברית 王小明 さくら 김민준 अनुष्का தமிழ் สมชาย አማርኛ"


@pytest.fixture(scope="module")
def report(mnist, bundled_evaluation) -> Report:
    store = RunStore()
    history = store.history("article")
    return describe(
        store.get("article"), history, bundled_evaluation("article"), mnist, "https://x.org/?run=a"
    )


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


def test_it_says_accuracy_interval_groups_errors_settings_versions_and_link(report: Report):
    page = html.unescape(to_html(report))
    for text in (
        "93.72%",
        "95% confidence interval: 93.23% to 94.18%",
        "Errors: 628 of 10,000 test images.",
        "4 read as 9, 30 times",
        "Census employees’ digits: 95.7%",
        "High-school students’ digits: 91.7%",
        "238,510",
        "Keras 3.15.1",
        "https://x.org/?run=a",
        *QUESTIONS,
    ):
        assert text in page
    assert page.count("<img") == page.count('alt="') == 2 + len(report.errors)
    assert page.count('class="answer"') == len(QUESTIONS) == 5, "for the student's own words"
    assert not re.search(r'(?:src|href)="(?!data:|https://x\.org)', page), "it needs nothing else"


def test_as_pdf_it_has_two_pages_and_its_title(report: Report):
    pdf = to_pdf(report)
    assert pdf.startswith(b"%PDF")
    assert pages(pdf) == 2
    assert b"Article network" in pdf
    assert len(pdf) < 200_000


def test_names_and_notes_of_ten_thousand_letters_in_any_script_are_shortened(
    report: Report, monkeypatch: pytest.MonkeyPatch
):
    # The pictures of the page are the same ones each time.
    monkeypatch.setattr(report_html, "to_png", lambda figure: b"")
    usual = len(to_html(report))
    for text in (
        SCRIPTS * 100,
        "x" * 10_000,
        "\ud800\x00\u202e$x^2$ <script>\u200d😀" * 500,
        "\n" * 10_000,
        "",
    ):
        long = dataclasses.replace(report, title=text, note=text, link=text)
        pdf = to_pdf(long)
        assert pages(pdf) == 2
        page = to_html(long)
        page.encode()
        assert len(page) < usual + 25_000
        assert "<script>" not in page


def test_every_script_has_a_font_and_the_rest_a_box(recwarn: pytest.WarningsRecorder):
    assert shown(SCRIPTS) == SCRIPTS
    assert shown("a\x07\ud800\U0001f9ff") == "a  □"
    assert families("Zoë") == ["DejaVu Sans"]
    assert families("王") == ["DejaVu Sans", "WenQuanYi Micro Hei"]
    assert lines("word " * 100, 10, width=3, most=2)[1].endswith("…")
    assert len(lines("王" * 100, 10, width=3, most=9)) == 5
    assert len(lines("王" * 10_000, 10, width=3, most=9)) == 9
    assert lines("\n" * 10_000, 10, width=3, most=9) == []
    assert not [warning for warning in recwarn if "missing from" in str(warning.message)]


def test_a_run_with_every_setting_changed_by_hand_and_imported_says_so(
    report: Report, mnist, bundled_evaluation
):
    recipe = Recipe(
        conv_filters=(8,),
        hidden_units=(1000, 999),
        activation="tanh",
        optimizer="sgd",
        learning_rate=0.00123,
        decay=True,
        dropout=0.25,
        validation_share=0.2,
        validation_by="writers",
        train_size=2000,
        batch_size=99,
        augmentation=True,
        handwriting=True,
        writers="students",
        balanced=True,
        left_out=(8, 9),
        label_noise=0.1,
        noise_pair=(3, 5),
        precision="bfloat16",
    )
    run = dataclasses.replace(
        RunStore().get("article"),
        recipe=recipe,
        state=RunState.STOPPED,
        operation=Operation(prune=0.5),
        versions={"imported": "2026-01-02"},
    )
    told = describe(run, report.history, bundled_evaluation("article"), mnist)
    settings = dict(told.settings)
    assert settings["Hidden layers"] == "1000, 999"
    assert settings["Wrong labels"] == "10% among the 3s and 5s"
    assert settings["Validation split"] == "20% by writer"
    said = " ".join(told.remarks)
    for text in ("ended after 10 of 10", "50% of the weights pruned", "trained elsewhere"):
        assert text in said
    assert pages(to_pdf(told)) == 2
