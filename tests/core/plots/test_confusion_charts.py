"""Charts are judged by eye; what can be tested is that they hold the numbers, in any case there is."""

import numpy as np
import pytest

from core.plots.confusion_charts import confusion_matrix
from core.plots.figures import DARK, LIGHT
from tests.core.plots.specifications import rows


@pytest.mark.parametrize("style", [LIGHT, DARK])
def test_the_matrix_has_its_sums_and_can_be_clicked(bundled_evaluation, style):
    matrix = bundled_evaluation("article").confusion_matrix
    chart = confusion_matrix(matrix, style=style, chosen=(4, None))
    cells = {(row["digit"], row["answer"]): row for row in rows(chart)}
    assert len(cells) == 121
    assert cells["4", "9"]["images"] == matrix[4, 9]
    assert cells["4", "all"]["images"] == matrix[4].sum()
    assert cells["all", "9"]["images"] == matrix[:, 9].sum()
    assert cells["all", "all"]["images"] == 10_000
    assert [key for key, row in cells.items() if row["edge"] == style.text] == [("4", "all")]
    assert max(row["heat"] for row in cells.values() if row["kind"] != "error") == 0
    (param,) = [param for param in chart.to_dict()["params"] if param["name"] == "cell"]
    assert param["select"]["fields"] == ["digit", "answer"]


def test_the_matrix_by_true_digit_by_predicted_digit_and_errors_only(bundled_evaluation):
    matrix = bundled_evaluation("article").confusion_matrix

    def texts(**options) -> dict[tuple[str, str], str]:
        found = rows(confusion_matrix(matrix, **options))
        return {(row["digit"], row["answer"]): row["text"] for row in found}

    assert texts(per="digit")["4", "9"] == f"{matrix[4, 9] / matrix[4].sum() * 100:.1f}"
    assert texts(per="digit")["4", "all"] == "100.0"
    assert texts(per="answer")["4", "9"] == f"{matrix[4, 9] / matrix[:, 9].sum() * 100:.1f}"
    errors = texts(errors_only=True)
    assert all(errors[str(digit), str(digit)] == "" for digit in range(10))
    assert errors["4", "all"] == str(matrix[4].sum() - matrix[4, 4])
    assert errors["all", "all"] == str(matrix.sum() - np.trace(matrix))


@pytest.mark.parametrize("matrix", [np.zeros((10, 10), int), np.eye(10, dtype=int)])
@pytest.mark.parametrize("per", ["counts", "digit", "answer"])
def test_a_matrix_without_images_or_errors(matrix, per: str):
    assert len(rows(confusion_matrix(matrix, per))) == 121
