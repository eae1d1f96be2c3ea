from core.analysis.baselines import BASELINES
from core.analysis.robustness import Point
from core.plots import accuracy_charts as charts
from tests.core.plots.specifications import rows


def test_the_baselines_are_sorted_and_the_network_is_marked():
    found = rows(charts.baselines("Mine", 0.03))
    assert [row["error"] for row in found] == sorted(row["error"] for row in found)
    assert [row["label"] for row in found if row["own"]] == ["Mine · 3.00%"]
    assert len(found) == len(BASELINES) + 1


def test_a_network_without_an_error_is_still_among_the_baselines():
    perfect = rows(charts.baselines("Mine", 0.0))[0]
    assert (perfect["error"], perfect["label"]) == (0, "Mine · 0.00%")
    assert perfect["place"] > 0, "a logarithmic scale has no zero"


def test_curves_hold_every_point_of_every_model():
    points = [Point(0, 0.9, 0.88, 0.92), Point(30, 0.5, 0.47, 0.53)]
    found = rows(
        charts.robustness_curves({("One", "Rotation"): points, ("Two", "Rotation"): points}, "Degrees")
    )
    assert [(row["model"], row["level"], row["accuracy"]) for row in found] == [
        ("One", 0, 0.9),
        ("One", 30, 0.5),
        ("Two", 0, 0.9),
        ("Two", 30, 0.5),
    ]
