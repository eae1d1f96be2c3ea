"""A network that is in training now: its weights, and what it makes of the chosen image, epoch by epoch."""

import numpy as np
import streamlit as st

from core.data import Images
from core.inspection.forward import forward
from core.inspection.network import Array, InspectionError, Network
from core.inspection.training_history import network_of
from core.plots import figures
from core.plots.epoch_curves import epoch_curves
from core.plots.pixels import Picture
from core.plots.wall_chart import small_wall
from core.snapshot import MAX_SNAPSHOTS, most_snapshots
from core.store.database import StoreError
from core.store.run import Run, RunError, RunState
from core.store.snapshots import read_snapshot, snapshot_epochs
from ui import chrome, pictures, projector, resources, session
from ui.inside.subject import Subject
from ui.inside.wall import first_weights, title_of

# Seconds between two looks, as for the curve on Train.
_POLL = 1.0


def show(subject: Subject) -> None:
    """Offer to watch a network that is in training: the visitor's own, or else the first one."""
    run = _training()
    if run is None:
        return
    if st.toggle(
        f"{chrome.plain(run.label)} is in training: watch its weights live",
        key="inside_live",
        persist_state="session",
    ):
        st.fragment(_follow, run_every=_POLL)(run.id, subject)


def _training() -> Run | None:
    try:
        running = [run for run in resources.store().active() if run.state is RunState.RUNNING]
    except StoreError:
        return None
    own = [run for run in running if run.owner == session.owner()]
    return next(iter(own or running), None)


def _follow(run_id: str, subject: Subject) -> None:
    """Show what there is by now; when the training ends, let the page show its model."""
    try:
        run = resources.store().get(run_id)
    except RunError as error:
        st.toast(str(error), icon=":material/search_off:")
        st.rerun()
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
        return
    if run.state is RunState.QUEUED:
        st.caption("It is waiting in the queue again.")
        return
    if run.state is not RunState.RUNNING:
        st.toast(f"{chrome.plain(run.label)} has ended. If it has a model, choose it at the top.")
        st.rerun()
    try:
        try:
            _show(run, subject)
        except RunError:
            # An epoch that has ended meanwhile took the place of the newest one before.
            _show(run, subject)
    except (RunError, StoreError, InspectionError) as error:
        st.warning(str(error), icon=":material/history_toggle_off:")


def _show(run: Run, subject: Subject) -> None:
    epochs = snapshot_epochs(resources.store(), run)
    if not epochs:
        large = not most_snapshots(run.recipe.parameters)
        st.caption(
            "This network is too large to be watched live: its snapshots would take too much room."
            if large
            else "The first epoch is still in training. Its weights appear here as soon as it ends."
        )
        return
    style, last = pictures.style(), epochs[-1]
    # The newest first: the next epoch may take its place at any moment.
    newest = _network(run.id, last, run)
    probabilities = np.stack([_probabilities(run.id, epoch, subject.image, run) for epoch in epochs])
    digit = int(probabilities[-1].argmax()) if subject.label is None else subject.label
    weights, curves = st.columns([2, 3])
    with weights:
        st.markdown(f"**{title_of(newest)}** · after epoch {last} of {run.recipe.epochs}")
        picture = _wall(run.id, last, style, newest)
        st.image(picture, alt=f"All first-layer weights after epoch {last}", width="stretch")
    with curves, st.container(key="inside_live_curves"):
        st.markdown(f"**Probability of each digit** · {subject.name.lower()}")
        st.vega_lite_chart(
            projector.sized(epoch_curves(epochs, probabilities, digit, run.recipe.epochs, style)),
            key="inside_live_chart",
            alt=f"Probability of {digit} after epoch {last}: {probabilities[-1, digit]:.1%}",
        )


# All epochs of a run that a class watches, each with an image of their own: nothing is read twice.
@st.cache_resource(max_entries=MAX_SNAPSHOTS + 4, show_spinner=False)
def _network(
    run_id: str,  # noqa: ARG001, the run is known by it
    epoch: int,
    _run: Run,
) -> Network:
    """Return the network after an epoch; all who watch share it."""
    return network_of(_run.recipe, read_snapshot(resources.store(), _run, epoch))


@st.cache_data(max_entries=5000, show_spinner=False)
def _probabilities(
    run_id: str,  # noqa: ARG001, the network is known by it
    epoch: int,
    image: Images,
    _run: Run,
) -> Array:
    """Return what the network made of an image after an epoch."""
    found: Array = forward(
        _network(_run.id, epoch, _run), image[np.newaxis].astype(np.float32)
    ).probabilities[0]
    return found


@st.cache_data(max_entries=8, show_spinner=False)
def _wall(
    run_id: str,  # noqa: ARG001, the network is known by it
    epoch: int,  # noqa: ARG001
    style: figures.Style,
    _network: Network,
) -> Picture:
    """Return the wall after an epoch; all who watch share it."""
    return small_wall(first_weights(_network.weighted[0]), style)
