"""The part of the form that chooses the training images: whose, which digits, and with what labels."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.data import CLASSES, DataError, load_mnist
from core.hyperparameters.data_choice import MAX_LEFT_OUT, WRITER_GROUPS
from core.hyperparameters.validation import LIMITS
from core.recipe import Recipe
from core.sampling import SelectionError, select

_GROUPS = {"everyone": "Everyone's", "employees": "Employees'", "students": "Students'"}
_SPLITS = {
    True: "All digits of some people, drawn at random, are held out: nobody's digits are on both sides.",
    False: "The last images are held out. The same people wrote digits on both sides, so validation "
    "accuracy is usually too high.",
}
# The name of a widget's key for each setting.
_Key = Callable[[str], str]


def fields(base: Recipe, key: _Key) -> dict[str, Any]:
    """Return the choice of the data that the form makes, also before it is drawn.

    Parameters
    ----------
    base : Recipe
        What the form starts from.
    key : callable
        Returns the key of the widget of a setting.
    """

    def value(name: str, default: Any) -> Any:
        chosen = st.session_state.get(key(name))
        return default if chosen is None else chosen

    split = value("validation_share", base.validation_share)
    by_writer = split and value("validation_by", _by_writer(base)) and _known()
    return {
        "writers": value("writers", base.writers),
        "balanced": value("balanced", base.balanced),
        "left_out": tuple(value("left_out", base.left_out)),
        "label_noise": value("label_noise", base.label_noise),
        "noise_pair": tuple(value("noise_pair", base.noise_pair)),
        "validation_by": "writers" if by_writer else "images",
    }


def show(base: Recipe, key: _Key) -> None:
    """Show the widgets."""
    _split(base, key)
    st.segmented_control(
        "Whose digits",
        WRITER_GROUPS if _known() or base.writers != "everyone" else WRITER_GROUPS[:1],
        default=base.writers,
        format_func=_GROUPS.__getitem__,
        required=True,
        key=key("writers"),
        persist_state="session",
        help="MNIST's digits are by employees of the Census Bureau and by high-school students. Train on "
        "one group, and look on Evaluate how well the network reads the other.",
    )
    st.toggle(
        "Equally many images of each digit",
        value=base.balanced,
        key=key("balanced"),
        persist_state="session",
        help="MNIST has 6,742 training images of a 1 and 5,421 of a 5. A balanced training set has "
        "about the same number of each.",
    )
    st.pills(
        "Digits left out",
        range(CLASSES),
        default=base.left_out,
        selection_mode="multi",
        key=key("left_out"),
        persist_state="session",
        help=f"The network is never shown these digits in training; the test images still have them. At most "
        f"{MAX_LEFT_OUT}.",
    )
    _noise(base, key)


@st.cache_data(max_entries=200, show_spinner=False)
def refusal(recipe: Recipe) -> str:
    """Return why the dataset cannot give the images that a recipe asks for; empty if it can."""
    try:
        select(recipe, load_mnist())
    except SelectionError as error:
        return str(error)
    except DataError:
        pass  # The worker says what is missing.
    return ""


def _split(base: Recipe, key: _Key) -> None:
    if not st.session_state.get(key("validation_share"), base.validation_share):
        return
    if not _known():
        st.caption(f"Who wrote the digits is not known on this server. {_SPLITS[False]}")
        return
    by_writer = st.toggle(
        "Validate on other people's digits",
        value=_by_writer(base),
        key=key("validation_by"),
        persist_state="session",
        help="Split by writer (grouped split) instead of by image.",
    )
    st.caption(_SPLITS[by_writer])


def _noise(base: Recipe, key: _Key) -> None:
    limit = LIMITS["label_noise"]
    share = st.slider(
        "Wrong labels (label noise)",
        limit.low,
        limit.high,
        value=base.label_noise,
        step=0.01,
        format="percent",
        key=key("label_noise"),
        persist_state="session",
        help="This share of the training images gets a wrong label, drawn by the seed. Validation and test "
        "labels stay as they are.",
    )
    if share:
        st.pills(
            "Mix up two digits",
            range(CLASSES),
            default=base.noise_pair,
            selection_mode="multi",
            key=key("noise_pair"),
            persist_state="session",
            help="This share of these two digits gets the label of the other. Choose none for "
            "wrong labels at random.",
        )


def _by_writer(base: Recipe) -> bool:
    """Return whether the split is by writer: always at first, but a run of before keeps its own."""
    return base.validation_by == "writers" or not base.validation_size


def _known() -> bool:
    """Return whether it is known who wrote the digits; without any data the worker says what is missing."""
    try:
        return load_mnist().train_writers is not None
    except DataError:
        return False
