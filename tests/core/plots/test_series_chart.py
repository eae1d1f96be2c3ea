import altair as alt
import pytest

from core.plots.figures import DARK
from core.plots.series_chart import series_chart
from core.recipe import Recipe
from core.series.series import Result, points
from core.series.sweep import Sweep

SERIES = Sweep(Recipe(validation_share=0.1), "batch_size", (100, 500, 1000), seeds=3).series


def results(count: int) -> dict[str, Result]:
    return {
        recipe.to_json(): Result(0.99, 0.93 - recipe.batch_size / 1e5, 0.94 - recipe.seed / 100)
        for recipe in SERIES.recipes[:count]
    }


@pytest.mark.parametrize(("count", "rows"), [(0, 0), (1, 2), (9, 6)])
def test_the_axes_are_those_of_the_whole_series_from_the_start(count: int, rows: int):
    spec = series_chart(SERIES, points(SERIES, results(count)), DARK)
    alt.LayerChart.from_dict(spec)
    assert spec["encoding"]["x"]["scale"]["domain"] == ["100", "500", "1,000"]
    assert len(spec["data"]["values"]) == rows


def test_one_arm_is_marked_as_the_best_and_labels_do_not_lie_on_each_other():
    rows = series_chart(SERIES, points(SERIES, results(9)))["data"]["values"]
    assert [row["best"] for row in rows].count(True) == 1
    for arm in ("100", "500", "1,000"):
        assert sorted(row["above"] for row in rows if row["arm"] == arm) == [False, True]
