"""The secret with which an operator, such as a teacher, may clear the queue of everybody."""

import hashlib
import hmac
import logging
import threading
import time
from collections import deque
from collections.abc import Callable

# Names the secret; without it nobody may.
KEY_VARIABLE = "DIGIT_LAB_TEACHER_KEY"
# Wrong keys within the time below: of one visitor, and of all visitors whom this server does not know.
MAX_WRONG = 5
MAX_WRONG_OF_ALL = 30
PAUSE_SECONDS = 60.0

_ALL = ""
_log = logging.getLogger(__name__)


class KeyRefusedError(Exception):
    """Raised when somebody is not let in. The message says what to do."""


class KeyGuard:
    """Compares keys with the secret, and limits how many can be tried. Safe to use from several threads.

    Visitors whom this server does not know share their tries: anyone can come as many of them. A
    visitor who has trained or drawn here before has tries of their own, so nobody can lock out a
    teacher by wasting them.

    Parameters
    ----------
    clock : callable
        Returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: dict[str, deque[float]] = {}

    def check(self, said: str, key: str, owner: str, known: bool) -> None:
        """Return if what somebody said is the key.

        Parameters
        ----------
        said, key : str
        owner : str
            Who says it.
        known : bool
            See `core.store.runs.RunStore.is_known`.

        Raises
        ------
        KeyRefusedError
            If it is another one, there have been too many wrong ones, or there is no key.
        """
        counted = {owner: MAX_WRONG} if known else {owner: MAX_WRONG, _ALL: MAX_WRONG_OF_ALL}
        with self._lock:
            self._forget_old()
            if any(len(self._wrong.get(name, ())) >= most for name, most in counted.items()):
                raise KeyRefusedError(
                    "Too many wrong keys. Try again in a minute, or from a browser that has trained here."
                )
            if key and hmac.compare_digest(_digest(said), _digest(key)):
                return
            for name in counted:
                self._wrong.setdefault(name, deque()).append(self._clock())
        _log.warning("A wrong %s was given.", KEY_VARIABLE)
        raise KeyRefusedError("This is not the key.")

    def _forget_old(self) -> None:
        before = self._clock() - PAUSE_SECONDS
        for name, times in list(self._wrong.items()):
            while times and times[0] <= before:
                times.popleft()
            if not times:
                del self._wrong[name]


def _digest(text: str) -> bytes:
    """Return bytes whose length says nothing of that of the text."""
    return hashlib.sha256(text.encode()).digest()
