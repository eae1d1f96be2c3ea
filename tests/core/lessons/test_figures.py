"""The numbers that the lessons ask for are those that the bundled networks give."""

from collections.abc import Callable, Mapping

import pytest

from core.analysis.calibration import reliability, risk_coverage
from core.analysis.significance import mcnemar, wilson
from core.analysis.writers import by_group, by_writer, error_ratio
from core.data import Dataset
from core.evaluation import Evaluation
from core.lessons.library import read_library
from core.presets import PRESETS

FIRST, WORTH, WHOSE = "from-pixel-to-prediction", "is-94-good", "whose-handwriting"


@pytest.fixture(scope="module")
def figures(bundled_evaluation: Callable[[str], Evaluation], mnist: Dataset) -> Mapping[str, float]:
    """By lesson and question, as a page writes them."""
    article, relu = bundled_evaluation("article"), bundled_evaluation("relu")
    writers = mnist.test_writers
    assert writers is not None
    employees, students = groups = by_group(article.correct, writers)
    selective = risk_coverage(article.confidences, article.correct)
    matrix, errors = article.confusion_matrix, len(article.errors)
    return {
        f"{FIRST} 2.1": mnist.train_images[0].size,
        f"{FIRST} 5.1": errors,
        f"{WORTH} 1.3": round(100 * article.accuracy, 2),
        f"{WORTH} 2.2": matrix[4, 9],
        f"{WORTH} 2.3": matrix[9, 4],
        f"{WORTH} 3.2": 100 * wilson(10_000 - errors, 10_000).high,
        f"{WORTH} 4.1": mcnemar(article.correct, relu.correct).discordant,
        f"{WORTH} 6.1": 100 * reliability(article.confidences, article.correct).confidence,
        f"{WORTH} 7.1": 100 * selective.coverage[90],
        f"{WORTH} 7.2": 100 * selective.accuracy[90],
        f"{WHOSE} 3.1": 100 * employees.accuracy.proportion,
        f"{WHOSE} 3.2": 100 * students.accuracy.proportion,
        f"{WHOSE} 3.3": round(error_ratio(groups) or 0.0, 1),
        f"{WHOSE} 4.1": 100 * by_writer(article.correct, writers)[0].accuracy,
        "inside-the-network 3.2": PRESETS["softmax"].parameters,
    }


def test_a_student_who_reads_off_the_page_what_a_lesson_asks_for_is_right(figures: Mapping[str, float]):
    for place, value in figures.items():
        name, _, number = place.partition(" ")
        (asked,) = (one for one in read_library()[name].questions if one.id == number)
        assert asked.kind == "number", place
        assert asked.low is not None, place
        assert asked.high is not None, place
        assert asked.low <= value <= asked.high, place
