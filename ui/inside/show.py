"""The Inside page below its head: it runs by itself when one of its widgets is used."""

import streamlit as st

from core.inspection.forward import ForwardPass, forward
from core.inspection.network import Network, read_network
from core.store.run import Run
from ui import resources
from ui.announcement import announce
from ui.inside import learning, live, operate, overview, time_machine, unit, wall, why
from ui.inside import map as digit_map
from ui.inside.subject import INDEX, Subject, choose
from ui.inside.time_machine import Moment
from ui.links import Setting
from ui.words import percent


@st.cache_resource(max_entries=8, show_spinner=False)
def network(run_id: str) -> Network:
    """Return the weights of a run's network. Raises `RunError` or `InspectionError`."""
    return read_network(resources.model(run_id))


@st.fragment
def show(run: Run, weights: Network) -> None:
    """Let the visitor choose an image, and show every number between its pixels and the prediction."""
    subject = choose(run)
    live.show(subject)
    top, below = st.container(), st.container()
    with below:
        moment = time_machine.choose(run, weights)
    values = forward(moment.network, subject.image[None])
    overview.choose_first(values)
    with top:
        overview.show(values, subject)
        _say(values, subject)
    with below:
        _VIEWS[_view()](moment, values, subject)


def _show_unit(moment: Moment, values: ForwardPass, subject: Subject) -> None:
    """Show the chosen unit among all others, how it has come about, and what one step of learning does."""
    time_machine.show_film(moment, values, subject)
    wall.show(moment.network_id, values)
    unit.show(values)
    wall.show_exciting(moment.network_id, values)
    learning.show_softmax(values)
    learning.show_step(values, subject)


# One at a time: each of them calculates for a while.
_VIEWS = {
    "Unit by unit": _show_unit,
    "Why": why.show,
    "Operate": operate.show,
    "Map": digit_map.show,
}


VIEW = Setting("inside_view", {name: name for name in _VIEWS}, next(iter(_VIEWS)))


def image_address() -> str:
    """Return the number of the test image in the address."""
    return str(st.session_state.get(INDEX, 0))


def _view() -> str:
    """Let the visitor choose what is shown below the overview."""
    return st.pills(
        "Look at",
        _VIEWS,
        default=next(iter(_VIEWS)),
        required=True,
        key="inside_view",
        bind="query-params",
        label_visibility="collapsed",
        wrap=False,
    )


def _say(values: ForwardPass, subject: Subject) -> None:
    """Say what the network makes of the image, and what can be clicked."""
    probabilities = values.probabilities[0]
    digit = int(probabilities.argmax())
    label = "" if subject.label is None else f" · true label **{subject.label}**"
    st.markdown(
        f"{subject.name}{label} · predicted **{digit}**, confidence {percent(float(probabilities[digit]))}. "
        "**Click a unit**, a feature map, or a digit: everything below is about it."
    )
    announce(f"Prediction: {digit}.", key="inside_announcement")
