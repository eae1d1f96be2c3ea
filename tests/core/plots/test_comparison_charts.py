import altair as alt
import numpy as np

from core.history import Epoch
from core.plots.comparison_charts import COLORS, curves, matrix_difference
from core.plots.figures import DARK, LIGHT
from core.plots.theme import contrast

HISTORIES = {
    "A": (Epoch(1, 1.0, 0.5, None, None, 2.0), Epoch(2, 0.5, 0.8, None, None, 3.0)),
    "B": (Epoch(1, 0.9, 0.6, 0.8, 0.7, 1.0),),
    "C": (),
}


def test_curves_are_laid_over_each_other_by_epoch_or_by_seconds():
    by_epoch = curves(HISTORIES, "accuracy")
    assert alt.LayerChart.from_dict(by_epoch)
    rows = by_epoch["data"]["values"]
    assert [(row["run"], row["set"], row["x"], row["value"]) for row in rows] == [
        ("A", "Training", 1, 0.5),
        ("A", "Training", 2, 0.8),
        ("B", "Training", 1, 0.6),
        ("B", "Validation", 1, 0.7),
    ]
    by_seconds = curves(HISTORIES, "loss", "seconds", DARK)
    assert [row["x"] for row in by_seconds["data"]["values"]] == [2.0, 5.0, 1.0, 1.0]
    assert by_seconds["encoding"]["x"]["title"] == "Training time (seconds)"
    assert alt.LayerChart.from_dict(by_seconds)


def test_lines_and_their_letters_are_legible_in_both_themes():
    for style in (LIGHT, DARK):
        assert all(contrast(color, style.background) >= 3 for color in COLORS[style])


def test_the_difference_of_two_matrices_says_where_the_second_has_more():
    first, second = np.eye(10, dtype=np.int64) * 9, np.eye(10, dtype=np.int64) * 7
    second[4, 9] = 2
    chart = matrix_difference(first, second)
    assert alt.LayerChart.from_dict(chart)
    texts = {(row["label"], row["prediction"]): row["text"] for row in chart["data"]["values"]}
    assert (texts["4", "9"], texts["4", "4"], texts["0", "1"]) == ("+2", "−2", "")
