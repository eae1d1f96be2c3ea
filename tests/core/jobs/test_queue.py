"""The line: who waits, who is next, and whose run it is."""

import threading

import numpy as np
import pytest
from sqlalchemy import select

from core.fine_tuning import Drawings, Teaching
from core.history import Checkpoint, Epoch
from core.jobs.lease import Claim, ClaimLost
from core.jobs.queue import MAX_ATTEMPTS, MAX_WAITING, Line, RunRefused
from core.recipe import Recipe, RecipeError
from core.store.run import RunError, RunState
from core.store.runs import RunStore
from core.store.tables import FILES

RECIPE = Recipe(epochs=3)
OTHER = Recipe(epochs=3, seed=1)
EPOCHS = tuple(Epoch(number, 0.5, 0.9, None, None, 2.0) for number in (1, 2, 3))


@pytest.fixture
def line(store: RunStore) -> Line:
    return Line(store)


def claimed(line: Line, owner: str = "ann") -> Claim:
    line.enqueue(RECIPE, owner, "Run")
    claim = line.claim("worker 1")
    assert claim
    return claim


def save(claim: Claim, epochs: int) -> None:
    for done in range(1, epochs + 1):
        claim.save(Checkpoint(EPOCHS[:done], f"state {done}".encode()))


def finish(claim: Claim) -> None:
    claim.finish(b"network", b"end state", False, 0.9, 0.9, {})


def test_first_come_first_served(line: Line, store: RunStore):
    ids = [line.enqueue(RECIPE, f"owner {number}", "Run").id for number in range(30)]
    assert [run.id for run in store.line()] == ids
    served = []
    while claim := line.claim("worker"):
        served.append(claim.run.id)
        assert store.get(claim.run.id).state is RunState.RUNNING
        finish(claim)
    assert served == ids
    assert store.line() == ()


def test_one_waiting_and_one_running_for_each_owner(line: Line, store: RunStore):
    first = line.enqueue(RECIPE, "ann", "First")
    with pytest.raises(RunRefused, match="You have a run waiting already"):
        line.enqueue(RECIPE, "ann", "Second")
    assert line.claim("worker 1").run.id == first.id
    with pytest.raises(RunRefused, match="training exactly this already"):
        line.enqueue(RECIPE, "ann", "A second click")
    second = line.enqueue(OTHER, "ann", "Second")
    with pytest.raises(RunRefused, match="You have a run waiting already"):
        line.enqueue(RECIPE, "ann", "Third")

    # A second worker does not give Ann both cores: it takes Bob's run, though it came later.
    bob = line.enqueue(RECIPE, "bob", "Bob's")
    assert line.claim("worker 2").run.id == bob.id
    assert line.claim("worker 3") is None
    assert [run.id for run in store.line()] == [first.id, bob.id, second.id]


def test_a_full_line_is_a_sentence(line: Line):
    for number in range(MAX_WAITING):
        line.enqueue(RECIPE, f"owner {number}", "Run")
    with pytest.raises(RunRefused, match="The line is full"):
        line.enqueue(RECIPE, "late", "Run")
    line.claim("worker")
    line.enqueue(RECIPE, "late", "Run")


def test_cancel_leaves_the_line(line: Line, store: RunStore):
    run = line.enqueue(RECIPE, "ann", "Run")
    with pytest.raises(RunError, match="Only the person who started"):
        line.stop(run.id, "bob")
    line.stop(run.id, "ann")
    assert store.runs() == ()
    assert line.claim("worker") is None
    line.enqueue(RECIPE, "ann", "Another")


def test_only_the_owner_stops(line: Line, store: RunStore):
    claim = claimed(line)
    assert claim.beat(0.1) is False
    with pytest.raises(RunError, match="Only the person who started"):
        line.stop(claim.run.id, "bob")
    assert claim.beat(0.2) is False
    line.stop(claim.run.id, "ann")
    assert claim.beat(0.3) is True
    assert store.get(claim.run.id).progress == 0.3
    claim.finish(b"network", b"state", True, 0.5, 0.5, {})
    assert store.get(claim.run.id).state is RunState.STOPPED
    line.stop(claim.run.id, "ann")
    assert store.get(claim.run.id).state is RunState.STOPPED, "there is nothing left to stop"


def test_a_lifeless_run_goes_on_where_it_was(line: Line, store: RunStore):
    claim = claimed(line)
    later = line.enqueue(RECIPE, "bob", "Later")
    save(claim, 2)
    claim.beat(0.8)
    (beat,) = line.beats()
    line.take_away(beat)
    run = store.get(claim.run.id)
    assert run.state is RunState.QUEUED
    assert store.line()[0].id == run.id, "it keeps its place"

    again = line.claim("worker 2")
    assert again.run.id == run.id != later.id
    assert store.get(run.id).progress == pytest.approx(2 / 3)
    assert again.checkpoint() == Checkpoint(EPOCHS[:2], b"state 2")
    finish(again)


def test_a_run_whose_worker_lives_is_not_taken_away(line: Line, store: RunStore):
    claim = claimed(line)
    (beat,) = line.beats()
    claim.beat(0.1)
    line.take_away(beat)
    assert store.get(claim.run.id).state is RunState.RUNNING


def test_a_worker_that_lost_its_run_writes_nothing_more(line: Line, store: RunStore):
    claim = claimed(line)
    save(claim, 1)
    (beat,) = line.beats()
    line.take_away(beat)
    other = line.claim("worker 2")
    before = store.get(claim.run.id)
    for write in (
        lambda: claim.beat(0.9),
        lambda: claim.save(Checkpoint(EPOCHS[:2], b"late")),
        lambda: claim.finish(b"late", b"late", False, 1.0, 1.0, {}),
        lambda: claim.fail("late"),
        lambda: claim.interrupt("late"),
        claim.release,
    ):
        with pytest.raises(ClaimLost):
            write()
    assert store.get(claim.run.id) == before
    assert other.checkpoint() == Checkpoint(EPOCHS[:1], b"state 1")


def test_a_run_that_brings_the_server_down_waits_for_its_owner(line: Line, store: RunStore):
    line.enqueue(RECIPE, "ann", "Run")
    for attempt in range(MAX_ATTEMPTS):
        claim = line.claim(f"worker {attempt}")
        line.take_away(line.beats()[0])
    run = store.get(claim.run.id)
    assert run.state is RunState.INTERRUPTED
    assert "interrupted several times" in run.failure
    assert line.claim("worker") is None
    with pytest.raises(RunError, match="Only the person"):
        line.resume(run.id, "bob")
    line.resume(run.id, "ann")
    assert store.get(run.id).failure == ""
    assert line.claim("worker").run.id == run.id


def test_an_epoch_counts_as_success(line: Line, store: RunStore):
    line.enqueue(RECIPE, "ann", "Run")
    for attempt in range(MAX_ATTEMPTS * 2):
        claim = line.claim(f"worker {attempt}")
        save(claim, 1)
        line.take_away(line.beats()[0])
    assert store.get(claim.run.id).state is RunState.QUEUED


def test_a_released_run_keeps_its_place_and_its_epochs(line: Line, store: RunStore):
    claim = claimed(line)
    line.enqueue(RECIPE, "bob", "Later")
    save(claim, 1)
    claim.release()
    assert line.claim("next server").run.id == claim.run.id
    assert store.history(claim.run.id) == EPOCHS[:1]


def test_cancel_after_an_interruption_keeps_what_was_learned(line: Line, store: RunStore):
    claim = claimed(line)
    save(claim, 1)
    claim.release()
    line.stop(claim.run.id, "ann")
    assert store.get(claim.run.id).state is RunState.INTERRUPTED
    assert store.history(claim.run.id) == EPOCHS[:1]


def test_a_resumed_run_waits_like_others(line: Line, store: RunStore):
    claim = claimed(line)
    claim.interrupt("The disk of this server is full.")
    line.enqueue(RECIPE, "ann", "Another")
    with pytest.raises(RunRefused, match="waiting already"):
        line.resume(claim.run.id, "ann")
    assert store.get(claim.run.id).state is RunState.INTERRUPTED


def test_a_state_that_was_not_kept_means_beginning_again(line: Line, store: RunStore):
    claim = claimed(line)
    save(claim, 2)
    with store.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM files")
    claim.release()
    again = line.claim("worker 2")
    assert again.checkpoint() is None
    save(again, 1)
    assert store.history(claim.run.id) == EPOCHS[:1]
    assert store.get(claim.run.id).epochs_done == 1


def test_a_failed_run_keeps_its_curve_and_no_state(line: Line, store: RunStore):
    claim = claimed(line)
    save(claim, 1)
    claim.fail("The loss grew beyond all numbers.")
    run = store.get(claim.run.id)
    assert (run.state, run.failure) == (RunState.FAILED, "The loss grew beyond all numbers.")
    assert store.history(run.id) == EPOCHS[:1]
    assert store.usage().bytes == 0


def test_train_further(line: Line, store: RunStore):
    claim = claimed(line)
    save(claim, 3)
    finish(claim)
    child = line.extend(claim.run.id, 2, "bob", "Bob")
    assert (child.owner, child.parent, child.parent_epochs) == ("bob", claim.run.id, 3)
    assert child.recipe == Recipe(epochs=5)
    assert child.label == "Run 2: Run"
    assert store.history(child.id) == EPOCHS
    taken = line.claim("worker")
    assert taken.checkpoint() == Checkpoint(EPOCHS, b"end state")
    assert store.get(child.id).progress == pytest.approx(3 / 5)

    with pytest.raises(RecipeError, match="Epochs must be a whole number"):
        line.extend(claim.run.id, 98, "cem")
    with pytest.raises(RunError, match="nothing to go on from"):
        line.extend(child.id, 1, "cem")
    store.delete(claim.run.id, "ann")
    assert store.history(child.id) == EPOCHS, "the parent may go"


def test_a_child_that_has_not_begun_is_cancelled_altogether(line: Line, store: RunStore):
    claim = claimed(line)
    save(claim, 3)
    finish(claim)
    child = line.extend(claim.run.id, 2, "ann")
    line.stop(child.id, "ann")
    assert [run.id for run in store.runs()] == [claim.run.id]


def test_many_at_once_lose_nothing(store: RunStore, line: Line):
    """Thirty students and two workers at the same moment."""
    errors: list[BaseException] = []
    taken: list[str] = []

    def student(number: int) -> None:
        try:
            line.enqueue(RECIPE, f"owner {number}", "Run")
        except BaseException as error:
            errors.append(error)

    def worker(name: str) -> None:
        try:
            while len(taken) < 30:
                if claim := line.claim(name):
                    taken.append(claim.run.id)
                    finish(claim)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=student, args=(number,)) for number in range(30)]
    threads += [threading.Thread(target=worker, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert errors == []
    assert len(taken) == len(set(taken)) == 30
    assert sorted(run.number for run in store.runs()) == list(range(1, 31))


def test_a_series_waits_as_one_run_would(line: Line, store: RunStore):
    """Ann queues three seeds, then come Bob and Cem: each waits for one run of Ann's."""
    recipes = [Recipe(epochs=3, seed=seed) for seed in range(3)]
    ann = line.enqueue_series(recipes, "ann", "Seeds")
    assert [run.recipe.seed for run in ann] == [0, 1, 2]
    with pytest.raises(RunRefused, match="You have a run waiting already"):
        line.enqueue(RECIPE, "ann", "Another")
    line.enqueue(RECIPE, "bob", "Bob's")
    line.enqueue(RECIPE, "cem", "Cem's")
    served = []
    while claim := line.claim("worker"):
        served.append((claim.run.owner, claim.run.recipe.seed))
        if len(served) == 2:
            line.enqueue(RECIPE, "dan", "Dan's")
        finish(claim)
    assert served == [("ann", 0), ("bob", 0), ("cem", 0), ("ann", 1), ("dan", 0), ("ann", 2)]


def test_a_series_that_does_not_fit_is_refused_as_a_whole(line: Line, store: RunStore):
    for number in range(MAX_WAITING - 2):
        line.enqueue(RECIPE, f"owner {number}", "Run")
    with pytest.raises(RunRefused, match="The line is full"):
        line.enqueue_series([RECIPE] * 3, "ann", "Seeds")
    assert len(store.line()) == MAX_WAITING - 2
    line.enqueue_series([RECIPE] * 2, "ann", "Seeds")


def test_a_waiting_run_keeps_its_place_when_the_server_ends(line: Line, store: RunStore):
    claim = claimed(line)
    waiting = line.enqueue(OTHER, "ann", "Waits")
    line.enqueue(RECIPE, "bob", "Later")
    claim.release()
    line.claim("next server")
    assert [run.id for run in store.line()][:2] == [claim.run.id, waiting.id]


def test_a_recipe_of_another_version_does_not_hold_up_the_line(line: Line, store: RunStore):
    strange = line.enqueue(RECIPE, "ann", "Strange")
    bob = line.enqueue(RECIPE, "bob", "Bob's")
    with store.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET recipe = '{{\"epochs\": -1}}' WHERE id = '{strange.id}'")
    assert line.claim("worker").run.id == bob.id
    assert line.claim("worker") is None
    line.enqueue(RECIPE, "ann", "Ann's next")


def test_progress_does_not_jump_back_after_an_interruption(line: Line, store: RunStore):
    claim = claimed(line)
    save(claim, 1)
    claim.beat(0.6)
    line.take_away(line.beats()[0])
    again = line.claim("worker 2")
    assert again.run.progress == pytest.approx(1 / 3)


def some_drawings(count: int = 12) -> Drawings:
    return Drawings(np.zeros((count, 28, 28), dtype=np.uint8), np.arange(count, dtype=np.uint8) % 10)


def kinds_of_files(store: RunStore, run_id: str) -> set[str]:
    with store.database.reading() as connection:
        return set(connection.scalars(select(FILES.c.kind).where(FILES.c.run_id == run_id)))


def test_teaching_is_a_new_run_that_brings_all_it_needs(line: Line, store: RunStore):
    run = line.teach("softmax", some_drawings(), "ann")
    assert run.parent == "softmax"
    assert run.name == "No hidden layer · taught"
    assert run.teaching == Teaching(learned=9, held_out=3)
    assert run.recipe.hidden_units == ()
    claim = line.claim("worker 1")
    assert claim
    network, drawings = claim.lesson()
    assert network == store.model_file("softmax")
    assert drawings.labels.tolist() == some_drawings().labels.tolist()

    outcome = Teaching(9, 3, before=0.0, after=1.0, test_before=0.9)
    claim.finish(b"network", b"state", False, 0.9, 0.9, {}, outcome)
    assert store.get(run.id).teaching == outcome
    assert kinds_of_files(store, run.id) == {"network", "state"}, "drawings stay with their owner only"
    with pytest.raises(RunError, match="Teach it again"):
        line.extend(run.id, 1, "ann")


def test_teaching_needs_a_network_and_some_drawings(line: Line):
    with pytest.raises(RunRefused, match="at least 8"):
        line.teach("softmax", some_drawings(7), "ann")
    with pytest.raises(RunError, match="not on this server"):
        line.teach("nothing", some_drawings(), "ann")
    waiting = line.enqueue(RECIPE, "ann", "Run")
    with pytest.raises(RunError, match="no model yet"):
        line.teach(waiting.id, some_drawings(), "bob")
    with pytest.raises(RunRefused, match="waiting already"):
        line.teach("softmax", some_drawings(), "ann")


def test_teaching_that_is_cancelled_leaves_no_drawings(line: Line, store: RunStore):
    run = line.teach("softmax", some_drawings(), "ann")
    line.stop(run.id, "ann")
    assert kinds_of_files(store, run.id) == set()
