"""The form that makes a recipe."""

from typing import Any

import streamlit as st

from core.presets import PRESET_INFO, PRESETS
from core.recipe import ACTIVATIONS, LIMITS, OPTIMIZERS, PRECISIONS, Recipe

_PRESET = "train_preset"
_ROUND = "recipe_round"
_LEARNING_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_BATCH_SIZES = (1, 8, 16, 32, 64, 100, 128, 256, 512, 1000, 2000, 5000, 10_000)
_TRAIN_SIZES = (100, 300, 1000, 3000, 10_000, 30_000, 60_000)


def recipe_form() -> Recipe:
    """Show a preset and every hyperparameter, and return the recipe that they make.

    Raises
    ------
    RecipeError
        If the settings are each possible but not all together.
    """
    preset = st.selectbox(
        "Start from a preset",
        PRESETS,
        format_func=lambda name: PRESET_INFO[name].title,
        key=_PRESET,
        on_change=_start_over,
        persist_state="session",
    )
    st.markdown(PRESET_INFO[preset].text)

    network, learning = st.columns(2, gap="medium")
    with network:
        st.subheader("Network", anchor=False)
        settings = _network_settings()
    with learning:
        st.subheader("Learning", anchor=False)
        settings |= _learning_settings() | _data_settings()
    st.button(
        "Back to the preset",
        icon=":material/restart_alt:",
        key="train_reset",
        on_click=_start_over,
        disabled=settings == {name: getattr(_preset(), name) for name in settings},
    )
    return Recipe(**settings)


def _start_over() -> None:
    """Give every setting a new widget, which starts from the chosen preset."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _preset() -> Recipe:
    return PRESETS[st.session_state[_PRESET]]


def _key(name: str) -> str:
    # A round has its own keys because a value written to an existing widget's state gets
    # lost when the visitor moves the widget at that moment.
    return f"recipe_{st.session_state.get(_ROUND, 0)}_{name}"


def _network_settings() -> dict[str, Any]:
    conv_filters = _layers(
        "conv_layers",
        "conv_filters",
        "Convolutional layers",
        "Filters of convolutional layer {number}",
        default=16,
        help="Each looks for small patterns everywhere in the picture, then halves its size. "
        "They read better, and learn several times more slowly.",
        size_help="Different patterns that this layer looks for. 8 to 32 are plenty for digits.",
    )
    hidden_units = _layers(
        "hidden_layers",
        "hidden_units",
        "Hidden layers",
        "Units of hidden layer {number}",
        default=100,
        help="Units between the pixels and the answer. Without any, the network can only add up "
        "evidence pixel by pixel. More units learn more, and more slowly.",
        size_help="How much this layer can tell apart. With few units the network reads badly, "
        "with many it learns more slowly and more easily by heart.",
    )
    return {
        "conv_filters": conv_filters,
        "hidden_units": hidden_units,
        "activation": _choice(
            "activation",
            "Activation",
            ACTIVATIONS,
            help="How a unit turns what it adds up into its output. With ReLU, deep networks learn faster.",
        ),
        "dropout": _slider(
            "dropout",
            "Dropout",
            0.05,
            help="Share of hidden units switched off at random in each step. It keeps a large network "
            "from learning the images by heart. Training accuracy looks worse, test accuracy gets better.",
        ),
        "augmentation": _switch(
            "augmentation",
            "Shift, rotate and zoom the images",
            help="Each image is moved a little at random each time it is shown. It makes the network "
            "read drawings better, and needs more epochs.",
        ),
        "handwriting": _switch(
            "handwriting",
            "Write the images in other hands",
            help="Each time an image is shown, it is bent, slanted and drawn with another pen. Some zeros "
            "get a slash, ones a flag and a foot, sevens a bar, as people elsewhere write them. It makes "
            "the network read drawings best, and needs more epochs.",
        ),
    }


def _learning_settings() -> dict[str, Any]:
    return {
        "optimizer": _choice(
            "optimizer",
            "Optimizer",
            OPTIMIZERS,
            help="The rule that turns errors into changes of the weights. Adam is a good first choice; "
            "SGD is the plainest and wants a larger learning rate, such as 0.1.",
        ),
        "learning_rate": _steps(
            "learning_rate",
            "Learning rate",
            _LEARNING_RATES,
            help="Size of each change. Too small learns slowly, too large jumps around or breaks down.",
        ),
        "decay": _switch(
            "decay",
            "Slow down towards the end",
            help="The learning rate falls, slowly at first, and is nought at the end. Large changes find "
            "the way, small ones find the best place on it.",
        ),
        "epochs": _slider(
            "epochs",
            "Epochs",
            1,
            help="How often the network sees all training images. More helps, until it learns them by heart.",
        ),
        "batch_size": _steps(
            "batch_size",
            "Batch size",
            _BATCH_SIZES,
            help="Images looked at before the weights change once. Smaller batches change the weights "
            "more often: they learn more in an epoch, and take longer for it.",
        ),
        "precision": _choice(
            "precision",
            "Precision",
            PRECISIONS,
            help="How exactly the computer multiplies. bfloat16 keeps 2 to 3 digits of each number, float32 "
            "about 7. A network learns as well with fewer, and faster on some processors; on others "
            "float32 is used in any case. Auto chooses what is faster here.",
        ),
    }


def _data_settings() -> dict[str, Any]:
    return {
        "train_size": _steps(
            "train_size",
            "Training images",
            _TRAIN_SIZES,
            help="With few images the network learns them by heart and reads new ones badly.",
        ),
        "validation_share": _slider(
            "validation_share",
            "Validation share",
            0.05,
            help="Share of the training images kept aside and only measured on, after each epoch. "
            "It shows while training how well new images are read.",
        ),
        "seed": st.number_input(
            "Seed",
            int(LIMITS["seed"].low),
            int(LIMITS["seed"].high),
            value=_preset().seed,
            key=_key("seed"),
            persist_state="session",
            help="Decides all that is random: the first weights and the order of the images. "
            "The same seed makes them the same; another one shows how much luck is in a result.",
        ),
    }


def _layers(
    layers: str, sizes: str, label: str, size_label: str, default: int, help: str, size_help: str
) -> tuple[int, ...]:
    preset_sizes = getattr(_preset(), sizes)
    count = _slider(layers, label, 1, help=help, start=len(preset_sizes))
    starts = (*preset_sizes, *[default] * int(LIMITS[layers].high))
    limit = LIMITS[sizes]
    return tuple(
        st.number_input(
            size_label.format(number=number),
            int(limit.low),
            int(limit.high),
            value=start,
            key=_key(f"{sizes}_{number}"),
            persist_state="session",
            help=size_help,
        )
        for number, start in enumerate(starts[:count], start=1)
    )


def _slider(name: str, label: str, step: float, help: str, start: Any = None) -> Any:
    kind = type(step)
    limit = LIMITS[name]
    return st.slider(
        label,
        kind(limit.low),
        kind(limit.high),
        value=getattr(_preset(), name) if start is None else start,
        step=step,
        key=_key(name),
        persist_state="session",
        help=help,
    )


def _steps(name: str, label: str, values: tuple[Any, ...], help: str) -> Any:
    """A slider over a few values, each allowed by the limits, the preset's among them."""
    limit, start = LIMITS[name], getattr(_preset(), name)
    return st.select_slider(
        label,
        sorted({value for value in values if limit.low <= value <= limit.high} | {start}),
        value=start,
        format_func=lambda value: f"{value:,}",
        key=_key(name),
        persist_state="session",
        help=help,
    )


def _switch(name: str, label: str, help: str) -> bool:
    return st.toggle(
        label, value=getattr(_preset(), name), key=_key(name), persist_state="session", help=help
    )


def _choice(name: str, label: str, choices: tuple[str, ...], help: str) -> Any:
    return st.segmented_control(
        label,
        choices,
        default=getattr(_preset(), name),
        required=True,
        key=_key(name),
        persist_state="session",
        help=help,
    )
