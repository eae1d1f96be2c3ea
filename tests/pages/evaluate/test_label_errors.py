"""The view Label errors."""

import dataclasses

from core.analysis.label_errors import LABEL_ISSUES
from tests.pages.conftest import wait_until_trained, words
from tests.pages.evaluate.views import metrics, text
from ui import resources
from ui.evaluate.label_errors import NO_BREAK


def test_votes_and_verdicts(open_page):
    app = open_page("3_evaluate", model="convolutional", view="Label errors")
    assert "Most annotators saw" not in words(app)
    for issue in LABEL_ISSUES[:3]:
        app.segmented_control(key=f"vote_{issue.index}").set_value(issue.suggestion)
    app.segmented_control(key="vote_2654").set_value("neither")
    app.button(key="evaluate_vote").click().run()
    assert not app.exception
    assert text(app, "evaluate_votes_result") == (
        "You voted on 4 of 15 images, and against MNIST's label on 4 of them. Where most of the 5 "
        "annotators agreed, you voted as they did on 4 of 4."
    )
    assert "Most annotators saw a **9**" in text(app, "dispute_947")
    assert "MNIST says **8**" in text(app, "dispute_947")
    assert "Votes: 8 × 0, 9 × 5, neither × 0" in text(app, "dispute_947").replace(NO_BREAK, " ")
    assert "did not agree" in text(app, "dispute_2130")
    assert metrics(app)["On corrected labels"] == "98.97%"


def test_verdicts_without_a_vote(open_page):
    app = open_page("3_evaluate", view="Label errors")
    app.button(key="evaluate_vote").click().run()
    assert "You have not voted yet" in words(app)


def test_planted_wrong_labels_are_among_those_that_the_run_disputes(open_page, small_recipe):
    recipe = dataclasses.replace(small_recipe, label_noise=0.1)
    run = resources.queue().enqueue(recipe, "ann", "Noisy")
    wait_until_trained()
    app = open_page("3_evaluate", model=run.id, view="Label errors")
    app.toggle(key="evaluate_rank_labels").set_value(True).run()
    assert not app.exception
    found = {label: value for label, value in metrics(app).items() if label.startswith("Wrong on purpose")}
    assert list(found) == [f"Wrong on purpose in the first {first}" for first in ("100", "500", "1,000")]
    assert int(found["Wrong on purpose in the first 100"].split()[0]) > 70, "by chance it would be 10"
    assert "300 of the 3,000 training labels were made wrong on purpose" in words(app)


def test_a_run_without_planted_labels_shows_what_it_disputes(open_page):
    app = open_page("3_evaluate", model="article", view="Label errors")
    app.toggle(key="evaluate_rank_labels").set_value(True).run()
    assert not app.exception
    assert "The 18 training images with the largest loss" in words(app)
    assert "Wrong on purpose" not in " ".join(metrics(app))
