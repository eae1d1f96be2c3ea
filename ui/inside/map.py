"""Thousands of digits in two dimensions: as pixels, and as each layer sees them."""

from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.data import DataError, is_student, load_mnist, sample_indices
from core.inspection.forward import ForwardPass, logits
from core.inspection.layer_map import (
    PARTS,
    POINTS,
    SEED,
    Points,
    bundled_maps,
    layer_values,
    map_key,
    pca,
    same_label_share,
    stages,
)
from core.inspection.network import Network
from core.inspection.tsne_worker import MapRefused, TsneWorker
from core.plots import inside_charts, map_chart
from core.plots.map_chart import BY_ERROR, BY_GROUP, BY_LABEL, MappedDigits
from core.test_sets.halves import places
from ui import pictures, projector
from ui.inside import overview
from ui.inside.subject import INDEX, Subject, choose_test_image
from ui.inside.time_machine import Moment
from ui.test_part import test_part
from ui.words import percent

_STAGE, _METHOD, _COLOR = "inside_stage", "inside_method", "inside_color"
_PCA, _TSNE = "PCA", "t-SNE"
_PANEL = "map"
_POLL_SECONDS = 1.0


@st.cache_resource(show_spinner=False)
def _worker() -> TsneWorker:
    return TsneWorker()


@st.cache_resource(show_spinner=False)
def _sample() -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return the test images that are on the map, and their pictures."""
    dataset = load_mnist()
    chosen = sample_indices(dataset.test_labels, POINTS, SEED)
    return chosen, map_chart.thumbnails(dataset.test_images[chosen])


@st.cache_resource(max_entries=8, show_spinner="Reading the digits of the map…")
def _predictions(network_id: str, _network: Network) -> npt.NDArray[np.int64]:  # noqa: ARG001
    chosen, _ = _sample()
    predictions: npt.NDArray[np.int64] = logits(_network, load_mnist().test_images[chosen]).argmax(axis=1)
    return predictions


@st.cache_resource(max_entries=40, show_spinner="Finding the principal components…")
def _pca(key: str, _network: Network, stage: str) -> Points:  # noqa: ARG001, the map is known by its key
    return pca(_values(_network, stage))


def _values(network: Network, stage: str) -> npt.NDArray[np.floating]:
    chosen, _ = _sample()
    return layer_values(network, stage, load_mnist().test_images[chosen])


def show(moment: Moment, values: ForwardPass, subject: Subject) -> None:  # noqa: ARG001
    """Show the map of the digits after the layer that the visitor chooses."""
    st.header("Map of the digits", anchor=False)
    network = values.network
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stage = _choice("Seen as", stages(network), _STAGE, help="Pixels, or what a layer hands on.")
        method = _choice(
            "Method",
            (_PCA, _TSNE),
            _METHOD,
            help="PCA: the two directions in which the digits differ most. t-SNE: digits that are alike lie "
            "side by side; distances between groups mean little.",
        )
        color = _choice("Color", _colors(), _COLOR)
    key = map_key(network, stage)
    if method == _PCA:
        _draw(moment, network, _pca(key, network, stage), color, stage)
        return
    try:
        ready = bundled_maps()
    except DataError as error:
        st.warning(str(error), icon=":material/broken_image:")
        ready = {}
    if key in ready:
        _draw(moment, network, ready[key], color, stage)
        return
    _in_background(moment, network, stage, color)


def _colors() -> tuple[str, ...]:
    known = load_mnist().test_writers is not None
    return (BY_LABEL, BY_ERROR, BY_GROUP) if known else (BY_LABEL, BY_ERROR)


def _choice(label: str, options: tuple[str, ...], key: str, help: str | None = None) -> str:
    """Return what is chosen; the first option, if the chosen one is not in this network."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    return str(
        st.segmented_control(
            label, options, required=True, key=key, persist_state="session", help=help, wrap=True
        )
    )


def _in_background(moment: Moment, network: Network, stage: str, color: str) -> None:
    """Show a map that is being made, until it is finished."""
    key = map_key(network, stage)
    images = load_mnist().test_images[_sample()[0]]

    def look(polled: bool = False) -> bool:
        try:
            state = _worker().ask(key, partial(layer_values, network, stage, images))
        except MapRefused as error:
            if polled and _worker().is_finished(key):
                st.rerun()
            st.warning(str(error), icon=":material/hourglass_disabled:")
            st.button("Try again", key="inside_map_again", on_click=_worker().forget_failure, args=(key,))
            return True
        if state.finished and polled:
            st.rerun()
        if not state.finished:
            waits = (
                f" {state.ahead} {'map is' if state.ahead == 1 else 'maps are'} ahead of it."
                if state.ahead
                else ""
            )
            st.progress(
                state.parts / PARTS, f"Arranging the digits by t-SNE.{waits} PCA is ready immediately."
            )
        if state.points is not None:
            _draw(moment, network, state.points, color, stage)
        return state.finished

    if not _worker().is_finished(key):
        st.fragment(partial(look, polled=True), run_every=_POLL_SECONDS)()
    else:
        look()


def _draw(moment: Moment, network: Network, points: Points, color: str, stage: str) -> None:
    """Show the map, and how far the digits have come apart."""
    dataset, predictions = load_mnist(), _predictions(moment.network_id, network)
    chosen, images = _sample()
    count = len(points)
    seen = np.flatnonzero(np.isin(chosen[:count], places(dataset, test_part())))
    points, chosen, predictions = points[seen], chosen[seen], predictions[seen]
    count, labels = len(seen), dataset.test_labels[chosen]
    students = None if dataset.test_writers is None else is_student(dataset.test_writers[chosen])
    digits = MappedDigits(points, chosen, labels, predictions, [images[index] for index in seen], students)
    errors = int((predictions != labels).sum())
    share = percent(same_label_share(points, labels), 0)
    with st.container(key="inside_map"):
        key = overview.key_of_chart(_PANEL, st.session_state.get(INDEX))
        st.vega_lite_chart(
            projector.sized(map_chart.digit_map(digits, color, pictures.style())),
            key=key,
            on_select=partial(_open, key),
            selection_mode=inside_charts.UNIT,
            alt=f"Map of {count:,} test images as {stage}; {share} of the neighbors have the same label",
        )
    where = "as pixels" if stage == stages(network)[0] else f"after `{stage}`"
    st.markdown(
        f"**{count:,} test images, {where}.** Of the five nearest neighbors of a point, **{share}** have its "
        f"label: the higher, the farther the digits have come apart. The {errors:,} errors are the large "
        "points. **Point** at a digit to see it, **click** it to open it above."
    )


def _open(key: str) -> None:
    """Open the digit that was clicked, before the page runs again."""
    found = st.session_state[key].selection.get(inside_charts.UNIT)
    if found:
        overview.remember_click(_PANEL, int(found[0]["unit"]))
        choose_test_image(int(found[0]["unit"]))
