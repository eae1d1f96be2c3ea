"""Train a trained network further on somebody's drawings, without its forgetting MNIST."""

from typing import TYPE_CHECKING, Any

from core.data import Dataset
from core.fine_tuning.drawings import Drawings
from core.fine_tuning.outcome import FineTuning
from core.fine_tuning.rehearsal import rehearsal_dataset
from core.mixture import Mixture
from core.recipe import Recipe

if TYPE_CHECKING:
    import keras

    from core.training import TrainingResult


def fine_tune(
    recipe: Recipe,
    dataset: Dataset,
    start: "keras.Model | None",
    drawings: Drawings,
    mixture: Mixture | None = None,
    rehearsed: Recipe | None = None,
    **options: Any,
) -> tuple["TrainingResult", FineTuning]:
    """Train a network further on drawings and on rehearsed images, and measure it before and after.

    Parameters
    ----------
    recipe : Recipe
        As `fine_tuning_recipe`, or `mixture_recipe`, gives it for the drawings that are not held out.
    dataset : Dataset
    start : keras.Model or None
        The network to begin with; it stays as it is. None to begin with random weights.
    drawings : Drawings
        Some of them are held out, see `Drawings.split`.
    mixture : Mixture, optional
        For a network of a class.
    rehearsed : Recipe, optional
        As `rehearsed_recipe` gives it for the network.
    **options
        ``should_stop``, ``on_epoch``, ``on_progress``, ``on_checkpoint`` and ``resume``, as for
        `core.training.train`.

    Returns
    -------
    result : TrainingResult
    outcome : FineTuning

    Raises
    ------
    SelectionError
        If the images that the network had learned from cannot be told any more.
    """
    # Imported here because it brings TensorFlow, which nobody needs who only looks at a run.
    from core.evaluation import evaluate
    from core.training import train

    training, holdout = drawings.split()
    mixed = rehearsal_dataset(dataset, training, recipe.seed, mixture, rehearsed)
    result = train(recipe, mixed, start=start, **options)
    outcome = FineTuning(
        train_size=len(training),
        holdout_size=len(holdout),
        before=evaluate(start, holdout.images, holdout.labels).accuracy if start else None,
        after=evaluate(result.model, holdout.images, holdout.labels).accuracy,
        test_before=evaluate(start, dataset.test_images, dataset.test_labels).accuracy if start else None,
        mixture=mixture,
        rehearsed=rehearsed,
    )
    return result, outcome
