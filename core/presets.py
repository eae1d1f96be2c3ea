"""The presets: recipes to begin with, and what each of them teaches.

Examples
--------
>>> list(PRESETS)
['article', 'softmax', 'relu', 'augmented', 'convolutional', 'drawings']
>>> PRESETS["relu"].hidden_units, PRESET_INFO["relu"].title
((256, 128), 'Modern network with dropout')
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.recipe import ARTICLE, Recipe


@dataclass(frozen=True)
class PresetInfo:
    """What a preset is called and what it teaches.

    Attributes
    ----------
    title : str
        Names the preset, and a run of it.
    text : str
        Two or three sentences for the student who chooses it.
    """

    title: str
    text: str


PRESETS: Mapping[str, Recipe] = MappingProxyType(
    {
        "article": ARTICLE,
        "softmax": Recipe(hidden_units=(), batch_size=100),
        "relu": Recipe(hidden_units=(256, 128), activation="relu", dropout=0.3, epochs=12, batch_size=128),
        "augmented": Recipe(
            hidden_units=(512, 512),
            activation="relu",
            dropout=0.1,
            epochs=30,
            batch_size=256,
            augmentation=True,
        ),
        "convolutional": Recipe(
            conv_filters=(16, 32),
            hidden_units=(64,),
            activation="relu",
            dropout=0.3,
            epochs=6,
            batch_size=128,
        ),
        "drawings": Recipe(
            conv_filters=(16, 32, 64),
            hidden_units=(256,),
            activation="relu",
            dropout=0.3,
            learning_rate=0.002,
            epochs=15,
            batch_size=128,
            handwriting=True,
            decay=True,
        ),
    }
)


PRESET_INFO: Mapping[str, PresetInfo] = MappingProxyType(
    {
        "article": PresetInfo(
            "Article network",
            "One hidden layer of 300 sigmoid units, the classic first network. It reads about 94 of "
            "100 test images after ten epochs, and its curve is still rising when the training ends: "
            "large batches change the weights only 60 times in an epoch. Start here, then try to beat it.",
        ),
        "softmax": PresetInfo(
            "No hidden layer",
            "Each digit has one weight for each pixel, and the digit with the highest sum wins. It is the "
            "simplest network there is, trains in seconds and reads about 92 of 100 images. "
            "It shows how far adding up evidence goes, and why hidden layers were invented.",
        ),
        "relu": PresetInfo(
            "Modern network with dropout",
            "Two hidden layers with ReLU units, which learn faster than sigmoid ones, small batches, "
            "and dropout against learning by heart. It reads about 98 of 100 images. Look at its curves: "
            "with dropout, training accuracy is below test accuracy, because it trains half-blind.",
        ),
        "augmented": PresetInfo(
            "Trained with moved digits",
            "Every image is shifted, rotated and zoomed a little at random each time it is shown, so the "
            "network never sees the same picture twice. It needs more epochs, and it reads drawings made "
            "on a screen much better than networks that only know the original images.",
        ),
        "convolutional": PresetInfo(
            "Small convolutional network",
            "Small filters slide over the picture and look for the same strokes everywhere, so nothing has "
            "to be learned twice for two places. It reads about 99 of 100 test images with fewer "
            "parameters than the article network, but takes longer for an epoch.",
        ),
        "drawings": PresetInfo(
            "Made for drawings",
            "MNIST knows only American hands of about 1990. Here each image is written anew each time it is "
            "shown: bent, slanted, with a thin or a thick pen, some zeros with a slash, ones with a flag and "
            "a foot, sevens with a bar. That is harder than MNIST, so training accuracy stays below test "
            "accuracy. It reads about 99 of 100 test images and 98 of 100 drawings made on a screen.",
        ),
    }
)
