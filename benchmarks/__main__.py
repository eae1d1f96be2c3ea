"""Measure what Digit Lab says of its speed and memory, against plain versions.

    python -m benchmarks [--quick]

Runs the benchmarks one after the other, each in a process of its own; ``--quick`` measures
everything once, to see that it runs. `RESULTS.md` keeps what they last printed.
"""

import platform
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import joblib
import psutil

from benchmarks.compare import rounds
from benchmarks.server import ROOT
from core.precision import has_bfloat16

BENCHMARKS = ("speed", "memory", "start", "pages", "live", "watch", "growth")
# TensorFlow has two names, of which one is installed.
LIBRARIES = {"tensorflow", "tensorflow-cpu", "keras", "numpy", "streamlit"}


def machine() -> str:
    """Describe the machine and what runs on it, in a line."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    names = [line for line in lines if line.startswith("model name")]
    processor = names[0].partition(":")[2].strip() if names else platform.processor()
    units = "with bfloat16 units" if has_bfloat16() else "without bfloat16 units"
    memory = psutil.virtual_memory().total / 2**30
    found = {package.name: package.version for package in distributions() if package.name in LIBRARIES}
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(found.items()))
    return (
        f"{joblib.cpu_count()} cores of {processor} {units}, {memory:.0f} GB, "
        f"{platform.system()}, Python {platform.python_version()}, {libraries}"
    )


def main() -> None:
    """Run all, and end with an error if one of them does."""
    options = ["--quick"] if rounds(__doc__) == 1 else []
    print(machine(), flush=True)
    for name in BENCHMARKS:
        print(f"\n## {name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *options]
        # TensorFlow fills stderr with notices; it is shown only where something went wrong.
        ended = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
        if ended.returncode:
            sys.exit(f"{name} broke off:\n{ended.stderr}")


if __name__ == "__main__":
    main()
