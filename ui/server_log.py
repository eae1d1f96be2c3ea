"""What Streamlit, its web server and libraries write to the log, so that nobody can fill the disk with it.

One broken upload or forged message is a traceback of some kilobytes, and whoever likes sends sixty a second.
"""

import functools
import logging
from collections.abc import Hashable

from streamlit import logger

from core.store.log_limit import LogLimit

# Uvicorn's, and what nobody waits for in the event loop.
_OTHERS = ("uvicorn.error", "asyncio")


class OnceAMinute(logging.Filter):
    """Lets what is said at one place of the code, of an exception raised at one place, pass once a minute."""

    def __init__(self) -> None:
        super().__init__()
        self._limit = LogLimit()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record may be written."""
        return self._limit.is_due((record.pathname, record.lineno, _raised_at(record)))


def _raised_at(record: logging.LogRecord) -> Hashable:
    """Return the kind of a record's exception, and the last place that it came through; None without one."""
    if not record.exc_info or record.exc_info[0] is None:
        return None
    kind, _, traceback = record.exc_info
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    return (kind, traceback and (traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))


@functools.cache
def limit_lines() -> None:
    """Limit the lines of Streamlit and of its web server; once is enough."""
    once = OnceAMinute()
    for log in (*logger._loggers.values(), *map(logging.getLogger, _OTHERS)):
        log.addFilter(once)
