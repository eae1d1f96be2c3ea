"""Each line of a server is in the log once, in one form."""

import io
import logging

import pytest

from core.jobs.log_lines import write_log


def test_a_library_that_sets_up_logging_itself_writes_no_line_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr("sys.stderr", stderr := io.StringIO())
    write_log("host 12 3c4d", "core")
    # As absl does when TensorFlow Lite is exported.
    logging.basicConfig()
    logging.getLogger("core.jobs.scheduler").info("Run 1a2b is taken.")
    assert stderr.getvalue().count("is taken") == 1
    assert 'INFO worker="host 12 3c4d"' in stderr.getvalue()
