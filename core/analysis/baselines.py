"""What others have reached on MNIST's test images, from guessing to the best."""

from dataclasses import dataclass

from core.data import TRAINING_IMAGES
from core.recipe import Recipe

# With fewer changes of its weights, a network of this size is still learning: the article
# network's curve rises to its end, after 600.
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
class Landmark:
    """A known result.

    Attributes
    ----------
    name : str
    error : float
        Share of the test images read wrong, 0 to 1.
    why : str
        What it can and cannot do, in a sentence.
    source : str
        Where it is published, or how it is counted.
    """

    name: str
    error: float
    why: str
    source: str


LANDMARKS = (
    Landmark(
        "Guessing",
        0.90,
        "Ten digits, one guess: one of ten is right.",
        "Worked by hand: nine of ten guesses are wrong",
    ),
    Landmark(
        "Always saying “One”",
        0.8865,
        "One is the most frequent digit of the test images, so whoever looks at none of them says One.",
        "Counted: 1,135 of the 10,000 test images are a One",
    ),
    Landmark(
        "Linear classifier",
        0.12,
        "It adds up evidence pixel by pixel and cannot say “this stroke, but only without that one”.",
        _LECUN,
    ),
    Landmark(
        "Nearest neighbours",
        0.05,
        "It learns nothing: it keeps all 60,000 training images and looks for the most similar ones.",
        _LECUN,
    ),
    Landmark(
        "300 hidden units",
        0.047,
        "One hidden layer combines pixels into features; it has the size of the article network.",
        _LECUN,
    ),
    Landmark(
        "800 hidden units, cross-entropy",
        0.016,
        "The same idea, larger, with a better error measure and trained longer.",
        _SIMARD,
    ),
    Landmark(
        "LeNet-5, convolutional",
        0.0095,
        "Small filters look for the same strokes everywhere in the picture.",
        _LECUN,
    ),
    Landmark(
        "Six layers, deformed images",
        0.0035,
        "A large plain network that never sees the same picture twice, because every one is deformed anew.",
        _CIRESAN,
    ),
)


@dataclass(frozen=True)
class Standing:
    """Where a network stands among the landmarks.

    Attributes
    ----------
    beaten : Landmark or None
        The best one that has a higher error; None if even guessing is better.
    ahead : Landmark or None
        The worst one that has the same or a lower error; None if there is none.
    """

    beaten: Landmark | None
    ahead: Landmark | None


def standing(error: float) -> Standing:
    """Place a network by its test error, 0 to 1."""
    beaten = [landmark for landmark in LANDMARKS if landmark.error > error]
    ahead = [landmark for landmark in LANDMARKS if landmark.error <= error]
    return Standing(
        beaten=min(beaten, key=lambda landmark: landmark.error, default=None),
        ahead=max(ahead, key=lambda landmark: landmark.error, default=None),
    )


def reasons(recipe: Recipe, epochs: int | None = None) -> tuple[str, ...]:
    """What explains where a network stands, as sentences; ``epochs`` if not all were trained."""
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
