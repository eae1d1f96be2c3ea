"""Give everything that reads bytes of strangers damaged and hostile ones, and count what comes out.

    python -m benchmarks.fuzz TARGET [--cases 10000]

by atheris (libFuzzer), which looks for bytes that lead to lines of code it has not seen. It has no wheel
for Python 3.11: `RESULTS.md` says how it was run. Hypothesis tries the same targets in
``tests/core/test_hostile_bytes.py``, a few cases each in CI and 10,000 in its long run.
"""

import argparse
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Let atheris feed a target, and print how many cases it took and refused."""
    import atheris

    with atheris.instrument_imports(include=["core"]):
        from benchmarks.fuzz_targets import TARGETS
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--cases", type=int, default=10_000)
    said = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="digit-lab-"))
    target = TARGETS[said.target](folder)
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(target.seeds):
        (corpus / str(number)).write_bytes(seed)
    fed = {True: 0, False: 0}

    def one(content: bytes) -> None:
        fed[target.feed(content)] += 1
        if sum(fed.values()) == said.cases:
            # libFuzzer ends the process itself, and would say nothing of it.
            print(f"{said.target}: {said.cases} cases, {fed[True]} taken, {fed[False]} refused", flush=True)

    longest = max(map(len, target.seeds)) + 4096
    options = [
        f"-runs={said.cases}",
        f"-max_len={longest}",
        "-timeout=60",
        "-rss_limit_mb=4096",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, corpus.as_posix()], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
