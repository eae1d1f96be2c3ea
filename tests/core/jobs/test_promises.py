"""The promises of queue and store, under any interleaving of what owners, workers and servers do.

Hypothesis makes up the interleavings. Beside the store, a few lines say what it should hold.
"""

import pytest

from core.store.runs import RunStore
from tests.fuzzing import LONG
from tests.postgres import ON_POSTGRESQL


def keep_promises(store: RunStore, few: int) -> None:
    # Imported here: each process of the tests reads this file, and Hypothesis takes it a second.
    from tests.core.jobs.promises import keep_promises

    keep_promises(store, few)


def test_queue_and_store_keep_their_promises_whatever_happens_in_whatever_order(store: RunStore):
    keep_promises(store, few=14)


@ON_POSTGRESQL
@pytest.mark.skipif(not LONG, reason="takes minutes: HYPOTHESIS_PROFILE=long")
def test_queue_and_store_keep_their_promises_on_postgresql(store: RunStore):
    keep_promises(store, few=20)
