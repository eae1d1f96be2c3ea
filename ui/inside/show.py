"""The Inside page below its head: it runs by itself when one of its widgets is used."""

import streamlit as st

from core.inspection.forward import ForwardPass, forward
from core.inspection.network import Network, read_network
from core.store.run import Run
from ui import resources
from ui.announcement import announce
from ui.inside import learning, live, overview, time_machine, unit, wall
from ui.inside.subject import Subject, choose
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
        time_machine.show_film(run, moment, values, subject)
    wall.show(moment.network_id, values)
    unit.show(values)
    wall.show_exciting(moment.network_id, values)
    learning.show_softmax(values)
    learning.show_step(values, subject)


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
