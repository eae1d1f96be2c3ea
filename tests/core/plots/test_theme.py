import io
import xml.etree.ElementTree as ET

import altair as alt
import pytest
from PIL import Image

from core.analysis.calibration import confidence_histogram, reliability, risk_coverage
from core.analysis.morphology import Quintile
from core.analysis.robustness import Point
from core.analysis.significance import wilson
from core.plots import accuracy_charts, calibration_charts, confusion_charts
from core.plots.figures import DARK, LIGHT
from core.plots.theme import contrast, legible, render


def every_chart(evaluation) -> dict[str, alt.Chart | alt.LayerChart]:
    points = [Point(level, 0.9 - level / 100, 0.85, 0.95) for level in (0, 10, 20)]
    predictions = evaluation.confidences, evaluation.correct
    return {
        "matrix": confusion_charts.confusion_matrix(evaluation.confusion_matrix),
        "intervals": accuracy_charts.intervals({"One": wilson(90, 100), "Two": wilson(95, 100)}),
        "seeds": accuracy_charts.seeds({0: 0.93, 1: 0.94}, 0.935),
        "reliability": calibration_charts.reliability({"As trained": reliability(*predictions)}),
        "confidence": calibration_charts.confidence_histogram(confidence_histogram(*predictions)),
        "risk_coverage": calibration_charts.risk_coverage(risk_coverage(*predictions), 0.9),
        "curves": accuracy_charts.robustness_curves(
            {("One", "Adversarial"): points, ("Two", "Random"): points}, "Epsilon"
        ),
        "baselines": accuracy_charts.baselines("Mine", 0.06),
        "quintiles": accuracy_charts.quintiles(
            [Quintile(0.5, 10, 2), Quintile(1.5, 10, 1)], "Thickness", ".1f", 0.3
        ),
    }


def test_every_chart_is_saved_as_png_and_svg(bundled_evaluation):
    for name, chart in every_chart(bundled_evaluation("article")).items():
        assert Image.open(io.BytesIO(render(chart, "png"))).width > 640, name
        assert ET.fromstring(render(chart, "svg")).tag.endswith("svg"), name


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("style", [LIGHT, DARK])
def test_the_labels_of_every_chart_are_legible(bundled_evaluation, style):
    for name, chart in every_chart(bundled_evaluation("article")).items():
        config = legible(chart, style).to_dict()["config"]
        for part in ("axis", "legend"):
            for words in ("labelColor", "titleColor"):
                assert contrast(config[part][words], style.background) >= 4.5, (name, part, words)
