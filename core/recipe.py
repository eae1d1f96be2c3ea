"""Hyperparameters as one frozen value, with their limits and their JSON form.

A `Recipe` holds everything that decides a training: with the same data it gives the same network
twice, on the same kind of processor (see `core.training.train`). It validates itself, so a recipe
that exists can be trained.
"""

import dataclasses
import json
import math
from dataclasses import dataclass

from core import cost
from core.data import CLASSES, TRAINING_IMAGES
from core.hyperparameters import validation as check
from core.hyperparameters import words
from core.hyperparameters.data_choice import MAX_LEFT_OUT, VALIDATION_UNITS, WRITER_GROUPS, image_count
from core.hyperparameters.validation import LIMITS, RecipeError

ACTIVATIONS = ("sigmoid", "tanh", "relu")
OPTIMIZERS = ("adam", "rmsprop", "sgd")
PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a network is built and trained.

    Attributes
    ----------
    hidden_units : tuple of int
        Units of each hidden dense layer, first to last; empty for none.
    activation : str
        One of `ACTIVATIONS`, for every hidden layer.
    optimizer : str
        One of `OPTIMIZERS`.
    learning_rate : float
    epochs : int
    batch_size : int
    dropout : float
        Share of the units of each hidden dense layer that is switched off at random in training.
    validation_share : float
        Share of the training images held out and measured on after each epoch.
    train_size : int
        How many of the 60,000 training images are used, the first ones; fewer if the choices
        below leave fewer, see `images`.
    seed : int
        Decides the first weights, the order of the images, and dropout.
    conv_filters : tuple of int
        Filters of each convolutional layer (3×3, then 2×2 max pooling), before the
        dense layers; empty for none.
    augmentation : bool
        Whether each image is shifted, rotated and zoomed a little at random while training.
    handwriting : bool
        Whether each image is redrawn in another handwriting in training: bent, slanted, with
        another pen, 0s slashed, 1s flagged, 7s crossed, some in another form altogether (see
        `core.augmentation.handwriting`).
    decay : bool
        Whether the learning rate falls to zero over the training, along half a cosine
        (Loshchilov and Hutter, "SGDR", 2017).
    precision : str
        One of `PRECISIONS`: how exactly numbers are multiplied in training. ``bfloat16``
        keeps 8 of the 24 bits of ``float32``; the weights themselves are kept in ``float32``.
        ``auto`` leaves the choice to the machine (see `core.precision.precision_of`).
    writers : str
        One of `WRITER_GROUPS`: whose digits it is trained and validated on.
    balanced : bool
        Whether there are equally many images of each digit.
    left_out : tuple of int
        Digits that the network is never shown, in ascending order.
    label_noise : float
        Share of the images to fit to that get a wrong label, drawn by the seed.
    noise_pair : tuple of int
        Two digits, among whose images the wrong labels are, each the other's; empty for all
        digits at random. Always empty without wrong labels.
    validation_by : str
        One of `VALIDATION_UNITS`: whether the last images are held out or all digits of some
        people (see `core.sampling.select`). Always ``images`` without a validation split.

    Raises
    ------
    RecipeError
        If a value is outside `LIMITS`, not one of the choices, or too much for a small server
        (see `core.cost.refusal`).

    Examples
    --------
    >>> ARTICLE == Recipe(hidden_units=(300,), activation="sigmoid", epochs=10, batch_size=1000)
    True
    >>> ARTICLE.parameters, ARTICLE.steps_per_epoch
    (238510, 60)
    >>> Recipe.from_json(ARTICLE.to_json()) == ARTICLE
    True
    >>> Recipe(epochs=101)
    Traceback (most recent call last):
    core.hyperparameters.validation.RecipeError: Epochs must be a whole number from 1 to 100.
    """

    hidden_units: tuple[int, ...] = (300,)
    activation: str = "sigmoid"
    optimizer: str = "adam"
    learning_rate: float = 0.001
    epochs: int = 10
    batch_size: int = 1000
    dropout: float = 0.0
    validation_share: float = 0.0
    train_size: int = TRAINING_IMAGES
    seed: int = 0
    conv_filters: tuple[int, ...] = ()
    augmentation: bool = False
    handwriting: bool = False
    decay: bool = False
    precision: str = "auto"
    writers: str = "everyone"
    balanced: bool = False
    left_out: tuple[int, ...] = ()
    label_noise: float = 0.0
    noise_pair: tuple[int, ...] = ()
    validation_by: str = "images"

    def __post_init__(self) -> None:
        self._set("hidden_units", check.layers(self.hidden_units, "hidden_layers", "hidden_units"))
        self._set("conv_filters", check.layers(self.conv_filters, "conv_layers", "conv_filters"))
        for name in ("epochs", "batch_size", "train_size", "seed"):
            self._set(name, check.whole(getattr(self, name), LIMITS[name]))
        for name in ("learning_rate", "dropout", "validation_share", "label_noise"):
            self._set(name, check.number(getattr(self, name), LIMITS[name]))
        check.choice(self.activation, ACTIVATIONS, "The activation must be one of: {choices}.")
        check.choice(self.optimizer, OPTIMIZERS, "The optimizer must be one of: {choices}.")
        check.choice(self.precision, PRECISIONS, "The precision must be one of: {choices}.")
        check.switch(self.augmentation, "Data augmentation must be either true or false.")
        check.switch(self.handwriting, "Handwriting augmentation must be either true or false.")
        check.switch(self.decay, "Learning-rate decay must be either true or false.")
        self._check_data_choice()
        refusal = cost.refusal(
            steps=self.epochs * self.steps_per_epoch,
            training_cost=self.training_cost,
            batch_values=min(self.batch_size, self.fit_size) * self.network.values_per_image,
        )
        if refusal:
            raise RecipeError(refusal)

    def _check_data_choice(self) -> None:
        check.choice(self.writers, WRITER_GROUPS, "The writers must be one of: {choices}.")
        check.choice(
            self.validation_by, VALIDATION_UNITS, "The validation split must be by one of: {choices}."
        )
        check.switch(self.balanced, "Equally many images of each digit must be either true or false.")
        self._set("left_out", check.digits(self.left_out, "The digits left out must be from 0 to 9."))
        # Else two recipes that give the same training would not be equal.
        if not self.label_noise:
            self._set("noise_pair", ())
        self._set("noise_pair", check.digits(self.noise_pair, "The digits mixed up must be from 0 to 9."))
        if len(self.left_out) > MAX_LEFT_OUT:
            raise RecipeError(f"Leave out at most {MAX_LEFT_OUT} digits, so that two are left to tell apart.")
        if len(self.noise_pair) not in (0, 2):
            raise RecipeError("Choose two digits to mix up, or none for wrong labels at random.")
        if set(self.noise_pair) & set(self.left_out):
            raise RecipeError(
                "A digit that is left out cannot be mixed up with another. Choose other digits."
            )
        if not self.validation_size:
            self._set("validation_by", "images")

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    @property
    def digits(self) -> tuple[int, ...]:
        """The digits that the network is shown."""
        return tuple(digit for digit in range(CLASSES) if digit not in self.left_out)

    @property
    def images(self) -> int:
        """Number of training images used: `train_size`, or fewer if there are no more."""
        return image_count(self.writers, self.train_size, self.balanced, self.left_out)

    @property
    def validation_size(self) -> int:
        """Number of images in the validation split."""
        return round(self.images * self.validation_share)

    @property
    def fit_size(self) -> int:
        """Number of images that the weights are fitted to.

        A split by writers leaves up to a few hundred of them unused, see `core.sampling.select`.
        """
        return self.images - self.validation_size

    @property
    def steps_per_epoch(self) -> int:
        """Weight updates in one epoch."""
        return math.ceil(self.fit_size / self.batch_size)

    @property
    def network(self) -> cost.NetworkSize:
        """Sizes of the layers, known without building the network."""
        return cost.NetworkSize.of(self.conv_filters, self.hidden_units)

    @property
    def parameters(self) -> int:
        """Number of trainable parameters: weights and biases."""
        return self.network.parameters

    @property
    def cost_per_image(self) -> int:
        """Cost of one training step for one image, in multiply–adds of a dense layer."""
        return self.network.cost_per_image + (cost.HANDWRITING_COST if self.handwriting else 0)

    @property
    def training_cost(self) -> int:
        """Cost of the whole training, in multiply–adds of a dense layer."""
        return self.epochs * self.fit_size * self.cost_per_image

    @property
    def settings(self) -> str:
        """The hyperparameters in one line, the parts of which are separated by `` · ``.

        Examples
        --------
        >>> ARTICLE.settings.split(" · ")[:3]
        ['Dense 300 sigmoid', 'Adam, learning rate 0.001', '10 epochs']
        """
        return words.settings(self)

    @property
    def data_choices(self) -> tuple[str, ...]:
        """What is special about the training images, in a few words each.

        Examples
        --------
        >>> Recipe(writers="students", left_out=(9,), label_noise=0.1, noise_pair=(3, 5)).data_choices
        ("only students' digits", 'without 9', '10% wrong labels among the 3s and 5s')
        """
        return words.data_choices(self)

    @property
    def words(self) -> str:
        """The layers in a few words.

        Examples
        --------
        >>> Recipe(conv_filters=(16, 32), hidden_units=(64,), activation="relu", batch_size=100).words
        'Conv 16, 32 + Dense 64 ReLU'
        """
        return words.layers(self)

    def to_json(self) -> str:
        """Return the recipe as a JSON object.

        The choice of the data is left out where it is the default: the store finds runs of the
        same recipe by this text, also those from before one could choose.
        """
        fields = dataclasses.asdict(self)
        for field in dataclasses.fields(self):
            if field.name in _DATA_CHOICE and fields[field.name] == field.default:
                del fields[field.name]
        return json.dumps(fields, indent=2)

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """Return the recipe that `to_json` wrote. Fields left out have their default.

        Raises
        ------
        RecipeError
            If the text is not a JSON object, names an unknown field, or holds
            a value outside the limits.
        """
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RecipeError("This recipe is not valid JSON.") from error
        if not isinstance(fields, dict):
            raise RecipeError("A recipe must be a JSON object with one entry for each setting.")
        unknown = sorted(fields.keys() - {field.name for field in dataclasses.fields(cls)})
        if unknown:
            message = "This recipe has unknown settings: {names}."
            raise RecipeError(message.format(names=", ".join(unknown)))
        return cls(**fields)


_DATA_CHOICE = ("writers", "balanced", "left_out", "label_noise", "noise_pair", "validation_by")


ARTICLE = Recipe()
