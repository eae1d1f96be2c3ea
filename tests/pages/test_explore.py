import dataclasses
import gc
import sys

import numpy as np

from tests.pages.conftest import words
from ui import resources


def grid_of(app) -> str:
    """The picture of the sample, by its address."""
    return app.image[0].proto.imgs[0].url


def labels_shown(app) -> list[int]:
    """The labels of the sample, as those who cannot see it are told."""
    alts = [image.proto.imgs[0].alt for image in app.image]
    sample = [alt.partition(": ")[2] for alt in alts if alt.startswith("Training images with the labels")]
    return [int(label) for alt in sample for label in alt.split(", ")]


def test_a_visit_that_is_kept_holds_no_text_for_each_image(open_page):
    open_page("1_explore")
    gc.collect()
    before = sys.getallocatedblocks()
    visit = open_page("1_explore")
    gc.collect()
    assert visit.title[0].value == "Explore the digits"
    assert sys.getallocatedblocks() - before < len(resources.mnist().train_images) / 2


def test_a_new_sample_is_another_one_and_the_class_is_kept(open_page):
    app = open_page("1_explore")
    first = grid_of(app)
    app.run()
    assert grid_of(app) == first, "a rerun must not change the sample"
    app.button(key="explore_new_sample").click().run()
    assert grid_of(app) != first
    app.selectbox(key="explore_class").select(7).run()
    assert labels_shown(app) == [7] * 16
    assert not app.exception


def test_sizes_of_the_grid(open_page):
    app = open_page("1_explore")
    for side in (3, 6, 8):
        app.segmented_control(key="explore_side").set_value(side).run()
        assert not app.exception
        assert len(labels_shown(app)) == side * side


def test_the_numbers_of_a_digit(open_page, mnist):
    app = open_page("1_explore")
    assert not app.dataframe
    app.number_input(key="explore_index").set_value(59_999)
    app.toggle(key="explore_numbers").set_value(True).run()
    np.testing.assert_array_equal(app.dataframe[0].value.to_numpy(), mnist.train_images[59_999])
    app.toggle(key="explore_divided").set_value(True).run()
    shown = app.dataframe[0].value.to_numpy()
    np.testing.assert_allclose(shown, mnist.train_images[59_999] / 255, atol=0.006)
    assert "8 · Eight" in [metric.value for metric in app.metric]


def test_the_people_who_wrote_the_digits(open_page):
    app = open_page("1_explore")
    assert "training digits of one person" in words(app)
    for view in ("Two people", "Two groups", "Digits per person"):
        app.segmented_control(key="explore_people").set_value(view).run()
        assert not app.exception, view
        assert "nobody's name" in words(app)
    assert "nobody more than 131" in words(app)


def test_without_the_writers_explore_shows_the_rest(open_page, monkeypatch, mnist):
    monkeypatch.setattr(resources, "mnist", lambda: dataclasses.replace(mnist, train_writers=None))
    app = open_page("1_explore")
    assert not app.exception
    assert "git checkout -- data/mnist_writers.npz" in app.info[0].value


def test_dividing_by_255_changes_the_axis_of_the_histogram_only(open_page):
    app = open_page("1_explore")
    assert "Mean 33.3, standard deviation 78.6" in words(app)
    app.toggle(key="explore_histogram_divided").set_value(True).run()
    assert not app.exception
    assert "Mean 0.131, standard deviation 0.308" in words(app)


def test_a_closer_look_at_the_images(open_page):
    app = open_page("1_explore")
    assert "**Strangest** of 6,265 training images of the digit 7" in words(app)
    app.selectbox(key="explore_typical_digit").select(1).run()
    assert "**Most typical** of 6,742 training images of the digit 1" in words(app)
    app.segmented_control(key="explore_closer").set_value("Unused pixels").run()
    assert not app.exception
    assert "67 of 784" in [metric.value for metric in app.metric]


def pictures_of(app) -> dict[str, str]:
    """The address of each picture by its alternative text."""
    return {image.proto.imgs[0].alt: image.proto.imgs[0].url for image in app.image}


def drawn_at_random(app) -> list[str]:
    return [url for alt, url in pictures_of(app).items() if alt.startswith("Training image 0, augmented")]


def test_sliders_move_a_digit_as_far_as_training_does(open_page):
    app = open_page("1_explore")
    app.segmented_control(key="explore_closer").set_value("Data augmentation").run()
    assert not app.exception
    rotation = app.slider(key="explore_affine_rotation")
    assert (rotation.max, app.slider(key="explore_affine_right").max) == (18, 8)
    before, drawn = pictures_of(app), drawn_at_random(app)
    assert before["Original: the digit 5"] == before["Augmented: the digit 5"]
    rotation.set_value(18).run()
    assert pictures_of(app)["Augmented: the digit 5"] != before["Original: the digit 5"]
    assert drawn_at_random(app) == drawn, "a slider draws no other examples"
    app.button(key="explore_draw_again").click().run()
    assert drawn_at_random(app) != drawn


def test_handwriting_augmentation_redraws_a_digit(open_page):
    app = open_page("1_explore")
    app.segmented_control(key="explore_closer").set_value("Data augmentation").run()
    app.segmented_control(key="explore_augmentation").set_value("Handwriting").run()
    assert not app.exception
    assert drawn_at_random(app)


def test_near_duplicates_and_next_doors_digits(open_page):
    app = open_page("1_explore")
    app.segmented_control(key="explore_closer").set_value("Near-duplicates").run()
    assert not app.exception
    assert "**1** and **7** · distance **612**" in words(app)
    app.selectbox(key="explore_pairs").select(1).run()
    assert "**1** and **1** · distance **210**" in words(app)
    app.segmented_control(key="explore_closer").set_value("Next door's digits").run()
    assert not app.exception
    assert any("20 images of the digit 7 from scikit-learn" in alt for alt in pictures_of(app))
