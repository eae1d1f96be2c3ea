"""Bytes of strangers, as Hypothesis makes them out of valid ones; see `test_hostile_bytes`."""

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from benchmarks.fuzz_target import Target
from tests.fuzzing import cases

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


def feed_hostile(target: Target, few: int) -> None:
    """Let something read a few cases in CI, and many in a long run."""

    @cases(few)
    @given(content=hostile(target))
    def feed(content: bytes) -> None:
        target.feed(content)

    feed()
