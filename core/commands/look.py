"""Look at what is there: the runs, the results of one, and what it reads on a picture."""

from pathlib import Path
from typing import Any

from core.commands.terminal import CommandError, as_json, find, load_tensorflow, plain, say, say_json
from core.data import load_mnist
from core.store.run import RunError
from core.store.runs import RunStore
from core.test_sets.halves import part_of

# As many confusions as Evaluate's first look.
_CONFUSIONS = 5
_NEWEST = 100


def runs_command(store: RunStore, *, json: bool) -> int:
    """List the newest runs, and the bundled ones."""
    runs = (*store.runs(limit=_NEWEST), *store.bundled())
    if json:
        say_json([as_json(run) for run in runs])
        return 0
    say(f"{'RUN':<14} {'TEST':>7}  {'EPOCHS':>6}  {'STATE':<11}  NAME")
    for run in runs:
        test = "" if run.test_accuracy is None else f"{run.test_accuracy:.2%}"
        say(f"{run.id:<14} {test:>7}  {run.epochs_done:>6}  {run.state:<11}  {plain(run.label)}")
    return 0


def evaluate_command(store: RunStore, name: str, *, json: bool) -> int:
    """Measure a run's network on the test images."""
    from core.analysis.significance import wilson
    from core.analysis.writers import by_group
    from core.evaluation import EvaluationError, evaluate

    run, dataset = find(store, name), part_of(load_mnist(), store.part)
    load_tensorflow()
    try:
        evaluation = evaluate(store.load_model(run.id), dataset.test_images, dataset.test_labels)
    except EvaluationError as error:
        raise CommandError(str(error)) from error
    interval = wilson(int(evaluation.correct.sum()), len(evaluation.labels))
    groups = () if dataset.test_writers is None else by_group(evaluation.correct, dataset.test_writers)
    if json:
        result: dict[str, Any] = {
            "run": run.id,
            "test_accuracy": evaluation.accuracy,
            "interval": [interval.low, interval.high],
            "errors": len(evaluation.errors),
            "images": len(evaluation.labels),
            "confusion_matrix": evaluation.confusion_matrix.tolist(),
            "groups": {group.group: group.accuracy.proportion for group in groups},
        }
        say_json(result)
        return 0
    say(f"{plain(run.label)}: {run.recipe.settings}")
    bounds = f"95% confidence interval: {interval.low:.2%} to {interval.high:.2%}"
    say(f"Test accuracy   {evaluation.accuracy:.2%} ({bounds})")
    say(f"Errors          {len(evaluation.errors):,} of {len(evaluation.labels):,}")
    for group in groups:
        say(f"{group.group}’ digits: {group.accuracy.proportion:.2%}")
    for confusion in evaluation.confusions[:_CONFUSIONS]:
        say(f"{confusion.label} read as {confusion.prediction}: {confusion.count}")
    return 0


def predict_command(store: RunStore, file: Path, name: str, *, json: bool) -> int:
    """Read the numbers on a picture, as Predict reads a photo."""
    from core.drawing.page import PageError, find_page, read_page
    from core.drawing.photo import PictureError, open_picture
    from core.drawing.segmentation import NumberError
    from core.evaluation import EvaluationError

    run = find(store, name)
    try:
        page = find_page(open_picture(file.read_bytes()))
        load_tensorflow()
        readings = read_page(store.load_model(run.id), page)
    except OSError as error:
        raise CommandError(f"{file} cannot be read. Give a picture, such as a PNG or JPEG file.") from error
    except (PictureError, PageError, NumberError, EvaluationError, RunError) as error:
        raise CommandError(str(error)) from error
    if not readings:
        raise CommandError(
            "No handwriting found in this picture, or it is too faint. "
            "Take one that shows it large, dark and sharp."
        )
    if json:
        digits = [
            {"digit": one.digit, "probabilities": [round(float(p), 6) for p in one.probabilities]}
            for reading in readings
            for one in reading.digits
        ]
        number = " ".join(reading.number for reading in readings)
        certain = all(reading.certain for reading in readings)
        say_json({"run": run.id, "number": number, "certain": certain, "digits": digits})
        return 0
    for reading in readings:
        say(reading.number if reading.certain else f"{reading.number}?")
        for one in reading.digits:
            say(f"{one.digit}  confidence {one.probabilities.max():.1%}")
    return 0
