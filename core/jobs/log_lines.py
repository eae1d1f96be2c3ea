"""Log lines of servers and worker processes, which a person reads and a program can search."""

import logging
from datetime import UTC, datetime


class LogLines(logging.Formatter):
    """Formats a record as time (UTC), level, the worker's id and that of the run, and the message.

    What took some time says how long, in seconds, before the message.

    Parameters
    ----------
    worker : str
        The id of the worker of this process.

    Examples
    --------
    >>> said = {"created": 0.0, "msg": "It has ended.", "levelname": "INFO", "run": "1a2b", "seconds": 2}
    >>> record = logging.makeLogRecord(said)
    >>> LogLines("host 12 3c4d").format(record)
    '1970-01-01T00:00:00Z INFO worker="host 12 3c4d" run=1a2b seconds=2.0 It has ended.'
    """

    def __init__(self, worker: str) -> None:
        name = worker.replace("%", "%%")
        super().__init__(
            f'%(asctime)s %(levelname)s worker="{name}" run=%(run)s%(took)s %(message)s',
            defaults={"run": "-"},
        )

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """Return the line of a record, without a traceback."""
        seconds = getattr(record, "seconds", None)
        record.took = "" if seconds is None else f" seconds={seconds:.1f}"
        return super().formatMessage(record)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """Return the time of a record in UTC, ISO 8601."""
        return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}"


def write_log(worker: str, *names: str) -> None:
    """Write what the loggers of these packages say, from INFO on, to standard error as `LogLines`.

    And the warnings of all others: a library that finds nobody listening, as TensorFlow Lite's export does,
    would write each line a second time. Once is enough; a process that writes somewhere already stays as it
    is.
    """
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(LogLines(worker))
        root.addHandler(handler)
    for name in names:
        logging.getLogger(name).setLevel(logging.INFO)
