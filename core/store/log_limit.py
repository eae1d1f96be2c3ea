"""Lines of a log that would come again and again: the same one once a minute."""

import threading
import time
from collections.abc import Hashable

# How long a line stands for those that would be the same.
LINE_SECONDS = 60.0
# As many different ones are remembered.
_MAX_LINES = 1000


class LogLimit:
    """Tells whether a line is due in the log. Safe to use from several threads.

    Examples
    --------
    >>> limit = LogLimit()
    >>> [limit.is_due(line) for line in ("locked", "locked", "full")]
    [True, False, True]
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: dict[Hashable, float] = {}

    def is_due(self, line: Hashable) -> bool:
        """Return whether nobody has asked for this line within `LINE_SECONDS` and been told to write it."""
        moment = time.monotonic()
        with self._lock:
            if moment - self._written.get(line, -LINE_SECONDS) < LINE_SECONDS:
                return False
            if len(self._written) >= _MAX_LINES:
                self._written.clear()
            self._written[line] = moment
            return True
