"""Bytes of strangers are read, or refused in a sentence; what reads them is in `benchmarks.fuzz_targets`.

Hypothesis changes valid ones: a few cases each here, 10,000 in the long run, see `tests.fuzzing`.
"""

import copy
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from benchmarks.fuzz_target import Target
from benchmarks.fuzz_targets import TARGETS
from tests.fuzzing import cases

# How many cases in CI: as many as half a second takes.
FEW = {"pictures": 30, "class_files": 20, "class_texts": 20, "backups": 5}

NASTY = (
    "\ud800",
    "\x00",
    "9" * 5000,
    "1e999",
    "=1+1",
    10**400,
    -1,
    1e308,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
)
JUNK = st.sampled_from(NASTY) | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
EDITS: Sequence[Callable[[bytearray, int, bytes], None]] = (
    lambda content, at, new: content.__setitem__(slice(at, at + len(new)), new),
    lambda content, at, new: content.__setitem__(slice(at, at), new),
    lambda content, at, new: content.__delitem__(slice(at, at + len(new))),
    lambda content, at, new: content.__delitem__(slice(at, None)),
    lambda content, at, new: content.__setitem__(slice(at, at), content[at : at + 50 * len(new)]),
)


@st.composite
def changed_bytes(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """A valid file with some of its bytes changed, put in, taken out or doubled, or its end cut off."""
    content = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(content)))
        draw(st.sampled_from(EDITS))(content, at, draw(st.binary(min_size=1, max_size=8)))
    return bytes(content)


@st.composite
def changed_json(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """A valid JSON text with some of its values taken out or replaced."""
    text = draw(st.sampled_from(seeds))
    try:
        document = [json.loads(text)]
    except RecursionError:
        return text
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(document))
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        if draw(st.booleans()) or holder is document:
            holder[key] = copy.deepcopy(draw(JUNK))
        else:
            del holder[key]
    return json.dumps(document[0]).encode()


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Where the values in a JSON document are."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in ((value, key), *_places(value[key]))]


def hostile(target: Target) -> st.SearchStrategy[bytes]:
    return (
        changed_json(target.seeds) | changed_bytes(target.seeds)
        if target.is_json
        else changed_bytes(target.seeds)
    )


@pytest.mark.parametrize("name", TARGETS)
def test_what_anybody_sends_is_read_or_refused_in_a_sentence(name: str, tmp_path: Path):
    target = TARGETS[name](tmp_path)
    for seed in target.seeds:
        assert target.feed(seed) or seed.startswith(b"[[["), "what is valid is taken"

    @cases(few=FEW.get(name, 40))
    @given(content=hostile(target))
    def feed(content: bytes) -> None:
        target.feed(content)

    feed()
