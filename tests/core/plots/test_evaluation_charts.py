"""Charts are judged by eye; what can be tested is that they hold the numbers, in any case there is."""

import io
import xml.etree.ElementTree as ET

import altair as alt
import numpy as np
import pytest
from PIL import Image

from core.analysis.baselines import LANDMARKS
from core.analysis.calibration import confidence_histogram, refusals, reliability
from core.analysis.morphology import Fifth
from core.analysis.robustness import Point
from core.analysis.significance import wilson
from core.plots import evaluation_charts as charts
from core.plots.figures import DARK, LIGHT


def rows(chart: alt.Chart | alt.LayerChart) -> list[dict]:
    """The largest table of a chart."""
    return max(chart.to_dict()["datasets"].values(), key=len)


def every_chart(evaluation) -> dict[str, alt.Chart | alt.LayerChart]:
    points = [Point(level, 0.9 - level / 100, 0.85, 0.95) for level in (0, 10, 20)]
    sure, right = evaluation.confidences, evaluation.right
    return {
        "matrix": charts.confusion_matrix(evaluation.confusion_matrix),
        "intervals": charts.intervals({"One": wilson(90, 100), "Two": wilson(95, 100)}),
        "seeds": charts.seeds({0: 0.93, 1: 0.94}, 0.935),
        "reliability": charts.reliability({"As trained": reliability(sure, right)}),
        "confidence": charts.confidence_histogram(confidence_histogram(sure, right)),
        "refusals": charts.refusals(refusals(sure, right), 0.9),
        "curves": charts.curves({("One", "Aimed"): points, ("Two", "By chance"): points}, "Push"),
        "ladder": charts.ladder("Mine", 0.06),
        "fifths": charts.fifths([Fifth(0.5, 10, 2), Fifth(1.5, 10, 1)], "Thickness", ".1f", 0.3),
    }


def test_every_chart_is_saved_as_png_and_svg(bundled_evaluation):
    for name, chart in every_chart(bundled_evaluation("article")).items():
        assert Image.open(io.BytesIO(charts.render(chart, "png"))).width > 640, name
        assert ET.fromstring(charts.render(chart, "svg")).tag.endswith("svg"), name


@pytest.mark.parametrize("style", [LIGHT, DARK])
def test_the_matrix_has_its_sums_and_can_be_clicked(bundled_evaluation, style):
    matrix = bundled_evaluation("article").confusion_matrix
    chart = charts.confusion_matrix(matrix, style=style, chosen=(4, None))
    cells = {(row["digit"], row["answer"]): row for row in rows(chart)}
    assert len(cells) == 121
    assert cells["4", "9"]["images"] == matrix[4, 9]
    assert cells["4", "all"]["images"] == matrix[4].sum()
    assert cells["all", "9"]["images"] == matrix[:, 9].sum()
    assert cells["all", "all"]["images"] == 10_000
    assert [key for key, row in cells.items() if row["edge"] == style.text] == [("4", "all")]
    assert max(row["heat"] for row in cells.values() if row["kind"] != "wrong") == 0
    (param,) = [param for param in chart.to_dict()["params"] if param["name"] == "cell"]
    assert param["select"]["fields"] == ["digit", "answer"]


def test_the_matrix_by_truth_by_answer_and_errors_only(bundled_evaluation):
    matrix = bundled_evaluation("article").confusion_matrix

    def texts(**options) -> dict[tuple[str, str], str]:
        found = rows(charts.confusion_matrix(matrix, **options))
        return {(row["digit"], row["answer"]): row["text"] for row in found}

    assert texts(per="digit")["4", "9"] == f"{matrix[4, 9] / matrix[4].sum() * 100:.1f}"
    assert texts(per="digit")["4", "all"] == "100.0"
    assert texts(per="answer")["4", "9"] == f"{matrix[4, 9] / matrix[:, 9].sum() * 100:.1f}"
    errors = texts(mistakes_only=True)
    assert all(errors[str(digit), str(digit)] == "" for digit in range(10))
    assert errors["4", "all"] == str(matrix[4].sum() - matrix[4, 4])
    assert errors["all", "all"] == str(matrix.sum() - np.trace(matrix))


@pytest.mark.parametrize("matrix", [np.zeros((10, 10), int), np.eye(10, dtype=int)])
@pytest.mark.parametrize("per", ["counts", "digit", "answer"])
def test_a_matrix_without_images_or_mistakes(matrix, per: str):
    assert len(rows(charts.confusion_matrix(matrix, per))) == 121


def test_the_ladder_is_sorted_and_marks_the_network():
    ladder = rows(charts.ladder("Mine", 0.03))
    assert [row["error"] for row in ladder] == sorted(row["error"] for row in ladder)
    assert [row["label"] for row in ladder if row["own"]] == ["Mine · 3.00%"]
    assert len(ladder) == len(LANDMARKS) + 1


def test_a_network_without_a_mistake_is_still_on_the_ladder():
    perfect = rows(charts.ladder("Mine", 0.0))[0]
    assert (perfect["error"], perfect["label"]) == (0, "Mine · 0.00%")
    assert perfect["place"] > 0, "a logarithmic scale has no nought"


def test_curves_hold_every_point_of_every_model():
    points = [Point(0, 0.9, 0.88, 0.92), Point(30, 0.5, 0.47, 0.53)]
    found = rows(charts.curves({("One", "Rotation"): points, ("Two", "Rotation"): points}, "Degrees"))
    assert [(row["model"], row["level"], row["accuracy"]) for row in found] == [
        ("One", 0, 0.9),
        ("One", 30, 0.5),
        ("Two", 0, 0.9),
        ("Two", 30, 0.5),
    ]


def test_empty_bins_are_left_out_of_the_reliability_chart():
    result = reliability(np.array([0.95, 0.97]), np.array([True, False]))
    tables = charts.reliability({"As trained": result}).to_dict()["datasets"].values()
    (points,) = [table for table in tables if "images" in table[0]]
    assert [row["images"] for row in points] == [2]
    assert [part.count for part in result.filled] == [2]


def test_the_dots_of_the_reliability_chart_grow_with_their_images(bundled_evaluation):
    evaluation = bundled_evaluation("article")
    result = reliability(evaluation.confidences, evaluation.right)
    layers = charts.reliability({"As trained": result}).to_dict()["layer"]
    (size,) = [layer["encoding"]["size"] for layer in layers if "size" in layer["encoding"]]
    assert size["field"] == "images"
    least, most = size["scale"]["domain"]
    assert least <= min(part.count for part in result.filled)
    assert max(part.count for part in result.filled) <= most


def test_histogram_of_a_network_without_mistakes():
    histogram = confidence_histogram(np.array([0.95, 0.97]), np.array([True, True]))
    found = rows(charts.confidence_histogram(histogram))
    assert {row["answers"] for row in found if row["images"]} == {"Right answers"}
    assert sum(row["share"] for row in found) == pytest.approx(1)
