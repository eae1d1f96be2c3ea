"""The presets: recipes to begin with, and what each of them teaches.

Examples
--------
>>> list(PRESETS)
['article', 'softmax', 'relu', 'augmented', 'convolutional', 'drawings']
>>> PRESETS["relu"].hidden_units, PRESET_INFO["relu"].title
((256, 128), 'ReLU network with dropout')
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
        "relu": Recipe(
            hidden_units=(256, 128),
            activation="relu",
            dropout=0.3,
            epochs=12,
            batch_size=128,
            validation_share=0.1,
            validation_by="writers",
        ),
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
            "One hidden layer of 300 sigmoid units: the network of the article that Digit Lab follows. "
            "Its test accuracy is about 94% after 10 epochs, and its curve is still rising: with large "
            "batches, the weights are updated only 60 times per epoch. Start here, then try to beat it.",
        ),
        "softmax": PresetInfo(
            "Softmax regression (no hidden layer)",
            "Each digit has one weight per pixel, and the digit with the highest weighted sum wins. "
            "It is the simplest network there is and trains in seconds. Its test accuracy is about 92%. "
            "It shows how far a weighted sum gets you, and why hidden layers were invented.",
        ),
        "relu": PresetInfo(
            "ReLU network with dropout",
            "Two hidden layers with ReLU units, which learn faster than sigmoid units, small batches, "
            "and dropout against overfitting. Its test accuracy is about 98%. It is validated on the digits "
            "of people whom it never sees in training. Look at its two curves: the accuracy during training "
            "begins lower, because part of its units is switched off while training, and ends higher, "
            "because by then it knows the handwriting of these people.",
        ),
        "augmented": PresetInfo(
            "Dense network with data augmentation",
            "Every image is shifted, rotated and zoomed a little at random each time it is shown, so the "
            "network never sees the same image twice. It needs more epochs, and it is much better on "
            "drawings made on a screen than networks trained on the original images only.",
        ),
        "convolutional": PresetInfo(
            "Small CNN (convolutional network)",
            "Small filters slide over the image and look for the same strokes everywhere, so nothing has "
            "to be learned twice for two places. Its test accuracy is about 99% with fewer parameters than "
            "the article network, but an epoch takes longer.",
        ),
        "drawings": PresetInfo(
            "CNN with handwriting augmentation",
            "MNIST contains only American handwriting from around 1990. Here each image is redrawn every "
            "time it is shown: bent, slanted, with a thin or a thick pen. Some 0s get a slash, some 1s a "
            "serif, some 7s a crossbar, and one image in seven is replaced by the same digit in a form that "
            "is rare in MNIST. That is harder than MNIST's own images, so training accuracy stays below test "
            "accuracy. It classifies about 99% of the test images correctly, and about 99% of drawings made "
            "on a screen.",
        ),
    }
)
