"""What owners do with their runs, and what becomes of these then; see `promises`."""

from collections.abc import Callable

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from core.jobs.queue_admission import RunRefused
from core.jobs.steering import steer
from core.recipe import Recipe
from core.steering.control import Control
from core.store.owners import delete_all
from core.store.retention import OWNER_PINS
from core.store.run import RunError
from tests.core.jobs.promised import INTERRUPTED, OWNERS, QUEUED, RECIPES, RUNNING, Expected, Promised


class Owners(Promised):
    """They queue, stop, resume, pause, pin and delete."""

    def _admit(self, server: int, owner: str, recipes: list[Recipe]) -> None:
        in_training = [run.recipe for run in self._of(owner, RUNNING)]
        refused = bool(self._of(owner, QUEUED)) or any(recipe in in_training for recipe in recipes)
        try:
            admitted = self.queues[server].enqueue_series(recipes, owner, "Run")
        except RunRefused:
            assert refused
            return
        assert not refused
        place = next(self.numbers)
        for number, (run, recipe) in enumerate(zip(admitted, recipes, strict=True)):
            self.ids.append(run.id)
            self.runs[run.id] = Expected(owner, recipe, (place, number))

    @rule(server=st.sampled_from((0, 1)), owner=st.sampled_from(OWNERS), recipe=st.sampled_from(RECIPES))
    def enqueue(self, server: int, owner: str, recipe: Recipe) -> None:
        self._admit(server, owner, [recipe])

    @rule(server=st.sampled_from((0, 1)), owner=st.sampled_from(OWNERS))
    def enqueue_series(self, server: int, owner: str) -> None:
        self._admit(server, owner, list(RECIPES))

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), owner=st.sampled_from(OWNERS))
    def extend(self, data: st.DataObject, owner: str) -> None:
        run_id, parent = self._some_run(data)
        recipe = Recipe(epochs=len(parent.losses) + 1, seed=parent.recipe.seed)
        refused = bool(self._of(owner, QUEUED)) or recipe in [run.recipe for run in self._of(owner, RUNNING)]
        try:
            run = self.queues[0].extend(run_id, 1, owner)
        except RunError:
            assert not (parent.has_state and parent.has_model)
            return
        except RunRefused:
            assert refused
            return
        assert not refused
        self.ids.append(run.id)
        self.runs[run.id] = Expected(
            owner,
            recipe,
            (next(self.numbers), 0),
            list(parent.losses),
            parent_epochs=len(parent.losses),
            has_state=True,
        )

    def _by_owner(self, data: st.DataObject, owner: str, act: Callable[[str], object]) -> Expected | None:
        """Let somebody change any run; return it if they may and did."""
        run_id, run = self._some_run(data)
        try:
            act(run_id)
        except RunError:
            assert run.owner != owner
            return None
        assert run.owner == owner, "somebody else's run was changed"
        return run

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), server=st.sampled_from((0, 1)), owner=st.sampled_from(OWNERS))
    def stop(self, data: st.DataObject, server: int, owner: str) -> None:
        run = self._by_owner(data, owner, lambda run_id: self.queues[server].stop(run_id, owner))
        if run and run.state is RUNNING:
            run.stopping = True
        elif run and run.state is QUEUED and len(run.losses) != run.parent_epochs:
            run.move(INTERRUPTED)
        elif run and run.state is QUEUED:
            self._forget(run)

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), owner=st.sampled_from(OWNERS))
    def resume(self, data: st.DataObject, owner: str) -> None:
        refused = bool(self._of(owner, QUEUED))
        try:
            run = self._by_owner(data, owner, lambda run_id: self.queues[1].resume(run_id, owner))
        except RunRefused:
            assert refused
            return
        if run and run.state is INTERRUPTED:
            assert not refused
            run.move(QUEUED)
            run.attempts = 0

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), owner=st.sampled_from(OWNERS), hold_at=st.sampled_from((None, 0, 90)))
    def pause(self, data: st.DataObject, owner: str, hold_at: int | None) -> None:
        run_id, run = self._some_run(data)
        try:
            steer(self.store, run_id, owner, Control(hold_at=hold_at))
        except RunError:
            assert run.owner != owner or not run.state.active
        else:
            assert run.owner == owner
            assert self.store.get(run_id).control == Control(hold_at=hold_at)

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), owner=st.sampled_from(OWNERS), pinned=st.booleans())
    def pin(self, data: st.DataObject, owner: str, pinned: bool) -> None:
        run_id, run = self._some_run(data)
        pins = sum(one.pinned for one in self._of(owner)) - run.pinned + pinned
        try:
            self.store.pin(run_id, owner, pinned)
        except RunError:
            assert run.owner != owner or pins > OWNER_PINS
        else:
            assert run.owner == owner
            run.pinned = pinned

    @precondition(lambda self: self.runs)
    @rule(data=st.data(), owner=st.sampled_from(OWNERS))
    def delete(self, data: st.DataObject, owner: str) -> None:
        run_id, run = self._some_run(data)
        try:
            self.store.delete(run_id, owner)
        except RunError:
            assert run.owner != owner or run.state is RUNNING
        else:
            assert run.owner == owner
            assert run.state is not RUNNING
            self._forget(run)

    @precondition(lambda self: self.runs)
    @rule(owner=st.sampled_from(OWNERS), sure=st.integers(0, 9))
    def delete_all_that_is_mine(self, owner: str, sure: int) -> None:
        if sure == 7:  # Seldom: not much is left to see afterwards.
            delete_all(self.store.database, owner)
            for run in self._of(owner):
                self._forget(run)
