"""The layers of a network, and the sum of one unit, as charts."""

import numpy as np
import pytest
from altair.vegalite.v6.schema.core import Root
from PIL import Image

from core.plots import inside_charts, unit_charts
from core.plots.figures import DARK, LIGHT
from core.plots.pixels import diverging, mosaic
from core.plots.wall_chart import wall, wall_picture

RNG = np.random.default_rng(0)
SPECS = {
    "pixels": lambda style: inside_charts.pixels(RNG.uniform(size=(28, 28))),
    "units": lambda style: inside_charts.units(RNG.normal(size=300), 17, style),
    "feature maps": lambda style: inside_charts.feature_maps(RNG.uniform(size=(7, 7, 5)), 2, style),
    "probabilities": lambda style: inside_charts.probabilities(np.eye(10)[3], 3, style),
    "wall": lambda style: wall(
        wall_picture(RNG.normal(size=(7, 28, 28)), range(7), style),
        range(7),
        ["words"] * 7,
        {2: "dead"},
        3,
        style,
    ),
    "numbers": lambda style: unit_charts.numbers(RNG.normal(size=(3, 3)), style),
    "curve": lambda style: unit_charts.activation_curve(np.arange(3.0), np.arange(3.0), 1.0, 1.0, style),
    "contributions": lambda style: unit_charts.contributions(np.array([-1.0, 2.0]), ["0", "1"], style),
}


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("style", [LIGHT, DARK], ids=["light", "dark"])
def test_every_chart_is_valid_and_a_second_one_leaves_the_first_alone(name: str, style):
    first = SPECS[name](style)
    rows = len(first["data"]["values"])
    Root.validate(first)
    assert "data" not in str(first.get("layer", "")).replace("datum", ""), "a layer would not see the numbers"
    second = SPECS[name](style)
    assert second["data"] is not first["data"]
    assert len(first["data"]["values"]) == rows


def test_only_the_chosen_unit_is_framed():
    rows = inside_charts.units(RNG.normal(size=300), 17)["data"]["values"]
    assert [row["unit"] for row in rows if row["frame"] == 3] == [17]
    assert not [row for row in inside_charts.units(np.ones(4), None)["data"]["values"] if row["frame"] == 3]


def test_zero_is_the_background_blue_is_above_and_orange_below():
    zero, above, below, nothing = diverging(np.array([0.0, 2.0, -2.0, np.nan])).tolist()
    assert zero == nothing == [255, 255, 255]
    assert above == [0, 114, 178]
    assert below == [213, 94, 0]
    assert (diverging(np.zeros(3)) == 255).all(), "a unit without any weight is no error"


def test_any_layer_becomes_one_picture_in_which_each_value_is_once():
    units = mosaic(np.arange(300.0))
    assert units.shape == (17, 18)
    assert np.nansum(units) == np.arange(300).sum()
    maps = np.arange(7 * 7 * 5.0).reshape(7, 7, 5)
    assert np.nansum(mosaic(maps)) == maps.sum()
    np.testing.assert_array_equal(mosaic(maps)[:7, :7], maps[..., 0])


def test_a_feature_map_is_a_picture_of_its_values():
    import base64
    import io

    url = inside_charts.feature_maps(np.ones((7, 7, 1)), None)["data"]["values"][0]["url"]
    picture = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    assert picture.size == (42, 42)
    assert picture.getpixel((0, 0)) == (0, 114, 178)


def test_numbers_have_a_real_minus_sign_and_there_is_no_minus_zero():
    assert [unit_charts.signed(value, 2) for value in (-1.234, -0.001, 0.5)] == ["−1.23", "0.00", "0.50"]


def test_a_curve_reaches_beyond_its_point():
    assert unit_charts.curve_points(0.3)[-1] == 6
    assert unit_charts.curve_points(-40)[0] < -40
