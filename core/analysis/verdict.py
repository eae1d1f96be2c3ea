"""What the measurements of a training mean, in words."""

from collections.abc import Sequence
from itertools import pairwise

from core.fine_tuning import MEANINGFUL_HOLDOUT, FineTuning
from core.history import Epoch
from core.recipe import Recipe

# Below this training accuracy a network has hardly learned anything, or not enough.
HARDLY_LEARNED = 0.5
WELL_LEARNED = 0.9
# From this gap on (share of images), a network overfits. A smaller gap counts, too, where the
# network makes this many times as many errors on test images as on training images, unless it is
# so small that it may be chance.
LARGE_GAP = 0.02
LARGE_RATIO = 1.5
SMALL_GAP = 0.005
# Losing more of the test accuracy than this is not by chance.
FORGOTTEN = 0.003
# A network that guesses has a loss of ln 10 = 2.3, and one that begins a little more. A higher one,
# or one that rises by this factor from one epoch to the next, has jumped.
_JUMP_LOSS = 4.0
_JUMP = 1.2
# Larger learning rates than these are large for a network of this size.
_LARGE_RATES = {"adam": 0.01, "rmsprop": 0.01, "sgd": 1.0}
# A curve is still rising if the last epoch added this to the accuracy.
_RISING = 0.002


def training_verdict(
    recipe: Recipe, history: Sequence[Epoch], train_accuracy: float, test_accuracy: float
) -> str:
    """Return what a training has shown and what to try next, as Markdown.

    Parameters
    ----------
    recipe : Recipe
    history : sequence of Epoch
    train_accuracy, test_accuracy : float
        Of the finished network.

    Examples
    --------
    >>> curve = [Epoch(1, 0.9, 0.8, None, None, 1.0), Epoch(2, 0.3, 0.93, None, None, 1.0)]
    >>> training_verdict(Recipe(), curve, 0.94, 0.935).startswith("The network **generalizes**")
    True
    """
    if train_accuracy < WELL_LEARNED and (learning_rate := _too_large(recipe, history)):
        return learning_rate
    if train_accuracy < HARDLY_LEARNED:
        return f"The network has **hardly learned anything** (chance level is 10%). {_advice(history)}"
    gap = train_accuracy - test_accuracy
    train_error, test_error = 1 - train_accuracy, 1 - test_accuracy
    if gap > LARGE_GAP or (gap > SMALL_GAP and test_error > LARGE_RATIO * train_error):
        times = f" ({test_error / train_error:.1f} times as much)" if train_error > 0 else ""
        return (
            f"The network has begun to memorize its training images: that is called **overfitting**. "
            f"Its error is {train_error:.2%} on training images, but {test_error:.2%} on new "
            f"images{times}. More training images or data augmentation help most, then dropout."
        )
    if train_accuracy < WELL_LEARNED:
        return (
            "The network is not even accurate on its training images: that is called **underfitting**. "
            f"{_advice(history)}"
        )
    return (
        f"The network **generalizes**: it is nearly as accurate on new images as on its training images. "
        f"Its generalization gap is {gap * 100:.2f} percentage points."
    )


def _too_large(recipe: Recipe, history: Sequence[Epoch]) -> str | None:
    """Return a sentence if the curve or the rate itself says that the learning rate was too large."""
    rate = f"{recipe.learning_rate:g}"
    remedy = "Choose a smaller one, for example a tenth of it."
    jumps = [epoch for epoch in history if epoch.loss > _JUMP_LOSS]
    jumps += [later for earlier, later in pairwise(history) if later.loss > _JUMP * earlier.loss]
    if jumps:
        return (
            f"The loss jumped to {jumps[0].loss:.1f} in epoch {jumps[0].number}: the **learning rate** of "
            f"{rate} is too large. Each step overshoots, so the network learns little. {remedy}"
        )
    if recipe.learning_rate > _LARGE_RATES[recipe.optimizer]:
        return f"The **learning rate** of {rate} is probably too large for this optimizer. {remedy}"
    return None


def _advice(history: Sequence[Epoch]) -> str:
    if len(history) < 2 or history[-1].accuracy - history[-2].accuracy > _RISING:
        return "Its curve is still rising: more epochs or a smaller batch size help."
    return "Its curve is flat: more hidden units, or another learning rate, may help."


def fine_tuning_verdict(fine_tuning: FineTuning) -> str:
    """Return what the holdout drawings say of a fine-tuning, as Markdown."""
    return _class_verdict(fine_tuning) if fine_tuning.mixture else _own_verdict(fine_tuning)


def _own_verdict(fine_tuning: FineTuning) -> str:
    if fine_tuning.before is None or fine_tuning.after is None:
        return "No drawing was held out, so nothing tells whether it has improved."
    if fine_tuning.holdout_size < MEANINGFUL_HOLDOUT:
        return "Too few held-out drawings to tell. Save more drawings, then fine-tune again."
    if fine_tuning.after > fine_tuning.before:
        return "Accuracy on your handwriting has **improved**."
    if fine_tuning.after < fine_tuning.before:
        return "Accuracy on your handwriting has **fallen**. Check that each drawing has the right label."
    if fine_tuning.after >= WELL_LEARNED:
        return (
            "It was accurate on your handwriting before. It improves more from drawings that it gets wrong."
        )
    return "Accuracy on your handwriting has **not improved**. Check that each drawing has the right label."


def _class_verdict(fine_tuning: FineTuning) -> str:
    if fine_tuning.after is None:
        return "It has not been measured on the drawings that were held out."
    if fine_tuning.holdout_size < MEANINGFUL_HOLDOUT:
        return "Too few drawings were held out to tell. Train again when more people have drawn."
    if fine_tuning.before is None:
        return (
            "Compare it, on *Class*, with a network of the same settings that was trained on other data: it "
            "is measured on the drawings of the same people."
        )
    if fine_tuning.after > fine_tuning.before:
        return "It reads classmates whom it has never seen **better** than before."
    if fine_tuning.after < fine_tuning.before:
        return "It reads classmates whom it has never seen **worse** than before."
    return "It reads classmates whom it has never seen as well as before."


def has_forgotten(fine_tuning: FineTuning, test_accuracy: float) -> bool:
    """Return whether fine-tuning has cost more test accuracy than chance would."""
    return fine_tuning.test_before is not None and test_accuracy < fine_tuning.test_before - FORGOTTEN
