"""A thread beside the training that says that its worker is alive, and asks what its owner wants."""

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator

from core.jobs.lease import Lease, LeaseLost
from core.steering.control import Control
from core.store.database import StoreError
from core.store.run import RunError

# How often a worker says that it is alive, and asks whether it should stop.
HEARTBEAT_SECONDS = 0.5
# How often while the owner watches one batch after the other, and waits for the next.
SLOW_MOTION_SECONDS = 0.05
# How often a training that pauses asks whether others wait for the worker.
ASK_SECONDS = 1.0
# After this time without a click a training goes on: if others wait for the worker, and in any case.
MAX_PAUSE_SECONDS = 120.0
MAX_IDLE_SECONDS = 1800.0
# So long it may stand still in all while others wait, however often its owner clicks.
MAX_PAUSED_SECONDS = 300.0
_OTHERS_WAIT = (
    "Your pause was ended because others wait in the queue: while they do, a run may pause for "
    f"{MAX_PAUSE_SECONDS / 60:g} minutes without a click, and for {MAX_PAUSED_SECONDS / 60:g} minutes in all."
)
_IDLE = f"Your pause was ended after {MAX_IDLE_SECONDS / 60:g} minutes without a click."

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def kept_alive(lease: Lease) -> Iterator["HeartbeatThread"]:
    """Send the heartbeat of a lease from a thread of its own as long as the block lasts."""
    thread = HeartbeatThread(lease)
    thread.start()
    try:
        yield thread
    finally:
        thread.end()


class Pause:
    """Tells when a training has paused for too long: nobody may keep a worker from the others."""

    def __init__(self) -> None:
        self._sign: tuple[Control, float] | None = None
        self._since = 0.0
        self._spent, self._looked = 0.0, 0.0
        self._others_wait, self._asked = False, -math.inf

    def why_over(self, control: Control, progress: float, others_wait: Callable[[], bool]) -> str:
        """Return why it must end, for the owner, or nothing.

        ``progress`` is how far the training is, which tells a pause from a long epoch.
        """
        if control.hold_at is None:
            self._sign = None
            return ""
        moment = time.monotonic()
        if self._sign != (control, progress):
            self._sign, self._since, self._looked = (control, progress), moment, moment
        seconds = moment - self._since
        if moment - self._asked >= ASK_SECONDS:
            self._others_wait, self._asked = others_wait(), moment
        waiting = self._others_wait
        if waiting:
            self._spent += moment - self._looked
        self._looked = moment
        if waiting and (seconds > MAX_PAUSE_SECONDS or self._spent > MAX_PAUSED_SECONDS):
            return _OTHERS_WAIT
        return _IDLE if seconds > MAX_IDLE_SECONDS else ""


class HeartbeatThread(threading.Thread):
    """Sends the heartbeat of a lease beside the training, which it tells to stop.

    Parameters
    ----------
    lease : Lease
    """

    def __init__(self, lease: Lease) -> None:
        super().__init__(name="digit-lab-heartbeat", daemon=True)
        self._lease = lease
        self._progress = lease.run.progress
        self._control = lease.run.control
        self._pause = Pause()
        self._told_to_stop = threading.Event()
        self._lost = threading.Event()
        self._ended = threading.Event()

    def report(self, progress: float) -> None:
        """Let the next heartbeat say how far the training is, 0.0 to 1.0."""
        self._progress = progress

    def should_stop(self) -> bool:
        """Return whether the owner of the run has asked it to stop.

        Raises
        ------
        LeaseLost
            If the run is another worker's by now: then there is nothing to keep of the training.
        """
        if self._lost.is_set():
            raise LeaseLost
        return self._told_to_stop.is_set()

    def control(self) -> Control:
        """Return what the owner of the run wants of its training."""
        return self._control

    def run(self) -> None:
        """Send heartbeats until the training has ended, or the lease is lost."""
        said, sent, due = False, -1.0, 0.0
        while not self._ended.is_set():
            try:
                if self._progress != sent or time.monotonic() >= due:
                    sent, due = self._progress, time.monotonic() + HEARTBEAT_SECONDS
                    if self._lease.heartbeat(sent):
                        self._told_to_stop.set()
                self._control = self._lease.control()
                if why := self._pause.why_over(self._control, self._progress, self._lease.others_wait):
                    self._lease.end_pause(why)
                said = False
            except (LeaseLost, RunError):
                self._lost.set()
                return
            except StoreError:
                if not said:
                    run_id = self._lease.run.id
                    _log.warning("Run %s cannot report; it goes on.", run_id, extra={"run": run_id})
                said = True
            except Exception:
                # Without heartbeats the run would be given to another worker, and nobody could stop this one.
                if not said:
                    run_id = self._lease.run.id
                    _log.exception("Run %s cannot report; it goes on.", run_id, extra={"run": run_id})
                said = True
            self._ended.wait(HEARTBEAT_SECONDS if self._control.hold_at is None else SLOW_MOTION_SECONDS)

    def end(self) -> None:
        """Send no more heartbeats, and wait until the last one is through."""
        self._ended.set()
        self.join()
