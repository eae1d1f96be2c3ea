import altair as alt
import pytest

from core.history import Epoch
from core.plots.figures import DARK
from core.plots.learning_curve import MAX_LOSS, learning_curve

HISTORY = [Epoch(1, 1.0, 0.5, None, None, 1.0), Epoch(2, 0.5, 0.8, 0.6, 0.75, 1.0)]


def domain(specification: dict, axis: str) -> list[float]:
    return specification["encoding"][axis]["scale"]["domain"]


def test_it_holds_each_epoch_of_both_series():
    rows = learning_curve(HISTORY, 10, "accuracy", validation=True)["data"]["values"]
    assert [(row["epoch"], row["series"], row["value"]) for row in rows] == [
        (1, "Training accuracy", 0.5),
        (2, "Training accuracy", 0.8),
        (2, "Validation accuracy", 0.75),
    ]
    rows = learning_curve(HISTORY, 10, "loss")["data"]["values"]
    assert [row["series"] for row in rows] == ["Training loss"] * 2


@pytest.mark.parametrize("history", [[], HISTORY])
@pytest.mark.parametrize("metric", ["accuracy", "loss"])
def test_axes_are_the_same_from_run_to_run_and_there_before_the_first_point(history, metric):
    """Without a domain of their own, Vega warns of an infinite extent when there is no data."""
    curve = learning_curve(history, 10, metric)
    assert domain(curve, "x") == [1, 10]
    assert domain(curve, "y") == ([0, 1] if metric == "accuracy" else [0, MAX_LOSS])
    assert curve["encoding"]["x"]["title"] == "Epoch"
    assert curve["encoding"]["y"]["title"] == metric.capitalize()
    assert alt.LayerChart.from_dict(curve)


@pytest.mark.parametrize(
    ("accuracy", "low"), [(0.5, 0.5), (0.71, 0.7), (0.8, 0.8), (0.87, 0.85), (0.935, 0.93), (0.984, 0.98)]
)
def test_the_zoomed_axis_begins_below_the_lowest_point(accuracy: float, low: float):
    history = [Epoch(1, 0.1, accuracy, None, None, 1.0)]
    assert domain(learning_curve(history, 10, "accuracy", zoom=True), "y") == [low, 1]
    assert domain(learning_curve([], 10, "accuracy", zoom=True), "y") == [0, 1]


def test_a_loss_that_jumps_fits_on_its_axis():
    history = [Epoch(1, 113.7, 0.13, None, None, 1.0)]
    assert domain(learning_curve(history, 10, "loss"), "y") == [0, 160]


def test_a_single_epoch_has_room_on_both_sides():
    assert domain(learning_curve(HISTORY[:1], 1, "accuracy"), "x") == [0, 2]


def test_the_height_may_follow_the_window_and_the_text_the_theme():
    curve = learning_curve([], 10, "accuracy", height="windowSize()[1] / 2", style=DARK)
    assert curve["params"] == [{"name": "height", "expr": "windowSize()[1] / 2"}]
    assert curve["encoding"]["x"]["axis"]["labelColor"] == DARK.text


def test_a_change_of_the_learning_rate_is_marked_where_it_was_made():
    curve = learning_curve(HISTORY, 10, "accuracy", changes=[(0.5, "×10"), (1.5, "0.0001")])
    rule, text = curve["layer"][-2:]
    assert [row["after"] for row in rule["data"]["values"]] == [1, 1.5], "the axis begins after one epoch"
    assert [row["change"] for row in text["data"]["values"]] == ["×10", "0.0001"]
    assert alt.LayerChart.from_dict(curve)
    assert len(learning_curve(HISTORY, 10, "accuracy")["layer"]) == 2
