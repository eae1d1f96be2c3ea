"""The form that makes a recipe: what it starts from, its settings, and the recipe they make."""

import streamlit as st

from core.hyperparameters.validation import LIMITS
from core.plots import network_figure
from core.presets import PRESET_INFO, PRESETS
from core.recipe import ACTIVATIONS, ARTICLE, OPTIMIZERS, PRECISIONS, Recipe
from ui import data_form, pictures, session
from ui import recipe_widgets as widgets

_PRESET = "train_preset"
# What the preset is called if the form started from settings that are none.
_OWN = "own"
_LEARNING_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_BATCH_SIZES = (1, 8, 16, 32, 64, 100, 128, 256, 512, 1000, 2000, 5000, 10_000)
_TRAIN_SIZES = (100, 300, 1000, 3000, 10_000, 20_000, 30_000, 60_000)


def preset_select() -> None:
    """Let the visitor choose what the form starts from; at first it is what they had last."""
    if not widgets.has_base():
        _start_from(session.last_recipe() or ARTICLE)
    base = _preset_of(widgets.base())
    st.selectbox(
        "Preset",
        [*PRESETS, _OWN] if base == _OWN else list(PRESETS),
        format_func=lambda name: PRESET_INFO[name].title if name in PRESETS else "Own settings",
        key=_PRESET,
        on_change=lambda: use(PRESETS.get(st.session_state[_PRESET], widgets.base())),
        persist_state="session",
        label_visibility="collapsed",
        width=290,
    )


def use(recipe: Recipe) -> None:
    """Fill the form with a recipe: every setting gets a new widget, which starts from it."""
    widgets.renew()
    _start_from(recipe)


def is_open() -> bool:
    """Whether this visitor has been on a page with the form."""
    return widgets.has_base()


def current() -> Recipe:
    """Return the recipe that the form makes, also before the form is drawn.

    Raises
    ------
    RecipeError
        If the settings are each possible but not all together.
    """
    fields = {name: widgets.value(name, getattr(widgets.base(), name)) for name in _FIELDS}
    return Recipe(
        conv_filters=widgets.sizes_of("conv_layers", "conv_filters"),
        hidden_units=widgets.sizes_of("hidden_layers", "hidden_units"),
        **fields,
        **data_form.fields(widgets.base(), widgets.key),
    )


def preset_text() -> None:
    """Show what the preset teaches that the form started from, if it is one."""
    preset = _preset_of(widgets.base())
    if preset != _OWN:
        st.markdown(PRESET_INFO[preset].text)


def settings(recipe: Recipe | None) -> None:
    """Show every setting; those that a beginner needs first.

    Parameters
    ----------
    recipe : Recipe or None
        What they make, see `current`; None if that cannot be trained.
    """
    # In a narrow column one below the other, else side by side.
    with st.grid(3, min_column_width=240, gap="medium") as grid:
        with grid.cell():
            st.subheader("Architecture", anchor=False)
            _hidden_layers()
        with grid.cell():
            _network(recipe)
        with grid.cell():
            st.subheader("Training", anchor=False)
            _hyperparameters()
    with st.expander("Data", icon=":material/dataset:", key="train_data"):
        _data()
    with st.expander("More", icon=":material/tune:", key="train_more"):
        _more()
    st.button(
        "Reset" if _preset_of(widgets.base()) == _OWN else "Reset to preset",
        icon=":material/restart_alt:",
        key="train_reset",
        on_click=lambda: use(widgets.base()),
        disabled=recipe == widgets.base(),
    )


def _network(recipe: Recipe | None) -> None:
    if recipe is None:
        return
    pictures.show(network_figure.network, recipe, alt=f"The layers of the network: {recipe.words}", width=360)
    with st.grid(2, min_column_width=110):
        st.metric(
            "Parameters",
            f"{recipe.parameters:,}",
            help="Weights and biases: the numbers that training adjusts.",
        )
        st.metric(
            "Steps per epoch",
            f"{recipe.steps_per_epoch:,}",
            help="Batches in an epoch. The weights are updated once per batch.",
        )


def _hidden_layers() -> None:
    widgets.layer_sizes(
        "hidden_layers",
        "hidden_units",
        "Hidden layers",
        "Units in hidden layer {number} (neurons)",
        help="Layers between the pixels and the prediction. Without any, the network can only compute "
        "a weighted sum of the pixels.",
        size_help="The number of neurons is the capacity of the layer. With few it underfits, with many "
        "it trains more slowly and overfits more easily.",
    )
    widgets.choice(
        "activation",
        "Activation function",
        ACTIVATIONS,
        help="Turns the weighted sum of a unit into its output. With ReLU, deep networks learn faster.",
    )


def _hyperparameters() -> None:
    widgets.slider(
        "epochs",
        "Epochs",
        1,
        help="Passes through all training images. More help, until the network overfits.",
    )
    widgets.steps(
        "batch_size",
        "Batch size",
        _BATCH_SIZES,
        help="Images per update of the weights. Smaller batches mean more updates: the network learns "
        "more in an epoch, and an epoch takes longer.",
    )
    widgets.steps(
        "learning_rate",
        "Learning rate",
        _LEARNING_RATES,
        help="Size of each update. Too small: learning is slow. Too large: the loss jumps or diverges.",
    )
    st.markdown(":small[Loss: sparse categorical cross-entropy]")


def _data() -> None:
    widgets.steps(
        "train_size",
        "Training set size",
        _TRAIN_SIZES,
        help="With few images, the network overfits: it memorizes them and is worse on new ones.",
    )
    widgets.slider(
        "validation_share",
        "Validation split",
        0.05,
        help="Fraction of the training images held out for validation: after each epoch, the network "
        "is evaluated on them.",
    )
    data_form.show(widgets.base(), widgets.key)
    widgets.switch(
        "augmentation",
        "Data augmentation: shift, rotate, zoom",
        help="Each image is moved a little at random each time it is shown. The network becomes better on "
        "drawings and needs more epochs.",
    )
    widgets.switch(
        "handwriting",
        "Data augmentation: handwriting",
        help="Elastic distortion, slant and pen width: each image is bent, slanted and drawn with another "
        "pen each time it is shown. Some 0s get a slash, some 1s a serif, some 7s a crossbar, as people "
        "write them in many countries. One image in seven is replaced by the same digit in a form that is "
        "rare in MNIST. This gives the best results on drawings, but needs more epochs.",
    )
    st.number_input(
        "Random seed",
        int(LIMITS["seed"].low),
        int(LIMITS["seed"].high),
        value=widgets.base().seed,
        key=widgets.key("seed"),
        persist_state="session",
        help="Controls everything random: the initial weights and the order of the images. The same seed "
        "repeats a training; another one shows how much of a result is chance.",
    )


def _more() -> None:
    widgets.layer_sizes(
        "conv_layers",
        "conv_filters",
        "Convolutional layers",
        "Filters in convolutional layer {number}",
        help="Each looks for small patterns everywhere in the image, then max pooling halves its size. "
        "They are more accurate but several times slower to train.",
        size_help="Patterns that this layer looks for. 8 to 32 are plenty for digits.",
    )
    widgets.slider(
        "dropout",
        "Dropout rate",
        0.05,
        help="Fraction of the hidden units switched off at random in each step, against overfitting. "
        "Training accuracy looks worse, test accuracy gets better.",
    )
    widgets.choice(
        "optimizer",
        "Optimizer",
        OPTIMIZERS,
        help="The rule that turns gradients into updates of the weights. Adam is a good first choice; "
        "SGD is the simplest and needs a larger learning rate, such as 0.1.",
    )
    widgets.switch(
        "decay",
        "Learning-rate decay (cosine)",
        help="The learning rate decreases along a cosine to zero: big steps first, fine adjustments at "
        "the end.",
    )
    widgets.choice(
        "precision",
        "Numeric precision",
        PRECISIONS,
        help="bfloat16 keeps 2 to 3 digits of each number, float32 about 7. A network learns as well with "
        "fewer digits, and faster on some processors; on others, float32 is used in any case. Automatic "
        "chooses what is faster on this server.",
    )


# What is read from one widget each.
_FIELDS = (
    "activation",
    "epochs",
    "batch_size",
    "learning_rate",
    "train_size",
    "validation_share",
    "augmentation",
    "handwriting",
    "seed",
    "dropout",
    "optimizer",
    "decay",
    "precision",
)


def _start_from(recipe: Recipe) -> None:
    widgets.set_base(recipe)
    st.session_state[_PRESET] = _preset_of(recipe)


def _preset_of(recipe: Recipe) -> str:
    return next((name for name in PRESETS if PRESETS[name] == recipe), _OWN)
