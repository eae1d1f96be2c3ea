"""The time machine: the network after each epoch of its training, and the whole training as a film."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.data import load_mnist
from core.inspection.forward import ForwardPass
from core.inspection.network import Array, Conv2D, Dense, InspectionError, Network
from core.inspection.training_history import (
    confusion_by_epoch,
    learned_at,
    network_of,
    probabilities_by_epoch,
)
from core.inspection.unit import input_shape
from core.plots import figures
from core.plots.film import film
from core.plots.pixels import data_url, diverging, mosaic
from core.plots.wall_chart import small_wall
from core.snapshot import most_snapshots
from core.store.database import StoreError
from core.store.run import Run, RunError
from core.store.snapshots import read_snapshot, snapshot_epochs
from core.test_sets.halves import Part, places
from ui import pictures, resources
from ui.inside import overview, wall
from ui.inside.subject import Subject
from ui.test_part import test_part

EPOCH, _OF_RUN = "inside_epoch", "inside_epoch_of"
_UNIT, _ALL = "chosen", "all"


@dataclass(frozen=True, eq=False)
class Moment:
    """A network as it is, or was after one of its epochs.

    Attributes
    ----------
    run : Run
    network : Network
    network_id : str
        Different for each run and epoch.
    epochs : tuple of int
        After which there are snapshots; empty if the run has none.
    networks : tuple of Network
        After each of these epochs.
    """

    run: Run
    network: Network
    network_id: str
    epochs: tuple[int, ...] = ()
    networks: tuple[Network, ...] = ()

    @property
    def is_last(self) -> bool:
        """Whether the network is as it was at the end of its training."""
        return self.network_id == self.run.id


def choose(run: Run, weights: Network) -> Moment:
    """Let the visitor go back to an earlier epoch, and return the network as it was then.

    Parameters
    ----------
    run : Run
    weights : Network
        As it is at the end of its training.
    """
    try:
        epochs = snapshot_epochs(resources.store(), run)
        networks = _networks(run.id, epochs, run) if len(epochs) > 1 else ()
    except (RunError, StoreError, InspectionError) as error:
        st.warning(str(error), icon=":material/history_toggle_off:")
        return Moment(run, weights, run.id)
    if not networks:
        st.caption(_why_not(run))
        return Moment(run, weights, run.id)
    state = st.session_state
    if state.get(_OF_RUN) != run.id or state.get(EPOCH) not in epochs:
        state[_OF_RUN], state[EPOCH] = run.id, epochs[-1]
    tuned = run.fine_tuning and not run.fine_tuning.from_scratch
    first = "0, before fine-tuning" if tuned else "0, untrained"
    epoch = st.select_slider(
        "Time machine: epoch",
        epochs,
        key=EPOCH,
        persist_state="session",
        format_func=lambda epoch: first if epoch == 0 else str(epoch),
        help="Everything on this page shows the network as it was after this epoch. Earlier weights are "
        "stored in float16, to about three significant digits.",
    )
    if epoch == epochs[-1]:
        return Moment(run, weights, run.id, epochs, networks)
    return Moment(run, networks[epochs.index(epoch)], f"{run.id}:{epoch}", epochs, networks)


def _why_not(run: Run) -> str:
    """Return why there is no way back to earlier epochs, as a sentence."""
    if run.operation:
        return (
            "This model was operated on, not trained, so it has no earlier epochs. Choose the model that it "
            "was made from."
        )
    if run.bundled:
        return (
            "This bundled model has no snapshots for the time machine. Choose the article network to use it."
        )
    if not most_snapshots(run.recipe.parameters):
        return "This network is too large for the time machine: its snapshots would take too much room."
    return (
        "This run has no snapshots for the time machine: it is from an older version, or they were deleted "
        "to make room. Train it again to look back."
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def _networks(
    run_id: str,  # noqa: ARG001, the run is known by it
    epochs: tuple[int, ...],
    _run: Run,
) -> tuple[Network, ...]:
    """Return the network after each epoch. Raises `RunError`, `StoreError` or `InspectionError`."""
    return tuple(network_of(_run.recipe, read_snapshot(resources.store(), _run, epoch)) for epoch in epochs)


def show_film(moment: Moment, values: ForwardPass, subject: Subject) -> None:
    """Show the whole training as a film that the browser plays, on demand."""
    if not moment.networks or not st.toggle(
        "Watch the training as a film", key="inside_film", persist_state="session"
    ):
        return
    titles = {_UNIT: "The chosen unit", _ALL: wall.title_of(moment.networks[-1])}
    what = st.segmented_control(
        "Weights of",
        titles,
        format_func=titles.__getitem__,
        default=_UNIT,
        required=True,
        key="inside_film_weights",
        persist_state="session",
    )
    style, epochs = pictures.style(), moment.epochs
    probabilities = probabilities_by_epoch(moment.networks, subject.image)
    digit = int(probabilities[-1].argmax()) if subject.label is None else subject.label
    if what == _ALL:
        frames, title = _walls(moment.run.id, epochs, style, moment.networks), titles[_ALL]
    else:
        frames, title = _units(moment, values, style)
    confusion, count = _confusion(moment.run.id, epochs, test_part(), moment.networks)
    with st.container(key="inside_film_chart"):
        st.vega_lite_chart(
            film(epochs, frames, title, probabilities, digit, confusion, style),
            key="inside_film_played",
            alt=f"{title}, class probabilities, and confusion matrix after each epoch. "
            f"{_learned(epochs, probabilities, digit, subject)}",
        )
    st.markdown(_learned(epochs, probabilities, digit, subject))
    st.caption(
        "Tick **Play**, or move the slider below the chart. Each picture of weights has its own scale. The "
        f"confusion matrix is of {count:,} test images: blue is correct, orange an error."
    )


def _learned(
    epochs: Sequence[int], probabilities: npt.NDArray[np.floating], digit: int, subject: Subject
) -> str:
    """Say when the network has learned the image."""
    place, name = learned_at(probabilities, digit), subject.name.lower()
    if place is None:
        return f"At the end of its training the network still gets {name} wrong: it is a **{digit}**."
    if place == 0:
        return f"The network predicts **{digit}** for {name} after every epoch shown."
    latest = "" if epochs[place] - epochs[place - 1] == 1 else " at the latest"
    return f"The network predicts **{digit}** for {name} from **epoch {epochs[place]}** on{latest}."


def _units(moment: Moment, values: ForwardPass, style: figures.Style) -> tuple[list[str], str]:
    """Return the weights of the chosen unit after each epoch as pictures, with a title."""
    name, unit = st.session_state[overview.LAYER], int(st.session_state[overview.UNIT])
    step = values.step(name)
    shape = input_shape(values, step) if isinstance(step.layer, Dense) else None
    frames = [_unit(network, name, unit, shape, style) for network in moment.networks]
    last = name == values.network.layers[-1].name
    assert isinstance(step.layer, Dense | Conv2D)
    return frames, f"Weights of {'digit' if last else overview.unit_word(step.layer)} {unit}"


def _unit(network: Network, name: str, unit: int, shape: tuple[int, ...] | None, style: figures.Style) -> str:
    layer = next(layer for layer in network.weighted if layer.name == name)
    of_unit: Array = layer.kernel[..., unit]
    return data_url(diverging(mosaic(of_unit if shape is None else of_unit.reshape(shape)), style))


@st.cache_data(max_entries=4, show_spinner="Drawing the film…")
def _walls(
    run_id: str,  # noqa: ARG001, the networks are known by it
    epochs: tuple[int, ...],  # noqa: ARG001
    style: figures.Style,
    _networks: tuple[Network, ...],
) -> list[str]:
    """Return the weights of all units of the first layer after each epoch as pictures."""
    walls = [small_wall(wall.first_weights(network.weighted[0]), style) for network in _networks]
    # Not exact, but a fifth as large.
    return [data_url(picture, "webp") for picture in walls]


@st.cache_data(max_entries=8, show_spinner="Reading the test images…")
def _confusion(
    run_id: str,  # noqa: ARG001, the networks are known by it
    epochs: tuple[int, ...],  # noqa: ARG001
    part: Part,
    _networks: tuple[Network, ...],
) -> tuple[npt.NDArray[np.int64], int]:
    """Return the confusion matrix after each epoch, and of how many test images it is."""
    dataset = load_mnist()
    chosen = np.intersect1d(wall.sample(_networks[0]), places(dataset, part))
    images, labels = dataset.test_images[chosen], dataset.test_labels[chosen]
    return confusion_by_epoch(_networks, images, labels), len(chosen)
