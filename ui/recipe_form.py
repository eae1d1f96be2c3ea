"""The form that makes a recipe."""

from typing import Any

import streamlit as st

from core.recipe import ACTIVATIONS, LESSONS, LIMITS, OPTIMIZERS, PRESETS, Recipe

_PRESET = "train_preset"
_LEARNING_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_BATCH_SIZES = (1, 8, 16, 32, 64, 128, 256, 512, 1000, 2000, 5000, 10_000)
_TRAIN_SIZES = (100, 300, 1000, 3000, 10_000, 30_000, 60_000)
# Settings with one widget of the same name.
_SINGLE_SETTINGS = (
    "activation",
    "dropout",
    "augmentation",
    "optimizer",
    "learning_rate",
    "epochs",
    "batch_size",
    "train_size",
    "validation_share",
    "seed",
)


def recipe_form() -> Recipe:
    """Show a preset and every hyperparameter, and return the recipe that they make.

    Raises
    ------
    RecipeError
        If the settings are each possible but not all together.
    """
    if _PRESET not in st.session_state:
        st.session_state[_PRESET] = next(iter(PRESETS))
        _apply_preset()
    preset = st.selectbox(
        "Start from a preset",
        PRESETS,
        format_func=lambda name: LESSONS[name].title,
        key=_PRESET,
        on_change=_apply_preset,
        persist_state="session",
    )
    st.markdown(LESSONS[preset].text)

    network, learning = st.columns(2, gap="medium")
    with network:
        st.subheader("Network", anchor=False)
        settings = _network_settings()
    with learning:
        st.subheader("Learning", anchor=False)
        settings |= _learning_settings() | _data_settings()
    return Recipe(**settings)


def _apply_preset() -> None:
    """Set every widget of the form to the recipe of the chosen preset."""
    recipe = PRESETS[st.session_state[_PRESET]]
    values: dict[str, Any] = {
        "hidden_layers": len(recipe.hidden_units),
        "conv_layers": len(recipe.conv_filters),
        **{f"hidden_units_{n}": units for n, units in enumerate(recipe.hidden_units, start=1)},
        **{f"conv_filters_{n}": filters for n, filters in enumerate(recipe.conv_filters, start=1)},
    }
    values |= {name: getattr(recipe, name) for name in _SINGLE_SETTINGS}
    for name, value in values.items():
        st.session_state[f"train_{name}"] = value


def _network_settings() -> dict[str, Any]:
    conv_filters = _layers(
        "conv_layers",
        "conv_filters",
        "Convolutional layers",
        "Filters of convolutional layer {number}",
        default=16,
        help="Each looks for small patterns everywhere in the picture, then halves its size. "
        "They read better, and learn several times more slowly.",
    )
    hidden_units = _layers(
        "hidden_layers",
        "hidden_units",
        "Hidden layers",
        "Units of hidden layer {number}",
        default=100,
        help="Units between the pixels and the answer. Without any, the network can only add up "
        "evidence pixel by pixel. More units learn more, and more slowly.",
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
        "augmentation": st.toggle(
            "Shift, rotate and zoom the images",
            key="train_augmentation",
            persist_state="session",
            help="Each image is moved a little at random each time it is shown. It makes the network "
            "read drawings better, and needs more epochs.",
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
            key="train_seed",
            persist_state="session",
            help="Decides all that is random: the first weights and the order of the images. "
            "The same seed gives the same network; another one shows how much luck is in a result.",
        ),
    }


def _layers(layers: str, sizes: str, label: str, size_label: str, default: int, help: str) -> tuple[int, ...]:
    count = _slider(layers, label, 1, help=help)
    limit = LIMITS[sizes]
    values = []
    for number in range(1, count + 1):
        key = f"train_{sizes}_{number}"
        st.session_state.setdefault(key, default)
        values.append(
            st.number_input(
                size_label.format(number=number),
                int(limit.low),
                int(limit.high),
                key=key,
                persist_state="session",
            )
        )
    return tuple(values)


def _slider(name: str, label: str, step: float, help: str) -> Any:
    kind = type(step)
    limit = LIMITS[name]
    return st.slider(
        label,
        kind(limit.low),
        kind(limit.high),
        step=step,
        key=f"train_{name}",
        persist_state="session",
        help=help,
    )


def _steps(name: str, label: str, values: tuple[Any, ...], help: str) -> Any:
    """A slider over a few values, each allowed by the limits."""
    limit = LIMITS[name]
    return st.select_slider(
        label,
        [value for value in values if limit.low <= value <= limit.high],
        format_func=lambda value: f"{value:,}",
        key=f"train_{name}",
        persist_state="session",
        help=help,
    )


def _choice(name: str, label: str, choices: tuple[str, ...], help: str) -> Any:
    return st.segmented_control(
        label, choices, required=True, key=f"train_{name}", persist_state="session", help=help
    )
