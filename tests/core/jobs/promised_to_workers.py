"""What workers do, and what is done about them; see `promises`."""

from collections.abc import Callable

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from core.history import Checkpoint, Epoch
from core.jobs.heartbeat import MAX_ATTEMPTS, heartbeats, requeue_stale
from core.jobs.lease import Lease, LeaseLost
from core.store.run import RunState
from tests.core.jobs.promised import INTERRUPTED, NETWORK, PLACES, QUEUED, RUNNING, Expected, Promised


def state_after(history: list[Epoch]) -> bytes:
    """The state of the optimizer; a run that is stopped early has one before its first epoch, too."""
    return repr(history[-1].loss).encode() if history else b"0"


class Workers(Promised):
    """They lease, train, crash, and come back late."""

    @precondition(lambda self: any(run.state is QUEUED for run in self.runs.values()))
    @rule(first=st.sampled_from(PLACES), server=st.sampled_from((0, 1)))
    def lease(self, first: int, server: int) -> None:
        for worker in (*PLACES[first:], *PLACES[:first]):
            if worker not in self.leases:  # It trains one run at a time.
                self._lease(worker, server)

    def _lease(self, worker: int, server: int) -> None:
        busy = {run.owner for run in self.runs.values() if run.state is RUNNING}
        waiting = [run for run in self.runs.values() if run.state is QUEUED and run.owner not in busy]
        lease = self.queues[server].lease(self.workers[worker])
        if lease is None:
            assert not waiting, "a worker stands idle"
            return
        run = self.runs[lease.run.id]
        assert run is min(waiting, key=lambda one: one.place), "somebody was passed over"
        end = next(self.numbers)
        for one in self._of(run.owner, QUEUED):
            if one is not run and one.place[0] == run.place[0]:
                one.place = (end, one.place[1])  # The rest of its series.
        run.move(RUNNING)
        run.attempts += 1
        assert lease.run.id not in self.holders, "two workers train one run"
        self.holders[lease.run.id] = lease
        checkpoint = lease.checkpoint()
        assert (checkpoint is not None) is run.has_state
        history = list(checkpoint.history) if checkpoint else []
        if checkpoint:
            assert [epoch.loss for epoch in history] == run.losses, "finished epochs were lost"
            assert checkpoint.state == state_after(history), "not the state after the last epoch"
        self.leases[worker] = (lease, history)

    def _write(
        self, data: st.DataObject, act: Callable[[Lease], object]
    ) -> tuple[int, Expected, object] | None:
        """Let a worker write; return who did so, to which run, and what came back, if it was its own."""
        worker = data.draw(st.sampled_from(sorted(self.leases)))
        lease, _ = self.leases[worker]
        holds = self.holders.get(lease.run.id) is lease
        try:
            result = act(lease)
        except LeaseLost:
            assert not holds, "a worker lost its run for no reason"
            del self.leases[worker]
            return None
        assert holds, "a worker wrote to a run that is no longer its own"
        return worker, self.runs[lease.run.id], result

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), progress=st.floats(0, 1))
    def heartbeat(self, data: st.DataObject, progress: float) -> None:
        if found := self._write(data, lambda lease: lease.heartbeat(progress)):
            _, run, should_stop = found
            assert should_stop is run.stopping

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def finish_an_epoch(self, data: st.DataObject) -> None:
        loss = float(next(self.numbers))

        def save(lease: Lease) -> list[Epoch]:
            history = next(done for held, done in self.leases.values() if held is lease)
            epoch = Epoch(len(history) + 1, loss, 0.5, None, None, 1.0)
            lease.save(Checkpoint((*history, epoch), state_after([epoch])))
            history.append(epoch)
            return history

        if found := self._write(data, save):
            _, run, history = found
            run.losses, run.has_state, run.attempts = [epoch.loss for epoch in history], True, 0

    def _end(self, data: st.DataObject, act: Callable[[Lease], object], state: RunState) -> Expected | None:
        found = self._write(data, act)
        if found is None:
            return None
        worker, run, _ = found
        del self.leases[worker]
        run.move(state)
        self._let_go(run)
        return run

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), stopped=st.booleans())
    def finish(self, data: st.DataObject, stopped: bool) -> None:
        def end(lease: Lease) -> None:
            history = next(done for held, done in self.leases.values() if held is lease)
            lease.finish(NETWORK, state_after(history), stopped, 0.9, 0.9, {})

        if run := self._end(data, end, RunState.STOPPED if stopped else RunState.FINISHED):
            run.has_model = run.has_state = True

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        if run := self._end(data, lambda lease: lease.fail("No memory."), RunState.FAILED):
            run.has_state = False

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def interrupt(self, data: st.DataObject) -> None:
        self._end(data, lambda lease: lease.interrupt("The disk is full."), INTERRUPTED)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        if run := self._end(data, lambda lease: lease.release(), QUEUED):
            run.attempts = 0

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        worker = data.draw(st.sampled_from(sorted(self.leases)))
        del self.leases[worker]
        self.workers[worker] = f"worker {next(self.numbers)}"

    @precondition(lambda self: self.holders)
    @rule(data=st.data(), server=st.sampled_from((0, 1)), late=st.booleans())
    def take_from_a_silent_worker(self, data: st.DataObject, server: int, late: bool) -> None:
        """Give a run to others; its worker may have died or stood still, or been seen alive since."""
        now = set(heartbeats(self.store))
        self.seen |= now
        seen = data.draw(st.sampled_from(sorted(self.seen if late else now, key=self._age)))
        is_silent = seen in heartbeats(self.store)
        requeue_stale(self.queues[server]._store, seen)
        if is_silent:
            run = self.runs[seen.run_id]
            run.move(QUEUED if run.attempts < MAX_ATTEMPTS else INTERRUPTED)
            self._let_go(run)
