"""A recipe in words: its layers, its settings in one line, and what is special about its data."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.recipe import Recipe

# How textbooks and Keras' documentation write them.
SPELLING: Mapping[str, str] = MappingProxyType(
    {
        "sigmoid": "sigmoid",
        "tanh": "tanh",
        "relu": "ReLU",
        "adam": "Adam",
        "rmsprop": "RMSprop",
        "sgd": "SGD",
        "auto": "automatic",
        "float32": "float32",
        "bfloat16": "bfloat16",
    }
)


def settings(recipe: "Recipe") -> str:
    """Return the hyperparameters in one line, the parts of which are separated by `` · ``."""
    about = "about " if recipe.validation_by == "writers" else ""
    parts = [
        layers(recipe),
        f"{SPELLING[recipe.optimizer]}, learning rate {recipe.learning_rate:g}",
        "1 epoch" if recipe.epochs == 1 else f"{recipe.epochs} epochs",
        f"batch size {recipe.batch_size:,}",
        f"{about}{recipe.fit_size:,} images",
        f"seed {recipe.seed}",
    ]
    if recipe.validation_size:
        by_writer = " by writer" if recipe.validation_by == "writers" else ""
        parts.append(f"validation split {recipe.validation_share:.0%}{by_writer}")
    if recipe.dropout:
        parts.append(f"dropout {recipe.dropout:g}")
    if recipe.augmentation:
        parts.append("augmentation")
    if recipe.handwriting:
        parts.append("handwriting augmentation")
    if recipe.decay:
        parts.append("learning-rate decay")
    if recipe.precision != "auto":
        parts.append(recipe.precision)
    return " · ".join([*parts, *data_choices(recipe)])


def by_label(recipe: "Recipe") -> dict[str, str]:
    """Return every hyperparameter in words, by the label that Train gives it.

    Examples
    --------
    >>> from core.recipe import Recipe
    >>> by_label(Recipe(hidden_units=()))["Hidden layers"]
    'none'
    """

    def numbers(values: tuple[int, ...]) -> str:
        return ", ".join(map(str, values)) or "none"

    wrong = "none"
    if recipe.label_noise:
        among = " among the {}s and {}s".format(*recipe.noise_pair) if recipe.noise_pair else ""
        wrong = f"{recipe.label_noise:.0%}{among}"
    by_writer = " by writer" if recipe.validation_by == "writers" else ""
    return {
        "Convolutional layers": numbers(recipe.conv_filters),
        "Hidden layers": numbers(recipe.hidden_units),
        "Activation function": SPELLING[recipe.activation],
        "Optimizer": SPELLING[recipe.optimizer],
        "Learning rate": f"{recipe.learning_rate:g}",
        "Learning-rate decay": _switch(recipe.decay),
        "Epochs": str(recipe.epochs),
        "Batch size": f"{recipe.batch_size:,}",
        "Dropout rate": f"{recipe.dropout:g}",
        "Augmentation: shift, rotate, zoom": _switch(recipe.augmentation),
        "Augmentation: handwriting": _switch(recipe.handwriting),
        "Training set size": f"{recipe.train_size:,}",
        "Validation split": f"{recipe.validation_share:.0%}{by_writer}" if recipe.validation_size else "none",
        "Whose digits": f"only {recipe.writers}’" if recipe.writers != "everyone" else "everyone’s",
        "Equally many of each digit": _switch(recipe.balanced),
        "Digits left out": numbers(recipe.left_out),
        "Wrong labels": wrong,
        "Random seed": str(recipe.seed),
        "Numeric precision": SPELLING[recipe.precision],
    }


def differing(recipes: Sequence["Recipe"]) -> dict[str, tuple[str, ...]]:
    """Return the hyperparameters that not all recipes share, in words, one for each recipe.

    Examples
    --------
    >>> from core.recipe import Recipe
    >>> differing([Recipe(epochs=5), Recipe(epochs=20)])
    {'Epochs': ('5', '20')}
    """
    tables = [by_label(recipe) for recipe in recipes]
    columns = {label: tuple(table[label] for table in tables) for label in tables[0]}
    return {label: values for label, values in columns.items() if len(set(values)) > 1}


def _switch(on: bool) -> str:
    return "on" if on else "off"


def data_choices(recipe: "Recipe") -> tuple[str, ...]:
    """Return what is special about the training images, in a few words each."""
    parts = []
    if recipe.writers != "everyone":
        parts.append(f"only {recipe.writers}' digits")
    if recipe.balanced:
        parts.append("equally many of each digit")
    if recipe.left_out:
        parts.append("without " + ", ".join(map(str, recipe.left_out)))
    if recipe.label_noise:
        among = " among the {}s and {}s".format(*recipe.noise_pair) if recipe.noise_pair else ""
        parts.append(f"{recipe.label_noise:.0%} wrong labels{among}")
    return tuple(parts)


def layers(recipe: "Recipe") -> str:
    """Return the layers in a few words."""
    parts = []
    if recipe.conv_filters:
        parts.append("Conv " + ", ".join(str(count) for count in recipe.conv_filters))
    if recipe.hidden_units:
        parts.append("Dense " + ", ".join(str(count) for count in recipe.hidden_units))
    return f"{' + '.join(parts)} {SPELLING[recipe.activation]}" if parts else "No hidden layer"
