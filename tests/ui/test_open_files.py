"""A server that may have few files open raises its limit before the class comes."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def limit_after(code: str, soft: int, hard: int) -> list[str]:
    """What code prints in a process that begins with these limits."""
    pytest.importorskip("resource", reason="Windows has no such limit")
    begin = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))"
    end = "print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
    answer = subprocess.run(
        [sys.executable, "-c", "\n".join((begin, code, end))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [*answer.stderr.splitlines(), *answer.stdout.splitlines()]


RAISE = """
import logging
logging.basicConfig(level=logging.INFO, format="%(message)s")
from ui.open_files import raise_limit
raise_limit()
raise_limit()
"""


def test_the_limit_is_raised_as_far_as_the_system_allows_and_logged_once():
    assert limit_after(RAISE, 256, 4096) == [
        "This server may have 4096 files open, instead of 256.",
        "4096 4096",
    ]


def test_a_limit_that_cannot_be_raised_stays():
    assert limit_after(RAISE, 256, 256) == ["256 256"]


def test_a_system_that_refuses_is_a_warning():
    """As macOS does beyond what its kernel has."""
    refuse = """
import resource as of_system, types, sys
def refuse(*_):
    raise ValueError("not allowed to raise maximum limit")
sys.modules["resource"] = types.SimpleNamespace(**{**vars(of_system), "setrlimit": refuse})
"""
    assert limit_after(refuse + RAISE, 256, 4096) == [
        "This server may have only 256 files open: about 85 sessions.",
        "256 4096",
    ]
