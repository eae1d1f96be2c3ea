"""Bytes of strangers are read, or refused in a sentence; what reads them is in `benchmarks.fuzz_targets`.

Hypothesis changes valid ones: a few cases each here, 10,000 in the long run, see `tests.fuzzing`.
"""

from pathlib import Path

import pytest

from benchmarks.fuzz_targets import TARGETS

# How many cases in CI: as many as half a second takes.
FEW = {"pictures": 30, "class_files": 20, "class_texts": 20, "backups": 5}


@pytest.mark.parametrize("name", TARGETS)
def test_what_anybody_sends_is_read_or_refused_in_a_sentence(name: str, tmp_path: Path):
    # Imported here: each process of the tests reads this file, and Hypothesis takes it a second.
    from tests.core.hostile_bytes import feed_hostile

    target = TARGETS[name](tmp_path)
    for seed in target.seeds:
        assert target.feed(seed) or seed.startswith(b"[[["), "what is valid is taken"
    feed_hostile(target, FEW.get(name, 40))
