"""Networks that are trained on the drawings of a class."""

import dataclasses

from core import mixture
from core.classroom.membership import Membership
from core.classroom.pooled import to_drawings
from core.classroom.progress import read_pool
from core.classroom.teaching import TaughtClassroom
from core.fine_tuning import rehearsal
from core.jobs.queue import RunQueue
from core.jobs.tuning import tune_for_class
from tests.pages.conftest import wait_until_trained, words
from tests.pages.people import ANN, BOB, TEACHER, become, database
from ui import resources

PAGE = "9_class"


def test_who_was_removed_starts_no_training_on_the_drawings(open_page, browser, code, mnist):
    ann = become(code, ANN, "Ann")
    for member in (ann, become(code, BOB, "Bob")):
        for image, label in zip(mnist.test_images[:9], mnist.test_labels[:9], strict=True):
            Membership(database(), member).save(image // member.seat, int(label))
    browser(ANN)
    app = open_page(PAGE, model="softmax")
    app.segmented_control(key="class_view").set_value("Train").run()
    TaughtClassroom(database(), code, TEACHER).remove_member(ann.id)
    app.button(key="class_start").click().run()
    assert not app.exception
    assert "Join it again" in app.toast[0].value
    assert resources.store().runs() == ()


def test_a_network_is_trained_on_the_pool_and_everyone_s_drawings_are_a_test_set(
    open_page, browser, code, monkeypatch, mnist
):
    monkeypatch.setattr(mixture, "REHEARSAL_IMAGES", 1000)
    monkeypatch.setattr(mixture, "REPEATED_DRAWINGS", 500)
    monkeypatch.setattr(rehearsal, "EPOCHS", 1)
    browser(ANN)
    members = [become(code, ANN, "Ann")]
    app = open_page(PAGE, model="softmax")
    app.segmented_control(key="class_view").set_value("Train").run()
    assert not app.exception
    assert app.button(key="class_start").disabled
    members.append(become(code, BOB, "Bob"))
    for number in range(20):
        member = Membership(database(), members[number % 2])
        member.save(mnist.test_images[number], int(mnist.test_labels[number]))
    app.run()
    app.segmented_control(key="class_from_scratch").set_value(False).run()
    app.button(key="class_start").click().run()
    assert not app.exception
    wait_until_trained()
    app.run()
    assert not app.exception
    (run,) = resources.store().runs()
    assert run.fine_tuning.mixture.data == "both"
    assert "Classmates' drawings (held out)" in [metric.label for metric in app.metric]
    assert list(app.dataframe[0].value["Status"]) == ["Finished"]

    app.segmented_control(key="class_view").set_value("Test").run()
    assert not app.exception
    app.selectbox(key="class_test_model").set_value(run.id).run()
    assert not app.exception
    assert "On unseen people's drawings" in [metric.label for metric in app.metric]
    for kind in ("npz", "zip"):
        app.button(key=f"class_{kind}").click().run()
        assert not app.exception
        assert app.get("download_button")[0].label == f"Save class-{code}.{kind}"


def test_other_pages_know_a_network_trained_from_scratch_for_a_class(open_page, browser, code, mnist):
    resources.scheduler().shutdown()
    store = resources.store()
    for number, owner in enumerate((ANN, BOB)):
        member = Membership(database(), become(code, owner, owner))
        for image, label in zip(mnist.test_images[:9], mnist.test_labels[:9], strict=True):
            member.save(image // (number + 1), int(label))
    tuning = tune_for_class(store, "softmax", to_drawings(read_pool(database(), code)), code, "both", True)
    queue = RunQueue(store)
    run = queue.enqueue_tuning(tuning, ANN)
    lease = queue.lease("worker")
    network = store.model_file("softmax")
    outcome = dataclasses.replace(tuning.fine_tuning, after=0.5)
    lease.finish(network, b"state", False, 0.9, 0.9, {}, outcome)
    browser(ANN)
    app = open_page("5_runs", run=run.id)
    assert not app.exception
    assert "Trained from scratch for a class, measured on 9 drawings." in words(app)
    app = open_page("2_train", run=run.id)
    assert not app.exception
    assert "Classmates' drawings (held out)" in [metric.label for metric in app.metric]
    for view, said in (
        ("Significance", "No other seeds"),
        ("Label errors", "cannot be ranked"),
        ("Baselines", "for a class"),
    ):
        app = open_page("3_evaluate", model=run.id, view=view)
        assert not app.exception
        assert said in words(app)
