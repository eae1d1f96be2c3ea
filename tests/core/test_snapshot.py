"""Snapshots of weights: what float16 costs, and which epochs are kept."""

import numpy as np
import pytest

from core.recipe import Recipe
from core.snapshot import (
    MAX_BYTES,
    MAX_SNAPSHOTS,
    SnapshotError,
    kept_epochs,
    most_snapshots,
    pack,
    unpack,
)


def test_weights_come_back_to_three_digits():
    kernel = np.random.default_rng(0).normal(0, 0.1, (784, 30)).astype(np.float32)
    (back, bias) = unpack(pack({"hidden_1": [kernel, np.full(30, 1e9, np.float32)]}))["hidden_1"]
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, kernel, rtol=2**-11, atol=2**-25)
    assert np.isfinite(bias).all(), "what is too large for float16 is cut, not infinite"


@pytest.mark.parametrize("content", [b"", b"PK", pack({"digit": [np.ones(9)]})[:-30]])
def test_what_is_damaged_is_a_sentence(content: bytes):
    with pytest.raises(SnapshotError, match="snapshots of this run are damaged"):
        unpack(content)


@pytest.mark.parametrize("most", [2, 3, 12, MAX_SNAPSHOTS])
@pytest.mark.parametrize(("first", "last"), [(0, 1), (0, 10), (0, 24), (0, 25), (0, 100), (10, 1000), (5, 7)])
def test_first_and_last_are_kept_and_never_too_many(first: int, last: int, most: int):
    kept = kept_epochs(first, last, most)
    assert (kept[0], kept[-1]) == (first, last)
    assert len(kept) == min(most, last - first + 1)
    gaps = np.diff(kept)
    assert (gaps > 0).all()
    assert (np.diff(gaps) >= -1).all(), "early epochs are closer together, but for rounding"


def test_a_run_keeps_no_more_than_its_room():
    article, large = Recipe(), Recipe(hidden_units=(1000, 1000))
    most = most_snapshots(article.parameters)
    sizes = {"hidden_1": [np.zeros((784, 300)), np.zeros(300)], "digit": [np.zeros((300, 10)), np.zeros(10)]}
    assert most > article.epochs, "the article network keeps every epoch, and the weights before it"
    assert most * len(pack(sizes)) <= MAX_BYTES
    assert most_snapshots(Recipe(hidden_units=()).parameters) == MAX_SNAPSHOTS
    assert most_snapshots(large.parameters) == 0
    assert kept_epochs(0, 10, 0) == ()
