import numpy as np
import pytest

from core.analysis.calibration import confidence_histogram, reliability
from core.plots import calibration_charts as charts
from tests.core.plots.specifications import rows


def test_empty_bins_are_left_out_of_the_reliability_chart():
    result = reliability(np.array([0.95, 0.97]), np.array([True, False]))
    tables = charts.reliability({"As trained": result}).to_dict()["datasets"].values()
    (points,) = [table for table in tables if "images" in table[0]]
    assert [row["images"] for row in points] == [2]
    assert [one.count for one in result.filled] == [2]


def test_the_dots_of_the_reliability_chart_grow_with_their_images(bundled_evaluation):
    evaluation = bundled_evaluation("article")
    result = reliability(evaluation.confidences, evaluation.correct)
    layers = charts.reliability({"As trained": result}).to_dict()["layer"]
    (size,) = [layer["encoding"]["size"] for layer in layers if "size" in layer["encoding"]]
    assert size["field"] == "images"
    least, most = size["scale"]["domain"]
    assert least <= min(one.count for one in result.filled)
    assert max(one.count for one in result.filled) <= most


def test_histogram_of_a_network_without_errors():
    histogram = confidence_histogram(np.array([0.95, 0.97]), np.array([True, True]))
    found = rows(charts.confidence_histogram(histogram))
    assert {row["predictions"] for row in found if row["images"]} == {"Correct predictions"}
    assert sum(row["share"] for row in found) == pytest.approx(1)
