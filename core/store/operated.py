"""Keep a network that was operated on as a run of its own."""

from core.inspection.operation import Operation
from core.store.finished_run import add_finished_run
from core.store.run import Run, RunError
from core.store.runs import RunStore
from core.test_sets.halves import TestAnswers

# What the name of such a run ends with.
_OPERATED = " · operated"


def keep_operated(
    store: RunStore,
    parent_id: str,
    operation: Operation,
    network: bytes,
    owner: str,
    nickname: str = "",
    *,
    test_accuracy: float,
    answers: TestAnswers | None = None,
) -> Run:
    """Write a new run with a network that was operated on, and return it; evict others if need be.

    Parameters
    ----------
    store : RunStore
    parent_id : str
        The run whose network it was, of anybody; it stays as it is. The new one has its recipe and
        its learning curve, but cannot be continued: an optimizer would have to follow.
    operation : Operation
    network : bytes
        A ``.keras`` file.
    owner, nickname : str
    test_accuracy : float
        Of the new network, on the 10,000 test images.
    answers : TestAnswers, optional
        Of the new network.

    Raises
    ------
    RunError
        If there is no such run, nothing was done to its network, or the owner's pinned models or
        the store leave no room.
    StoreError
        If it would fill the disk.
    """
    if not str(operation):
        raise RunError("Nothing has been changed yet. Move a slider first, then keep the model.")
    parent = store.get(parent_id)
    return add_finished_run(
        store,
        parent.recipe,
        store.history(parent_id),
        network,
        owner,
        parent.name if parent.operation else f"{parent.name}{_OPERATED}",
        nickname,
        versions=parent.versions,
        parent=parent.id,
        operation=operation.to_json(),
        test_accuracy=test_accuracy,
        answers=answers,
    )
