"""What a network of a class is trained on: images of MNIST, drawings of the class, or both.

From scratch, all three choices of data take as many weight updates as the recipe says, so that only
the data make the difference.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from core.recipe import Recipe

DATA = ("mnist", "class", "both")
# Share of the drawings, repeats included, in what a network sees of both from scratch.
DRAWN_SHARE = 1 / 3
# How much a fine-tuning sees in an epoch: images of MNIST, and drawings repeated to half as many,
# each at most so many times. With fewer of them, or less time, it learned a third as much of a
# handwriting; old images it read better than before in any case (benchmarks/teaching.py).
REHEARSAL_IMAGES = 20_000
REPEATED_DRAWINGS = 10_000
MAX_REPEATS = 100


@dataclass(frozen=True)
class Mixture:
    """What a network of a class is trained on.

    Attributes
    ----------
    classroom : str
        The code of the class.
    data : str
        One of `DATA`.
    from_scratch : bool
        Whether it begins with random weights; else it fine-tunes another network.
    mnist_images : int
        Images of MNIST in an epoch.
    repeats : int
        How many times each drawing of the class is in an epoch; 0 for none.
    people, holdout_people : int
        Members whose drawings are trained on, and those whose drawings are held out.
    """

    classroom: str
    data: str
    from_scratch: bool
    mnist_images: int
    repeats: int
    people: int
    holdout_people: int

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Self:
        """Return what `to_dict` gave."""
        return cls(**fields)


def plan(recipe: Recipe, data: str, from_scratch: bool, drawings: int) -> tuple[int, int]:
    """Return how many images of MNIST are in an epoch, and how many times each drawing is.

    Parameters
    ----------
    recipe : Recipe
        Of the network. From scratch, its ``train_size`` is what an epoch holds.
    data : str
        One of `DATA`.
    from_scratch : bool
    drawings : int
        To train on, at least 1.

    Examples
    --------
    >>> plan(Recipe(), "both", True, 500), plan(Recipe(), "class", True, 500)
    ((40000, 40), (0, 100))
    """
    total = recipe.train_size if from_scratch else REHEARSAL_IMAGES + REPEATED_DRAWINGS
    if data == "mnist":
        return total, 0
    if not from_scratch:
        wanted = REPEATED_DRAWINGS
    else:
        wanted = total if data == "class" else round(total * DRAWN_SHARE)
    repeats = min(MAX_REPEATS, max(1, wanted // drawings))
    if data == "class":
        return 0, repeats
    return (max(0, total - repeats * drawings) if from_scratch else REHEARSAL_IMAGES), repeats


def plain_recipe(recipe: Recipe, train_size: int) -> Recipe:
    """Return a recipe without choices of its own data, for a mixture of this size."""
    return dataclasses.replace(
        recipe,
        validation_share=0.0,
        train_size=train_size,
        writers="everyone",
        balanced=False,
        left_out=(),
        label_noise=0.0,
    )
