from core.export.keras_script import keras_script
from core.export.run_script import left_out, why_no_script
from core.inspection.operation import Operation
from core.recipe import ARTICLE
from core.steering.control import RateChange
from core.store.run import IMPORTED, Run, RunState


def run(**fields) -> Run:
    return Run(id="a", name="Run", recipe=ARTICLE, state=fields.pop("state", RunState.FINISHED), **fields)


def test_a_plain_run_leaves_nothing_out():
    assert not left_out(run())
    assert not why_no_script(run())


def test_the_head_of_a_script_says_what_was_continued_and_stopped():
    stopped = run(state=RunState.STOPPED, epochs_done=4, parent="b", parent_epochs=2)
    head = keras_script(ARTICLE, left_out(stopped)).split('"""')[1]
    assert "continued another run after epoch 2" in head
    assert "ended after 4 of 10 epochs" in head


def test_the_head_of_a_script_says_that_the_run_was_steered():
    steered = run(rate_changes=(RateChange(90, 0.1),))
    head = keras_script(ARTICLE, left_out(steered)).split('"""')[1]
    assert "Steered while it was trained: learning rate 0.0001 from epoch 2, batch 31." in head


def test_a_network_that_was_operated_on_has_no_script_but_a_reason():
    assert "changed by hand" in why_no_script(run(operation=Operation()))


def test_the_head_of_a_script_says_that_the_run_was_imported():
    (said,) = left_out(run(versions={IMPORTED: "elsewhere"}))
    assert "imported" in said
