"""The film of a training: every frame is in the chart, and the browser needs nothing else."""

import json

import numpy as np

from core.plots.epoch_curves import colors_of, epoch_curves
from core.plots.figures import LIGHT
from core.plots.film import film
from core.plots.pixels import data_url
from core.plots.wall_chart import small_wall

RNG = np.random.default_rng(0)
EPOCHS = (0, 1, 2, 4, 8)
PROBABILITIES = RNG.dirichlet(np.ones(10), len(EPOCHS))
CONFUSION = RNG.integers(0, 900, (len(EPOCHS), 10, 10))


def made(pictures: list[str] | None = None) -> dict:
    pictures = pictures or [f"data:{epoch}" for epoch in EPOCHS]
    return film(EPOCHS, pictures, "Weights", PROBABILITIES, 3, CONFUSION)


def signals(spec: dict) -> dict:
    return {signal["name"]: signal for signal in spec["signals"]}


def test_it_begins_at_the_end_and_stands_still_until_play():
    found = signals(made())
    assert (found["epoch"]["value"], found["playing"]["value"]) == (8, False)
    assert found["epoch"]["bind"] | {"name": ""} == {
        "input": "range",
        "min": 0,
        "max": 8,
        "step": 1,
        "name": "",
    }
    assert found["pictures"]["value"] == ["data:0", "data:1", "data:2", "data:4", "data:8"]


def test_an_epoch_without_a_snapshot_shows_the_one_before():
    assert signals(made())["frames"]["value"] == [0, 1, 2, 2, 3, 3, 3, 3, 4]


def test_every_number_of_every_frame_is_there():
    panels = [panel["marks"][1] for panel in made()["marks"]]
    tables = {table["name"]: table.get("values") for panel in panels for table in panel.get("data", [])}
    assert len(tables["points"]) == len(EPOCHS) * 10
    cell = next(cell for cell in tables["cells"] if (cell["row"], cell["column"]) == (7, 2))
    assert cell["counts"] == CONFUSION[:, 7, 2].tolist()
    assert cell["total"] == CONFUSION[0, 7].sum()


def test_the_chosen_digit_is_blue_and_the_one_that_comes_closest_orange():
    probabilities = np.full((3, 10), 0.01)
    probabilities[1, 8] = 0.6
    colors = colors_of(probabilities, 3)
    assert (colors[3], colors[8], colors.count(LIGHT.muted)) == (LIGHT.blue, LIGHT.orange, 8)
    spec = epoch_curves((0, 1, 2), probabilities, 3, 10)
    assert spec["encoding"]["x"]["scale"]["domain"] == [0, 10]
    assert len(spec["data"]["values"]) == 30


def test_a_film_of_all_units_is_a_small_message():
    walls = [small_wall(RNG.normal(0, 1, (300, 28, 28)).astype(np.float32)) for _ in EPOCHS]
    assert walls[0].shape == (17 * 15 - 1, 18 * 15 - 1, 3)
    message = json.dumps(made([data_url(wall, "webp") for wall in walls]))
    assert len(message) < 60_000 * len(EPOCHS), "noise is the worst case"
