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
        "Guessing",
        0.90,
        "Ten digits, one guess: one of ten is right.",
        "Worked by hand: nine of ten guesses are wrong",
    ),
    Baseline(
        "Always saying “One”",
        0.8865,
        "One is the most frequent digit of the test images, so whoever looks at none of them says One.",
        "Counted: 1,135 of the 10,000 test images are a One",
    ),
    Baseline(
        "Linear classifier",
        0.12,
        "It adds up evidence pixel by pixel and cannot say “this stroke, but only without that one”.",
        _LECUN,
    ),
    Baseline(
        "Nearest neighbours",
        0.05,
        "It learns nothing: it keeps all 60,000 training images and looks for the most similar ones.",
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
        "The same idea, larger, with a better error measure and trained longer.",
        _SIMARD,
    ),
    Baseline(
        "LeNet-5, convolutional",
        0.0095,
        "Small filters look for the same strokes everywhere in the picture.",
        _LECUN,
    ),
    Baseline(
        "Six layers, deformed images",
        0.0035,
        "A large plain network that never sees the same picture twice, because every one is deformed anew.",
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
            "Its hidden layers combine pixels into features, but what they learn in one place "
            "they do not know in another."
        )
    else:
        found.append(
            "It has no hidden layer: like the linear classifier, it can only add up evidence. But its loss "
            "asks for the right digit, not for numbers near 0 and 1, and that is worth several points."
        )
    if recipe.augmentation:
        found.append("Its training images were moved at random, so it has seen more ways of writing.")
    if recipe.handwriting:
        found.append("Its training images were written anew by other hands, so it knows more than NIST's.")
    if recipe.dropout:
        found.append("Dropout kept it from learning its images by heart.")
    if recipe.fit_size < TRAINING_IMAGES:
        found.append("It has learned from only a part of the 60,000 training images.")
    if (recipe.epochs if epochs is None else epochs) * recipe.steps_per_epoch < FEW_UPDATES:
        found.append(
            "Its weights were changed fewer than 2,000 times. With smaller batches or more epochs "
            "it would go on learning."
        )
    return tuple(found)
