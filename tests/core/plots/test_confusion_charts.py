"""Charts are judged by eye; what can be tested is that they hold the numbers, in any case there is."""

import numpy as np
import pytest

from core.plots.confusion_charts import confusion_matrix
from core.plots.figures import DARK, LIGHT
from core.plots.theme import contrast
from tests.core.plots.specifications import rows


@pytest.mark.parametrize("style", [LIGHT, DARK])
def test_every_cell_has_its_count_and_can_be_clicked(bundled_evaluation, style):
    matrix = bundled_evaluation("article").confusion_matrix
    chart = confusion_matrix(matrix, style=style, chosen=(4, 9))
    cells = {(row["label"], row["prediction"]): row for row in rows(chart)}
    assert len(cells) == 100
    assert all(cells[str(i), str(j)]["images"] == count for (i, j), count in np.ndenumerate(matrix))
    assert cells["4", "9"]["words"] == f"True label 4, predicted label 9: {matrix[4, 9]} images"
    assert [key for key, row in cells.items() if row["frame"]] == [("4", "9")]
    (param,) = [param for param in chart.to_dict()["params"] if param["name"] == "cell"]
    assert param["select"]["fields"] == ["label", "prediction"]


@pytest.mark.parametrize("style", [LIGHT, DARK])
def test_a_cell_with_more_images_is_stronger_and_every_count_is_legible(bundled_evaluation, style):
    chart = confusion_matrix(bundled_evaluation("article").confusion_matrix, style=style)
    cells = sorted(rows(chart), key=lambda row: row["images"])
    strength = [contrast(row["fill"], style.background) for row in cells]
    assert strength == sorted(strength)
    assert cells[0]["images"] == 0
    assert strength[0] == 1, "no image is the background"
    assert all(contrast(row["ink"], row["fill"]) >= 4.5 for row in cells)
    # Textbooks write white on the diagonal; a single error can be told from none.
    assert cells[-1]["ink"] == ("#ffffff" if style == LIGHT else "#000000")
    single = next(row for row in cells if row["images"] == 1)
    assert contrast(single["fill"], style.background) > 1.1


def test_the_matrix_by_true_label_by_predicted_label_and_errors_only(bundled_evaluation):
    matrix = bundled_evaluation("article").confusion_matrix

    def texts(**options) -> dict[tuple[str, str], str]:
        found = rows(confusion_matrix(matrix, **options))
        return {(row["label"], row["prediction"]): row["text"] for row in found}

    assert texts(per="label")["4", "9"] == f"{matrix[4, 9] / matrix[4].sum() * 100:.1f}"
    assert texts(per="prediction")["4", "9"] == f"{matrix[4, 9] / matrix[:, 9].sum() * 100:.1f}"
    errors = texts(errors_only=True)
    assert all(errors[str(digit), str(digit)] == "" for digit in range(10))
    assert errors["4", "9"] == str(matrix[4, 9])


def test_a_whole_row_or_column_can_be_framed(bundled_evaluation):
    matrix = bundled_evaluation("article").confusion_matrix

    def framed(*chosen) -> set[tuple[str, str]]:
        found = rows(confusion_matrix(matrix, chosen=chosen))
        return {(row["label"], row["prediction"]) for row in found if row["frame"]}

    digits = list(map(str, range(10)))
    assert framed(4, None) == {("4", digit) for digit in digits}
    assert framed(None, 9) == {(digit, "9") for digit in digits}
    assert framed(None, None) == set()


@pytest.mark.parametrize("matrix", [np.zeros((10, 10), int), np.eye(10, dtype=int)])
@pytest.mark.parametrize("per", ["counts", "label", "prediction"])
def test_a_matrix_without_images_or_errors(matrix, per: str):
    assert len(rows(confusion_matrix(matrix, per))) == 100
