"""Figures are judged by eye; what can be tested is that they show the data, in any case there is."""

import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from core.data import CLASS_NAMES, Dataset
from core.hyperparameters.words import SPELLING
from core.plots import charts, figures, network_figure
from core.plots.figures import DARK, LIGHT
from core.presets import PRESETS
from core.recipe import Recipe

ROOT = Path(__file__).resolve().parents[3]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_no_global_state():
    code = "import sys, core.plots.figures; print('matplotlib.pyplot' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True).strip() == "False"


@pytest.mark.parametrize(("style", "section"), [(LIGHT, "light"), (DARK, "dark")])
def test_colors_are_those_of_the_theme(style: figures.Style, section: str):
    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"][section]
    assert (style.background, style.text) == (theme["backgroundColor"], theme["textColor"])


def test_digit_grid_tiles_the_pixels(mnist: Dataset):
    images, names = mnist.test_images[:5], list("abcde")
    figure = figures.digit_grid(images, names, columns=3)
    assert texts(figure) == names
    (picture,) = figure.axes[0].images
    tiles = picture.get_array()
    top = tiles.shape[0] // 2 - 28
    np.testing.assert_array_equal(tiles[top : top + 28, :28], images[0])
    assert np.nansum(tiles) == images.sum()


def shown(figure: Figure) -> np.ndarray:
    """The pixels of a tiled picture, as whole numbers."""
    (picture,) = figure.axes[0].images
    return np.rint(picture.get_array() * 255).astype(int)


def test_feature_maps_share_one_scale():
    maps = np.zeros((3, 28, 28), dtype=np.float32)
    maps[0], maps[1] = 2.0, 1.0
    figure = figures.feature_maps(maps, 2, ["a", "b", "c"])
    assert texts(figure) == ["a", "b", "c"]
    pixels = shown(figure)
    grays = {gray: (pixels == gray).all(axis=2).sum() for gray in (0, 128)}
    assert grays == {0: 28 * 28, 128: 28 * 28}


def test_values_below_zero_have_their_own_color():
    pixels = shown(figures.feature_maps(np.array([[[1.0]], [[-1.0]], [[0.0]]]), 10, style=DARK))
    for color in (DARK.blue, DARK.orange):
        rgb = [int(color[start : start + 2], 16) for start in (1, 3, 5)]
        assert (pixels == rgb).all(axis=2).sum() == 28 * 28


def test_a_layer_of_zeros_is_black():
    pixels = shown(figures.feature_maps(np.zeros((4, 1, 1)), 10))
    assert (pixels == 0).all(axis=2).sum() == 4 * 28 * 28


@pytest.mark.parametrize(
    "recipe",
    [*PRESETS.values(), Recipe(hidden_units=(1, 784, 1024, 10), conv_filters=(64, 1, 2), batch_size=100)],
)
def test_network_names_every_layer(recipe: Recipe):
    words = " ".join(texts(network_figure.network(recipe)))
    for units in recipe.hidden_units:
        assert f"{units}\n{SPELLING[recipe.activation]}" in words
    for filters in recipe.conv_filters:
        assert f"{filters} filters" in words
    assert "28×28\npixels" in words
    assert "10 digits" in words


def test_a_wide_layer_is_drawn_with_dots_whatever_its_size():
    for units in (11, 784, 1024):
        assert "⋮" in texts(network_figure.network(Recipe(hidden_units=(units,))))
    assert "⋮" not in texts(network_figure.network(Recipe(hidden_units=(10,))))


@pytest.mark.parametrize("style", [LIGHT, DARK])
def test_every_figure_can_be_drawn(style: figures.Style, mnist: Dataset):
    image = mnist.test_images[0]
    for figure in (
        figures.large_digit(image, style),
        figures.large_digit(image / 255, style, highest=1),
        figures.learning_curves((), style),
        figures.learning_curves(((0.5, 0.9), (0.4, 0.8)), style),
        figures.digit_tiles(np.stack([image] * 4), style),
        figures.prediction(image, 7, style),
        figures.digit_grid(mnist.test_images[:4], list(CLASS_NAMES[:4]), 2, style),
    ):
        assert figures.to_png(figure).startswith(b"\x89PNG")


def test_charts_hold_the_data(mnist: Dataset):
    probabilities = np.full(10, 0.05)
    probabilities[7] = 0.55
    rows = charts.probabilities(probabilities)["data"]["values"]
    assert [row["digit"] for row in rows if row["predicted"]] == ["7"]
    (rows,) = charts.pixel_histogram(np.arange(16)).to_dict()["datasets"].values()
    assert (rows[15]["start"], rows[15]["end"], rows[15]["range"]) == (240, 256, "240–255")
    counts = np.bincount(mnist.test_labels)
    (rows,) = charts.class_counts(counts, counts).to_dict()["datasets"].values()
    assert sum(row["images"] for row in rows if row["set"] == "Test") == 10_000
