"""What visitors can bring Streamlit to write does not fill the log."""

import logging

from ui.server_log import OnceAMinute


def complain(log: logging.Logger, kind: type[Exception]) -> None:
    try:
        fail(kind)
    except kind:
        log.exception("Exception in ASGI application")


def fail(kind: type[Exception]) -> None:
    raise kind("of visitor 17")


def test_a_traceback_that_comes_again_and_again_is_written_once_a_minute(caplog):
    log = logging.Logger("uvicorn.error")
    log.addHandler(caplog.handler)
    log.addFilter(OnceAMinute())
    for _ in range(100):
        complain(log, KeyError)
    complain(log, TypeError)
    log.warning("Another place.")
    said = [record.exc_info[0] if record.exc_info else record.message for record in caplog.records]
    assert said == [KeyError, TypeError, "Another place."]
