"""Inside, Why: which pixels made the prediction, and what the network would like best."""

import numpy as np
import pytest

from tests.pages.conftest import words

PAGE = "8_inside"


@pytest.mark.parametrize("name", ["article", "convolutional"])
def test_the_two_most_probable_digits_are_explained_in_two_ways(open_page, mnist, bundled_model, name: str):
    app = open_page(PAGE, model=name, image="8")
    app.pills(key="inside_view").set_value("Why").run()
    assert not app.exception
    probabilities = np.asarray(bundled_model(name)(mnist.test_images[8:9]))[0]
    first, second = np.argsort(probabilities)[::-1][:2]
    assert f"Why {first}, and why not {second}?" in words(app)
    captions = [caption.value for caption in app.caption]
    assert captions.count("Integrated gradients") == captions.count("Occlusion") == 2


def test_the_favorite_inputs_are_shown_on_demand(open_page):
    app = open_page(PAGE, inside_view="Why")
    assert "Class average" not in words(app)
    app.toggle(key="inside_show_favorites").set_value(True).run()
    assert not app.exception
    assert "Class average" in words(app)
    assert "Their sums are" in words(app)
