"""Take a run bundle into the store, as a run of whoever brings it."""

from core.data import Dataset
from core.export.run_bundle import RunBundle, network_of
from core.steering.control import changes_to_json
from core.store.finished_run import add_finished_run
from core.store.run import IMPORTED, Run
from core.store.runs import RunStore
from core.test_sets.halves import TestAnswers


def import_run(store: RunStore, bundle: RunBundle, dataset: Dataset, owner: str, nickname: str = "") -> Run:
    """Write a new run from a bundle, and return it; it counts as much of the owner's quota as any.

    Its test accuracy is measured here, so that a file cannot claim one. All else, also the learning
    curve, is what the file says. Its training cannot be continued: the optimizer is not in a bundle.

    Parameters
    ----------
    store : RunStore
    bundle : RunBundle
    dataset : Dataset
    owner, nickname : str

    Raises
    ------
    RunError
        If the owner's pinned models or the store leave no room.
    EvaluationError
        If its outputs are not numbers.
    StoreError
        If the store cannot be used, or it would fill the disk.
    """
    # Imported here because they bring TensorFlow and scikit-learn.
    from core.evaluation import evaluate
    from core.model import to_bytes

    model = network_of(bundle)
    test = evaluate(model, dataset.test_images, dataset.test_labels)
    return add_finished_run(
        store,
        bundle.recipe,
        bundle.history,
        to_bytes(model),
        owner,
        bundle.name,
        nickname,
        versions={**bundle.versions, IMPORTED: bundle.created or "unknown"},
        state=bundle.state,
        note=bundle.note,
        train_accuracy=bundle.train_accuracy,
        test_accuracy=test.accuracy,
        answers=TestAnswers.of(test.predictions, dataset),
        fine_tuning=bundle.fine_tuning.to_json() if bundle.fine_tuning else None,
        rate_changes=changes_to_json(bundle.rate_changes) if bundle.rate_changes else None,
        operation=bundle.operation.to_json() if bundle.operation else None,
    )
