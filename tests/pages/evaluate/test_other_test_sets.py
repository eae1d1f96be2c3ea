"""Other images to test on than those of MNIST."""

from core.store.drawings import DrawingStore
from core.test_sets.evaluation_sets import mnist_test_set, sklearn_digits
from tests.pages.conftest import words
from tests.pages.evaluate.views import VIEWS, metrics, text
from ui import resources


def test_a_test_image_to_draw(open_page):
    app = open_page("4_predict", image="2053")
    assert not app.exception
    assert "Copy this **4** (test image 2053)." in words(app)
    refusal = "There is no such test image to draw. They have the numbers 0 to 9,999."
    for nonsense in ("10000", "-1", "x", "²", "9" * 5000):
        app = open_page("4_predict", image=nonsense)
        assert not app.exception
        assert "Copy this" not in words(app)
        assert app.warning[0].value == refusal
    assert not open_page("4_predict").warning


def test_views_follow_another_test_set_or_say_that_they_cannot(open_page):
    app = open_page("3_evaluate", model="article", test_set="scikit-learn")
    assert app.selectbox(key="test_set").value == "scikit-learn"
    evaluation = resources.evaluation("article", sklearn_digits())
    assert metrics(app)["Test accuracy"] == f"{evaluation.accuracy:.2%}"
    assert "of 1,797" in text(app, "test_interval")
    link = next(code.value for code in app.code if "/evaluate?" in code.value)
    assert "test_set=scikit-learn" in link
    for view in VIEWS:
        app.pills(key="view").set_value(view).run()
        assert not app.exception, view
        stays = any("This view stays with MNIST" in info.value for info in app.info)
        assert stays is (view in ("Writers", "Label errors", "Baselines")), view


def test_ones_own_drawings_are_a_test_set(open_page, browser):
    browser("1234567890abcdef")
    app = open_page("3_evaluate", test_set="My drawings")
    assert "There is no drawing in this test set yet." in words(app)
    assert "Test accuracy" not in metrics(app)
    mnist = mnist_test_set()
    for image, label in zip(mnist.images[:3], mnist.labels[:3], strict=True):
        DrawingStore(resources.store().database, app.session_state["owner"]).save(image, int(label))
    for view in VIEWS:
        app = open_page("3_evaluate", test_set="My drawings", view=view)
        assert not app.exception, view
        assert not app.error, view
    app.pills(key="view").set_value("Results").run()
    assert "of 3" in text(app, "test_interval")


def test_an_unknown_test_set_in_the_address_gives_mnists_and_a_sentence(open_page):
    app = open_page("3_evaluate", test_set="Moon dust")
    assert app.selectbox(key="test_set").value == "MNIST"
    assert "not here" in words(app)
    assert metrics(app)["Test accuracy"]
