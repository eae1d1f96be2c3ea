import pytest

from core.analysis import temperatures
from core.analysis.temperatures import MIN_IMAGES, calibration_split, preset_temperature
from core.presets import PRESETS
from core.recipe import ARTICLE, Recipe
from scripts.fit_temperatures import fit_holdout, holdout_recipe


def test_the_calibration_split_is_never_what_the_weights_were_fitted_to():
    assert calibration_split(ARTICLE) == slice(0, 0)
    assert calibration_split(Recipe(validation_share=0.1)) == slice(54_000, 60_000)
    assert calibration_split(Recipe(train_size=3000)) == slice(3000, 13_000)
    assert calibration_split(Recipe(train_size=3000, validation_share=0.5)).start == 1500
    nearly_all = Recipe(validation_share=(MIN_IMAGES - 1) / 60_000)
    assert calibration_split(nearly_all) == slice(0, 0)
    for recipe in PRESETS.values():
        assert calibration_split(holdout_recipe(recipe)) == slice(50_000, 60_000)


def test_every_preset_has_the_temperature_of_its_holdout_recipe():
    assert all(0.5 < preset_temperature(preset) < 2 for preset in PRESETS)
    assert preset_temperature("no such preset") is None


def test_the_bundled_temperature_can_be_fitted_again():
    assert fit_holdout(ARTICLE) == pytest.approx(preset_temperature("article"), abs=0.02)


def test_damaged_temperatures_are_logged(tmp_path, monkeypatch, caplog):
    damaged = tmp_path / "temperatures.csv"
    damaged.write_text("preset,temperature\narticle,warm\n")
    monkeypatch.setattr(temperatures, "TEMPERATURES", damaged)
    assert preset_temperature("article") is None
    assert "temperatures.csv" in caplog.text
