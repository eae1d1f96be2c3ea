import numpy as np
import pytest

from core.analysis import temperatures
from core.analysis.temperatures import MIN_IMAGES, calibration_split, preset_temperature
from core.data import Dataset, is_student
from core.presets import PRESETS
from core.recipe import ARTICLE, Recipe
from core.sampling import select
from scripts.fit_temperatures import fit_holdout, holdout_recipe


def test_the_calibration_split_is_never_what_the_weights_were_fitted_to(mnist: Dataset):
    def ends(recipe: Recipe) -> tuple[int, int]:
        split = calibration_split(recipe, mnist)
        assert np.array_equal(split, np.arange(split[0], split[-1] + 1))
        return int(split[0]), int(split[-1] + 1)

    assert len(calibration_split(ARTICLE, mnist)) == 0
    assert ends(Recipe(validation_share=0.1)) == (54_000, 60_000)
    assert ends(Recipe(train_size=3000)) == (3000, 13_000)
    assert ends(Recipe(train_size=3000, validation_share=0.5)) == (1500, 11_500)
    nearly_all = Recipe(validation_share=(MIN_IMAGES - 1) / 60_000)
    assert len(calibration_split(nearly_all, mnist)) == 0
    assert ends(holdout_recipe(ARTICLE)) == (50_000, 60_000)
    by_writer = Recipe(writers="students", train_size=20_000, validation_share=0.1, validation_by="writers")
    split = calibration_split(by_writer, mnist)
    assert not set(split) & set(select(by_writer, mnist).fit)
    assert is_student(mnist.train_writers[split]).all()


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
