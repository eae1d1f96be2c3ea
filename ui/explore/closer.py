"""A closer look at the images: typical ones, near-duplicates, other digits, pixels, and augmentation."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.analysis import exploration
from core.augmentation.ranges import ROTATION, SHIFT, ZOOM
from core.augmentation.transform import Affine, random_affine, transform
from core.data import CLASSES, DataError, Dataset, Images
from core.plots import figures
from ui import pictures, resources
from ui.explore import near_duplicates, next_door

_VIEWS = (
    "Typical and strange",
    "Near-duplicates",
    "Next door's digits",
    "Unused pixels",
    "Data augmentation",
)
_SHOWN = 12
_DRAWN = 12
_SCALE = 8
# Percent, and degrees in a full turn.
_FULL, _TURN = 100, 360
_ORANGE = (230, 120, 30)


def show(dataset: Dataset) -> None:
    """Show one of the views."""
    st.header("A closer look", anchor=False)
    view = st.segmented_control(
        "Look at",
        _VIEWS,
        default=_VIEWS[0],
        required=True,
        key="explore_closer",
        persist_state="session",
        label_visibility="collapsed",
    )
    if view == "Typical and strange":
        _typical(dataset)
    elif view == "Near-duplicates":
        near_duplicates.show(dataset)
    elif view == "Next door's digits":
        next_door.show(dataset)
    elif view == "Unused pixels":
        _unused()
    else:
        _augmentation(dataset)


@st.cache_data(show_spinner=False)
def _order(digit: int) -> npt.NDArray[np.intp]:
    dataset = resources.mnist()
    return exploration.by_typicality(dataset.train_images, dataset.train_labels, digit)


def _typical(dataset: Dataset) -> None:
    digit = st.selectbox(
        "Digit", range(CLASSES), index=7, key="explore_typical_digit", persist_state="session", width=90
    )
    order = _order(digit)
    for column, name, indices in zip(
        st.columns(2),
        ("Most typical", "Strangest"),
        (order[:_SHOWN], order[::-1][:_SHOWN]),
        strict=True,
    ):
        with column:
            st.markdown(f"**{name}** of {len(order):,} training images of the digit {digit}")
            captions = [str(index) for index in indices]
            pictures.show(
                figures.digit_grid,
                dataset.train_images[indices],
                captions,
                columns=4,
                alt=f"{name} training images of the digit {digit}, by index: {', '.join(captions)}",
            )
    st.caption(
        "Typical images are close to the mean image of their class, strange ones far from it (Euclidean "
        "distance of the pixel values). The number above an image is its index."
    )


@st.cache_data(show_spinner=False)
def _use() -> npt.NDArray[np.float64]:
    return exploration.use_of_pixels(resources.mnist().train_images)


def _unused() -> None:
    use = _use()
    unused = use == 0
    picture = np.repeat((use * 255).round().astype(np.uint8)[..., np.newaxis], 3, axis=2)
    picture[unused] = _ORANGE
    image, words = st.columns([1, 2])
    with image, st.container(key="explore_unused"):
        st.image(
            pictures.enlarged(picture, _SCALE),
            alt=f"The 784 pixels: {unused.sum()} at the edges, in orange, are never used",
        )
    with words:
        st.metric(
            "Pixels never used",
            f"{unused.sum()} of {unused.size}",
            help="They are 0 in all 60,000 training images.",
        )
        st.markdown(
            f"The orange pixels are 0 in every training image; {int((use < 0.01).sum())} have ink in fewer "
            "than 1% of them. The brighter a pixel, the more images use it. A weight from an unused "
            "pixel never learns: its input is always 0, so its gradient is 0, too, and it stays what chance "
            "made it at first."
        )


def _augmentation(dataset: Dataset) -> None:
    st.markdown(
        "With data augmentation (*Data* on Train), an image looks a little different each time the network "
        "sees it, and keeps its label. Would you still give it that label?"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control(
            "Augmentation",
            ("Shift, rotate, zoom", "Handwriting"),
            default="Shift, rotate, zoom",
            required=True,
            key="explore_augmentation",
            persist_state="session",
        )
        index = st.number_input(
            "Training image",
            0,
            len(dataset.train_images) - 1,
            key="explore_augmented",
            persist_state="session",
            width=160,
        )
    image, label = dataset.train_images[index], int(dataset.train_labels[index])
    if kind == "Handwriting":
        try:
            drawn = _handwriting(index, st.session_state.get("explore_draw", 0))
        except DataError as error:
            st.info(str(error), icon=":material/database_off:")
            return
    else:
        _sliders(image, label)
        rng = np.random.default_rng([index, st.session_state.get("explore_draw", 0)])
        drawn = np.stack([transform(image, random_affine(rng)) for _ in range(_DRAWN)])
    instead = ", or what takes its place" if kind == "Handwriting" else ""
    st.markdown(f"The same {label}, as the network might see it in {_DRAWN} epochs{instead}:")
    pictures.halves(drawn, [label] * _DRAWN, columns=6, alt=f"Training image {index}, augmented")
    st.button(
        "Another draw",
        icon=":material/casino:",
        key="explore_draw_again",
        on_click=lambda: st.session_state.update(explore_draw=st.session_state.get("explore_draw", 0) + 1),
    )


def _sliders(image: Images, label: int) -> None:
    st.markdown("The sliders go as far as training does.")
    controls, before, after = st.columns([2, 1, 1])
    with controls:
        affine = Affine(
            right=_slider("Shift right", "right", SHIFT, _FULL, "%d%%"),
            down=_slider("Shift down", "down", SHIFT, _FULL, "%d%%"),
            rotation=_slider("Rotate clockwise", "rotation", ROTATION, _TURN, "%d°"),
            width=_slider("Zoom width", "width", ZOOM, _FULL, "%d%%"),
            height=_slider("Zoom height", "height", ZOOM, _FULL, "%d%%"),
        )
    for column, name, shown in ((before, "Original", image), (after, "Augmented", transform(image, affine))):
        with column:
            st.markdown(f"**{name}**")
            st.image(pictures.framed(shown, _SCALE), alt=f"{name}: the digit {label}")


def _slider(label: str, name: str, most: float, unit: int, format: str) -> float:
    """Show a slider as far as training goes, and return a share."""
    end = round(most * unit)
    value: int = st.slider(
        label, -end, end, 0, format=format, key=f"explore_affine_{name}", persist_state="session"
    )
    return value / unit


@st.cache_data(max_entries=100, show_spinner=False)
def _redrawn(index: int, draw: int) -> Images:
    # Imported here because it brings TensorFlow, which nobody needs to look at digits.
    from core.augmentation.distance_fields import signed_distance_fields
    from core.augmentation.handwriting import augment

    dataset = resources.mnist()
    fields = signed_distance_fields(dataset.train_images[index : index + 1])
    labels = dataset.train_labels[index : index + 1]
    redrawn = augment(fields.repeat(_DRAWN, axis=0), labels.repeat(_DRAWN), (index, draw))
    return np.asarray(redrawn)


def _handwriting(index: int, draw: int) -> Images:
    st.markdown(
        "Each image is bent, slanted and drawn with a different pen. Some 0s get a slash, some 1s a serif, "
        "some 7s a crossbar. One image in seven is replaced by the same digit in a form that is rare in "
        "MNIST."
    )
    resources.wait_for_tensorflow()
    return _redrawn(index, draw)
