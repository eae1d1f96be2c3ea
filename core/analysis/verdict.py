"""What the measurements of a training mean, in words."""

from collections.abc import Sequence
from itertools import pairwise

from core.history import DivergenceError, Epoch
from core.hyperparameters.validation import LIMITS
from core.recipe import Recipe
from core.steering.control import RateChange, factor_at

# Below this training accuracy a network has hardly learned anything, or not enough.
HARDLY_LEARNED = 0.5
WELL_LEARNED = 0.9
# From this gap on (share of images), a network overfits. A smaller gap counts, too, where the
# network makes this many times as many errors on test images as on training images, unless it is
# so small that it may be chance.
LARGE_GAP = 0.02
LARGE_RATIO = 1.5
SMALL_GAP = 0.005
# A network that guesses has a loss of ln 10 = 2.3, and one that begins a little more. A higher one,
# or one that rises by this factor from one epoch to the next, has jumped.
_JUMP_LOSS = 4.0
_JUMP = 1.2
# A jump from which a network has recovered was worth saying if it was by this factor, to at least this.
_COSTLY_JUMP, _COSTLY_LOSS = 2.0, 0.5
# Larger learning rates than these are large for a network of this size.
_LARGE_RATES = {"adam": 0.01, "rmsprop": 0.01, "sgd": 1.0}
_SMALLER_RATE = "Choose a smaller one, for example a tenth of it."
# A curve is still rising if the last epoch added this to the accuracy.
_RISING = 0.002
# Epochs since the lowest validation loss after which it is not by chance that it rises.
_OVERFITTING_EPOCHS = 3
# Below this times the accuracy of guessing a network has not begun to learn, and after so many
# epochs that is worth saying.
_GUESSING, _GUESSING_EPOCHS = 1.5, 2


def training_verdict(
    recipe: Recipe,
    history: Sequence[Epoch],
    train_accuracy: float,
    test_accuracy: float,
    changes: Sequence[RateChange] = (),
) -> str:
    """Return what a training has shown and what to try next, as Markdown.

    Parameters
    ----------
    recipe : Recipe
    history : sequence of Epoch
    train_accuracy, test_accuracy : float
        Of the finished network.
    changes : sequence of RateChange
        How the learning rate was changed while it was trained.

    Examples
    --------
    >>> curve = [Epoch(1, 0.9, 0.8, None, None, 1.0), Epoch(2, 0.3, 0.93, None, None, 1.0)]
    >>> training_verdict(Recipe(), curve, 0.94, 0.935).startswith("The network **generalizes**")
    True
    """
    if train_accuracy < WELL_LEARNED and (learning_rate := _too_large(recipe, history, changes)):
        return learning_rate
    if max(train_accuracy, test_accuracy) < HARDLY_LEARNED:
        return f"The network has **hardly learned anything** (chance level is 10%). {_advice(history)}"
    if reasons := _reasons_in_the_data(recipe):
        return (
            f"Its error is {1 - train_accuracy:.2%} on its training images and {1 - test_accuracy:.2%} on "
            f"the test images. {reasons} Compare it with a run on ordinary data: the difference is what the "
            "choice of data costs."
        )
    gap = train_accuracy - test_accuracy
    train_error, test_error = 1 - train_accuracy, 1 - test_accuracy
    if gap > LARGE_GAP or (gap > SMALL_GAP and test_error > LARGE_RATIO * train_error):
        times = f" ({test_error / train_error:.1f} times as much)" if train_error > 0 else ""
        return (
            f"The network has begun to memorize its training images: that is called **overfitting**. "
            f"Its error is {train_error:.2%} on training images, but {test_error:.2%} on new "
            f"images{times}. {_early_stopping(history)}More training images or data augmentation help most, "
            "then dropout."
        )
    if train_accuracy < WELL_LEARNED:
        return (
            "The network is not even accurate on its training images: that is called **underfitting**. "
            f"{_advice(history)}"
        )
    return (
        f"The network **generalizes**: it is nearly as accurate on new images as on its training images. "
        f"Its generalization gap is {gap * 100:.2f} percentage points."
        f"{_recovered(recipe, history, changes) or _rising(history)}"
    )


def _reasons_in_the_data(recipe: Recipe) -> str:
    """Return what the choice of the training data has to do with the errors; empty if there was none."""
    said = []
    if recipe.label_noise:
        among = " of two digits" if recipe.noise_pair else ""
        said.append(
            f"**{recipe.label_noise:.0%} of its training labels{among} were made wrong**: a network that "
            "learns what digits look like disagrees with those labels, and each counts as an error on the "
            "training images."
        )
    if recipe.left_out:
        digits = " or ".join(map(str, recipe.left_out))
        said.append(
            f"**It has never seen a {digits}**, so it gets every one among the test images wrong: about "
            f"{10 * len(recipe.left_out)}% of them."
        )
    if recipe.writers != "everyone":
        others = "students" if recipe.writers == "employees" else "employees"
        said.append(
            f"**It has only seen digits of {recipe.writers}**, and half of the test images are by {others}: "
            "*Evaluate*, view *Writers*, shows the accuracy of each group."
        )
    return " ".join(said)


def training_hint(recipe: Recipe, history: Sequence[Epoch], changes: Sequence[RateChange] = ()) -> str:
    """Return what the epochs so far show and what to do, as Markdown; empty if all is well.

    Parameters
    ----------
    recipe : Recipe
    history : sequence of Epoch
    changes : sequence of RateChange
    """
    if not history:
        return ""
    accuracy = history[-1].accuracy
    if accuracy < WELL_LEARNED and (jump := _jump(history)):
        return _jump_words(recipe, jump, changes)
    if len(history) >= _GUESSING_EPOCHS and accuracy < _GUESSING / len(recipe.digits):
        return f"The network still guesses after {len(history)} epochs. {_why_it_guesses(recipe)}"
    if best := _overfitting_since(history):
        return (
            f"Validation loss was lowest after epoch {best} and has risen since, while training loss still "
            "falls: that is called **overfitting**. More epochs make it worse. More training images, data "
            "augmentation or dropout help."
        )
    return ""


def divergence_verdict(recipe: Recipe, error: DivergenceError) -> str:
    """Return why a training was stopped and which setting to change, as plain text.

    Parameters
    ----------
    recipe : Recipe
    error : DivergenceError
    """
    rate = error.learning_rate
    if error.reason == "nan":
        return (
            f"Training diverged in epoch {error.epoch}: the loss is no longer a number (NaN). With a "
            f"learning rate of {rate:g} the updates were so large that the weights grew beyond all numbers. "
            f"Set the learning rate to {_smaller(rate):g}."
        )
    state = "dead" if recipe.activation == "relu" else "saturated"
    if error.reason == "born flat":
        return (
            f"Training stopped in epoch {error.epoch}: the loss cannot change. With their first weights all "
            f"units of a hidden layer are {state}: they give the same output for every image, so no gradient "
            "passes them. Choose another random seed, or more units in each hidden layer."
        )
    remedy = (
        f"With a learning rate of {rate:g} the updates were too large. Set it to {_smaller(rate):g}."
        if rate > _LARGE_RATES[recipe.optimizer] / 10
        else "Use fewer hidden layers, or another activation function."
    )
    return (
        f"Training stopped in epoch {error.epoch}: the loss no longer changes. All units of a hidden layer "
        f"are {state}: they give the same output for every image, so no gradient passes them, and more "
        f"epochs do not help. {remedy}"
    )


def _smaller(rate: float) -> float:
    return max(rate / 10, LIMITS["learning_rate"].low)


def _overfitting_since(history: Sequence[Epoch]) -> int | None:
    """Return after which epoch the validation loss was lowest, if it has risen for a while."""
    validated = [epoch for epoch in history if epoch.val_loss is not None]
    if not validated:
        return None
    best = min(validated, key=lambda epoch: epoch.val_loss or 0.0)
    last = history[-1]
    rises = last.number - best.number >= _OVERFITTING_EPOCHS and last.loss < best.loss
    return best.number if rises else None


def _early_stopping(history: Sequence[Epoch]) -> str:
    best = _overfitting_since(history)
    return f"Its validation loss was lowest after epoch {best}: fewer epochs would do. " if best else ""


def _recovered(recipe: Recipe, history: Sequence[Epoch], changes: Sequence[RateChange]) -> str:
    """Return what a jump of the loss has cost a network that has learned nevertheless; empty if none did."""
    for earlier, later in pairwise(history):
        if later.loss > max(_COSTLY_LOSS, _COSTLY_JUMP * earlier.loss):
            rate = _rate_in(recipe, later, changes)
            return (
                f" In epoch {later.number} the loss jumped to {later.loss:.1f}: the **learning rate** of "
                f"{rate:g} was too large. It has recovered, but the epochs from there on were spent on that."
            )
    return ""


def _rising(history: Sequence[Epoch]) -> str:
    """Return a hint if the last epoch still made the network better, by more than chance."""
    if len(history) < 2 or history[-1].accuracy - history[-2].accuracy <= _RISING:
        return ""
    return " Its curve is still rising: more epochs help."


def _why_it_guesses(recipe: Recipe) -> str:
    if recipe.activation == "sigmoid" and len(recipe.hidden_units) > 2:
        return (
            "Through several sigmoid layers hardly any gradient comes to the first one (**vanishing "
            "gradients**). ReLU as the activation function helps."
        )
    if recipe.learning_rate < _LARGE_RATES[recipe.optimizer] / 10:
        return f"The **learning rate** of {recipe.learning_rate:g} is small. Try ten times as much."
    return "Try another learning rate, or fewer hidden layers."


def _too_large(recipe: Recipe, history: Sequence[Epoch], changes: Sequence[RateChange]) -> str | None:
    """Return a sentence if the curve or the rate itself says that the learning rate was too large."""
    if jump := _jump(history):
        return _jump_words(recipe, jump, changes)
    if not changes and recipe.learning_rate > _LARGE_RATES[recipe.optimizer]:
        rate = f"{recipe.learning_rate:g}"
        return f"The **learning rate** of {rate} is probably too large for this optimizer. {_SMALLER_RATE}"
    return None


def _jump(history: Sequence[Epoch]) -> Epoch | None:
    """Return the first epoch in which the loss jumped up."""
    jumps = [epoch for epoch in history if epoch.loss > _JUMP_LOSS]
    jumps += [later for earlier, later in pairwise(history) if later.loss > _JUMP * earlier.loss]
    return jumps[0] if jumps else None


def _jump_words(recipe: Recipe, jump: Epoch, changes: Sequence[RateChange]) -> str:
    rate = _rate_in(recipe, jump, changes)
    return (
        f"The loss jumped to {jump.loss:.1f} in epoch {jump.number}: the **learning rate** of "
        f"{rate:g} is too large. Each step overshoots, so the network learns little. {_SMALLER_RATE}"
    )


def _rate_in(recipe: Recipe, epoch: Epoch, changes: Sequence[RateChange]) -> float:
    """Return the learning rate at the end of an epoch, before any decay."""
    return recipe.learning_rate * factor_at(changes, epoch.number * recipe.steps_per_epoch - 1)


def _advice(history: Sequence[Epoch]) -> str:
    if len(history) < 2 or history[-1].accuracy - history[-2].accuracy > _RISING:
        return "Its curve is still rising: more epochs or a smaller batch size help."
    return "Its curve is flat: more hidden units, or another learning rate, may help."
