import pytest

from core.jobs.queue import RunQueue
from core.store.runs import RunStore


@pytest.fixture
def queue(store: RunStore) -> RunQueue:
    return RunQueue(store)
