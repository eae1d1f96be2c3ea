"""Log lines of a worker process, which a person reads and a program can search."""

import logging
from datetime import UTC, datetime


class LogLines(logging.Formatter):
    """Formats a record as time (UTC), level, the worker's id and that of the run, and the message.

    Parameters
    ----------
    worker : str
        The id of the worker of this process.

    Examples
    --------
    >>> record = logging.makeLogRecord({"created": 0.0, "msg": "Taken.", "levelname": "INFO", "run": "1a2b"})
    >>> LogLines("host 12 3c4d").format(record)
    '1970-01-01T00:00:00Z INFO worker="host 12 3c4d" run=1a2b Taken.'
    """

    def __init__(self, worker: str) -> None:
        name = worker.replace("%", "%%")
        super().__init__(
            f'%(asctime)s %(levelname)s worker="{name}" run=%(run)s %(message)s', defaults={"run": "-"}
        )

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """Return the time of a record in UTC, ISO 8601."""
        return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}"
