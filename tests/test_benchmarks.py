"""The benchmarks run. What they measure here is not judged: this machine may be busy."""

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.__main__ import BENCHMARKS

ROOT = Path(__file__).resolve().parents[1]
LIMIT_SECONDS = 900


def test_every_benchmark_runs_and_prints_its_sides():
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    machine, *sections = answer.stdout.split("\n## ")
    assert "cores" in machine
    assert [section.splitlines()[0] for section in sections] == list(BENCHMARKS)
    for section in sections:
        sides = re.findall(r"^\| [^|]+ \| [\d,.]+ \|", section, re.MULTILINE)
        assert sides, section
