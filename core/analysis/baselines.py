"""Baselines: published test errors on MNIST, from guessing to the best."""

from dataclasses import dataclass

from core.data import TRAINING_IMAGES
from core.recipe import Recipe

# With fewer weight updates, a network of this size is still learning: the article network's
# learning curve rises to its end, after 600.
FEW_UPDATES = 2000

_LECUN = "LeCun, Bottou, Bengio and Haffner, “Gradient-Based Learning Applied to Document Recognition” (1998)"
_SIMARD = (
    "Simard, Steinkraus and Platt, “Best Practices for Convolutional Neural Networks Applied "
    "to Visual Document Analysis” (2003)"
)
_CIRESAN = (
    "Cireşan, Meier, Gambardella and Schmidhuber, “Deep, Big, Simple Neural Nets "
    "for Handwritten Digit Recognition” (2010)"
)


@dataclass(frozen=True)
class Baseline:
    """A known result on the 10,000 test images.

    Attributes
    ----------
    name : str
    error : float
        Test error, 0 to 1.
    why : str
        What it can and cannot do, in a sentence.
    source : str
        Where it is published, or how it is counted.
    """

    name: str
    error: float
    why: str
    source: str


BASELINES = (
    Baseline(
        "Random guessing",
        0.90,
        "One of ten digits is chosen at random, so one in ten predictions is correct.",
        "Calculated: 9 of 10 guesses are wrong",
    ),
    Baseline(
        "Majority class (always 1)",
        0.8865,
        "It predicts the most frequent digit of the test images, 1, without looking at any of them.",
        "Counted: 1,135 of the 10,000 test images are a 1",
    ),
    Baseline(
        "Linear classifier",
        0.12,
        "It is a weighted sum of the pixels, so it cannot use “this stroke, but only without that one”.",
        _LECUN,
    ),
    Baseline(
        "k-nearest neighbors",
        0.05,
        "It keeps all 60,000 training images and predicts the label of the most similar ones.",
        _LECUN,
    ),
    Baseline(
        "300 hidden units",
        0.047,
        "One hidden layer combines pixels into features; it has the size of the article network.",
        _LECUN,
    ),
    Baseline(
        "800 hidden units, cross-entropy",
        0.016,
        "The same idea, larger, with a better loss function and trained longer.",
        _SIMARD,
    ),
    Baseline(
        "LeNet-5, convolutional",
        0.0095,
        "Small filters look for the same strokes everywhere in the image.",
        _LECUN,
    ),
    Baseline(
        "6-layer MLP with elastic distortions",
        0.0035,
        "A large dense network that never sees the same image twice, because each is distorted every time.",
        _CIRESAN,
    ),
)


@dataclass(frozen=True)
class Standing:
    """Where a network stands among the baselines.

    Attributes
    ----------
    beaten : Baseline or None
        The best one with a higher error; None if even guessing is better.
    ahead : Baseline or None
        The worst one with the same or a lower error; None if there is none.
    """

    beaten: Baseline | None
    ahead: Baseline | None


def standing(error: float) -> Standing:
    """Return where a network with this test error, 0 to 1, stands among the baselines."""
    beaten = [baseline for baseline in BASELINES if baseline.error > error]
    ahead = [baseline for baseline in BASELINES if baseline.error <= error]
    return Standing(
        beaten=min(beaten, key=lambda baseline: baseline.error, default=None),
        ahead=max(ahead, key=lambda baseline: baseline.error, default=None),
    )


def reasons(recipe: Recipe, epochs: int | None = None) -> tuple[str, ...]:
    """Return what explains a network's standing, as sentences; ``epochs`` if not all were trained."""
    found = []
    if recipe.conv_filters:
        found.append("It has filters that look for the same strokes everywhere, as LeNet-5 does.")
    elif recipe.hidden_units:
        found.append(
            "Its hidden layers combine pixels into features, but a stroke that they recognize in one place "
            "is new to them in another."
        )
    else:
        found.append(
            "It has no hidden layer: like the linear classifier, it is a weighted sum of the pixels. But its "
            "loss, cross-entropy, asks for the correct class, not for outputs near 0 and 1, and that gains "
            "several percentage points."
        )
    if recipe.augmentation:
        found.append("Data augmentation: its training images were shifted, rotated and zoomed at random.")
    if recipe.handwriting:
        found.append("Its training images were augmented with other handwriting styles.")
    if recipe.dropout:
        found.append("Dropout kept it from overfitting.")
    if recipe.fit_size < TRAINING_IMAGES:
        found.append("It was trained on only a part of the 60,000 training images.")
    if recipe.data_choices:
        found.append(f"Its training data was changed: {', '.join(recipe.data_choices)}.")
    if (recipe.epochs if epochs is None else epochs) * recipe.steps_per_epoch < FEW_UPDATES:
        found.append(
            "Its weights were updated fewer than 2,000 times. With smaller batches or more epochs "
            "it would continue to improve."
        )
    return tuple(found)
