"""What a report says of a run: one description, which becomes a PDF or a web page."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from core.analysis.significance import wilson
from core.analysis.writers import GroupScore, by_group
from core.data import Dataset, Images
from core.evaluation import Evaluation
from core.history import Epoch
from core.hyperparameters import words as recipe_words
from core.recipe import Recipe
from core.store.run import IMPORTED, Run, RunState
from core.test_sets.halves import TEST_IMAGES, Part, words

WORST_ERRORS = 12
# What a report never answers itself; after Mitchell et al., "Model cards for model reporting" (2019).
QUESTIONS = (
    "What is this network for, and what should nobody use it for?",
    "Whose handwriting has it learned from, and whose is missing?",
    "Where is it wrong, and what do these errors have in common?",
    "What did you try before you chose this network, and did the test images help you choose?",
    "What have you not checked, and how could somebody check it?",
)
_LIBRARIES = {"python": "Python", "keras": "Keras", "tensorflow": "TensorFlow", "numpy": "NumPy"}


@dataclass(frozen=True, eq=False)
class Report:
    """What is in a report, in the order in which it is read.

    Attributes
    ----------
    title, note, link : str
        What the owner wrote, as it is; the link may be empty.
    dates : str
        When the run was trained, and when the report was made.
    settings : tuple of (str, str)
        Hyperparameters by their labels: what differs from the default, and what everybody asks for.
    remarks : tuple of str
        What else one must know of the run, a sentence each.
    accuracy, interval : str
    facts : tuple of str
        The other results, a sentence each.
    history : tuple of Epoch
    test_accuracy : float
    confusion_matrix : ndarray of int, shape (10, 10)
    errors : ndarray of uint8, shape (n, 28, 28)
        The most confident ones.
    captions : tuple of str
        True and predicted label of each.
    questions : tuple of str
    versions : str
    answers : tuple of (str, str)
        Questions of lessons, and what the owner has answered.
    """

    title: str
    note: str
    link: str
    dates: str
    settings: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    accuracy: str
    interval: str
    facts: tuple[str, ...]
    history: tuple[Epoch, ...]
    test_accuracy: float
    confusion_matrix: npt.NDArray[np.int64]
    errors: Images
    captions: tuple[str, ...]
    questions: tuple[str, ...]
    versions: str
    answers: tuple[tuple[str, str], ...] = ()


def describe(
    run: Run,
    history: tuple[Epoch, ...],
    evaluation: Evaluation,
    dataset: Dataset,
    link: str = "",
    answers: tuple[tuple[str, str], ...] = (),
) -> Report:
    """Return what a report says of a run.

    Parameters
    ----------
    run : Run
    history : tuple of Epoch
    evaluation : Evaluation
        Of its network on the test images.
    dataset : Dataset
        With the same test images.
    link : str
        Where others find the run.
    answers : tuple of (str, str)
        Questions of lessons, and what the owner has answered.
    """
    correct, count = int(evaluation.correct.sum()), len(evaluation.labels)
    interval = wilson(correct, count)
    worst = evaluation.errors[:WORST_ERRORS]
    return Report(
        title=run.label,
        note=run.note,
        link=link,
        dates=_dates(run),
        settings=_settings(run.recipe),
        remarks=(*_remarks(run), *_sealed(dataset)),
        accuracy=f"{evaluation.accuracy:.2%}",
        interval=f"95% confidence interval: {interval.low:.2%} to {interval.high:.2%}",
        facts=(*_facts(run, evaluation), *_groups(evaluation, dataset)),
        history=history,
        test_accuracy=evaluation.accuracy,
        confusion_matrix=evaluation.confusion_matrix,
        errors=dataset.test_images[worst],
        captions=tuple(f"{evaluation.labels[index]} → {evaluation.predictions[index]}" for index in worst),
        questions=QUESTIONS,
        versions=_versions(run),
        answers=answers,
    )


def _dates(run: Run) -> str:
    trained = run.versions.get(IMPORTED) or run.created[:10]
    made = f"{datetime.now(UTC):%Y-%m-%d}"
    return f"Trained on {trained} · report of {made}" if trained else f"Report of {made}"


def _settings(recipe: Recipe) -> tuple[tuple[str, str], ...]:
    """Return the hyperparameters that everybody asks for, and those that are not as usual."""
    usual = recipe_words.by_label(Recipe())
    always = ("Hidden layers", "Activation function", "Optimizer", "Learning rate", "Epochs", "Batch size")
    shown = {
        label: value
        for label, value in recipe_words.by_label(recipe).items()
        if label in (*always, "Training set size", "Random seed") or value != usual[label]
    }
    return (*shown.items(), ("Parameters", f"{recipe.parameters:,}"))


def _remarks(run: Run) -> tuple[str, ...]:
    remarks = []
    if run.parent and not run.operation and not run.fine_tuning:
        remarks.append(f"It continues another run after epoch {run.parent_epochs}.")
    if run.state is not RunState.FINISHED:
        remarks.append(f"It ended after {run.epochs_done} of {run.recipe.epochs} epochs.")
    if run.steered:
        remarks.append(run.steered)
    if run.fine_tuning:
        remarks.append(f"It was fine-tuned on {run.fine_tuning.train_size} drawings.")
    if run.operation:
        remarks.append(f"Its network was changed by hand after the training: {run.operation}.")
    if run.imported:
        remarks.append("It was trained elsewhere and imported; only the test results were measured again.")
    return tuple(remarks)


def _sealed(dataset: Dataset) -> tuple[str, ...]:
    """Return what one must know if the results are on a part of the test set."""
    if len(dataset.test_labels) == TEST_IMAGES:
        return ()
    return (f"All test results are on the {words(Part.OPEN)}; the other half is sealed for a class.",)


def _facts(run: Run, evaluation: Evaluation) -> tuple[str, ...]:
    facts = [f"Errors: {len(evaluation.errors):,} of {len(evaluation.labels):,} test images."]
    if run.train_accuracy is not None:
        facts.append(f"Training accuracy: {run.train_accuracy:.2%}.")
    if evaluation.confusions:
        most = evaluation.confusions[0]
        facts.append(
            f"Most frequent confusion: {most.label} read as {most.prediction}, {_times(most.count)}."
        )
    return tuple(facts)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _groups(evaluation: Evaluation, dataset: Dataset) -> tuple[str, ...]:
    if dataset.test_writers is None:
        return ()
    return tuple(map(_group, by_group(evaluation.correct, dataset.test_writers)))


def _group(score: GroupScore) -> str:
    accuracy = score.accuracy
    return (
        f"{score.group}’ digits: {accuracy.proportion:.1%} "
        f"({accuracy.low:.1%} to {accuracy.high:.1%}; {score.writers} writers)."
    )


def _versions(run: Run) -> str:
    parts = [f"{name} {run.versions[key]}" for key, name in _LIBRARIES.items() if key in run.versions]
    if "precision" in run.versions:
        parts.append(f"precision {run.versions['precision']}")
    return "Trained with " + ", ".join(parts) if parts else ""
