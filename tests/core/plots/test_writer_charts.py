"""Charts of who wrote the digits."""

import numpy as np

from core.plots.writer_charts import digits_per_person


def test_a_step_that_nobody_is_in_keeps_its_place():
    chart = digits_per_person(np.array([12, 13, 47]))
    assert chart.data["digits"].tolist() == ["0–9", "10–19", "20–29", "30–39", "40–49"]
    assert chart.data["people"].tolist() == [0, 2, 0, 0, 1]
