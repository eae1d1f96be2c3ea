"""Operate on the network: what it still reads without some of its units, weights or bits."""

import numpy as np
import streamlit as st

from core.data import load_mnist, sample_indices
from core.inspection.forward import ForwardPass, forward
from core.inspection.network import Conv2D, Dense, Network
from core.inspection.operate import Reading, operate, read, sample_size, weights_left, write_weights
from core.inspection.operation import FULL_BITS, Operation
from core.plots import operate_chart
from core.store.database import StoreError
from core.store.networks import open_network
from core.store.operated import keep_operated
from core.store.run import Run, RunError
from core.test_sets.halves import Part, TestAnswers, part_of
from ui import chrome, pictures, projector, resources, session, test_part
from ui.inside import overview
from ui.inside.subject import Subject
from ui.inside.time_machine import Moment
from ui.words import percent

_SEED = 0
_BITS = (2, 3, 4, 5, 6, 7, 8, 16, FULL_BITS)
_PRUNE, _ROUND, _NOISE, _DROP = "inside_prune", "inside_bits", "inside_noise", "inside_drop"
_DRAW, _OFF, _KEPT = "inside_draw", "inside_off", "inside_kept"
# A digit suffers when it loses more than chance does: one percentage point of a thousand images.
_SUFFERS = 0.01


@st.cache_resource(max_entries=4, show_spinner=False)
def _operated(network_id: str, operation: Operation, _network: Network) -> Network:  # noqa: ARG001
    return operate(_network, operation)


@st.cache_resource(max_entries=64, show_spinner=False)
def _reading(network_id: str, operation: Operation, part: Part, _network: Network) -> Reading:  # noqa: ARG001
    """Return what a network predicts after an operation, on as many test images as time allows."""
    dataset = part_of(load_mnist(), part)
    count = sample_size(_network, len(dataset.test_labels))
    chosen: slice | np.ndarray = slice(None)
    if count < len(dataset.test_labels):
        chosen = sample_indices(dataset.test_labels, count, _SEED)
    return read(_network, dataset.test_images[chosen], dataset.test_labels[chosen])


def show(moment: Moment, values: ForwardPass, subject: Subject) -> None:
    """Let the visitor operate on the network, and show which digits suffer."""
    st.header("Operate on the network", anchor=False)
    st.markdown("The network as it is stays untouched. How much can be taken away until it no longer reads?")
    controls, result = st.columns([2, 3], gap="medium")
    with controls:
        operation = _choose(moment.run, values)
    network = _operated(moment.network_id, operation, values.network)
    part = test_part.test_part()
    before = _reading(moment.network_id, Operation(), part, values.network)
    after = _reading(moment.network_id, operation, part, network)
    with result:
        _numbers(network, operation, before, after)
        st.vega_lite_chart(
            projector.sized(
                operate_chart.recall_before_and_after(before.of_digits, after.of_digits, pictures.style())
            ),
            key="inside_suffering",
            alt=_suffering(before, after),
        )
        st.markdown(_suffering(before, after))
        st.caption(
            f"The orange line is the recall before. {_measured_on(after)} {_of_subject(network, subject)}"
        )
    _keep(moment, operation, network)


def _choose(run: Run, values: ForwardPass) -> Operation:
    """Show the sliders, and return what they say."""
    for key in (_PRUNE, _NOISE, _DROP):
        st.session_state.setdefault(key, 0.0)
    st.session_state.setdefault(_ROUND, FULL_BITS)
    prune = st.slider(
        "Prune the smallest weights",
        0.0,
        1.0,
        step=0.01,
        format="percent",
        key=_PRUNE,
        persist_state="session",
        help="This share of each layer's weights becomes zero, those closest to it.",
    )
    bits = st.select_slider(
        "Bits of a weight",
        _BITS,
        key=_ROUND,
        persist_state="session",
        help="With n bits, a layer's weights have 2ⁿ − 1 different values (quantization). 32 is float32, "
        "as it was trained.",
    )
    noise = st.slider(
        "Noise on the weights",
        0.0,
        2.0,
        step=0.05,
        format="percent",
        key=_NOISE,
        persist_state="session",
        help="Standard deviation of Gaussian noise, in standard deviations of the layer's weights.",
    )
    hidden = values.network.weighted[:-1]
    drop = 0.0
    if hidden:
        drop = st.slider(
            "Switch off random units",
            0.0,
            1.0,
            step=0.05,
            format="percent",
            key=_DROP,
            persist_state="session",
            help="Of each hidden layer, this share of units or filters gives zero to the next layer.",
        )
    off = _single_units(run, hidden)
    with st.container(horizontal=True):
        st.button("Reset", icon=":material/undo:", key="inside_reset", on_click=_reset)
        if noise or drop:
            st.button(
                "Another draw",
                icon=":material/casino:",
                key="inside_another",
                on_click=_another,
                help="Other random noise, other random units.",
            )
    return Operation(off, drop, prune, int(bits), noise, int(st.session_state.get(_DRAW, 0)))


def _single_units(run: Run, hidden: tuple[Dense | Conv2D, ...]) -> tuple[tuple[str, int], ...]:
    """Let the visitor switch off the unit that is chosen above; return all that are off."""
    layer, unit = str(st.session_state[overview.LAYER]), int(st.session_state[overview.UNIT])
    off = _off(run.id)
    words = {one.name: overview.unit_word(one) for one in hidden}
    if layer in words:
        one = f"{words[layer]} {unit} of {layer}"
        st.button(
            f"Switch {one} {'on again' if (layer, unit) in off else 'off'}",
            icon=":material/power_settings_new:",
            key="inside_switch",
            on_click=_switch,
            args=(run.id, (layer, unit)),
            help="The one that is chosen: click another one above.",
        )
    if off:
        st.caption(f"Switched off: {', '.join(f'{name} {number}' for name, number in off)}.")
    return off


def _off(run_id: str) -> tuple[tuple[str, int], ...]:
    """Return the units that are switched off one by one: those of another network count no more."""
    of_run, off = st.session_state.get(_OFF, (run_id, ()))
    return tuple(off) if of_run == run_id else ()


def _switch(run_id: str, unit: tuple[str, int]) -> None:
    off = _off(run_id)
    switched = tuple(one for one in off if one != unit) if unit in off else (*off, unit)
    st.session_state[_OFF] = (run_id, switched)


def _another() -> None:
    st.session_state[_DRAW] = int(st.session_state.get(_DRAW, 0)) + 1


def _reset() -> None:
    st.session_state.update({_PRUNE: 0.0, _ROUND: FULL_BITS, _NOISE: 0.0, _DROP: 0.0, _DRAW: 0})
    st.session_state.pop(_OFF, None)


def _numbers(network: Network, operation: Operation, before: Reading, after: Reading) -> None:
    change = 100 * (after.accuracy - before.accuracy)
    left, weights = weights_left(network)
    with st.container(horizontal=True):
        st.metric(
            "Test accuracy",
            percent(after.accuracy, 2),
            f"{change:+.2f} points" if change else "Unchanged",
            delta_color="normal" if change else "off",
            delta_arrow="auto" if change else "off",
            border=True,
            width="content",
            help="Share of the test images that it gets right now, and how it has changed.",
        )
        st.metric(
            "Weights left",
            f"{left:,}",
            f"of {weights:,} · {_size(left * operation.bits)}",
            delta_color="off",
            delta_arrow="off",
            border=True,
            width="content",
            help="Weights that are not zero, and what they take if each is saved with this many bits.",
        )


def _size(bits: int) -> str:
    """Return a number of bits in bytes, or kilobytes."""
    size = -(-bits // 8)
    return f"{size:,} bytes" if size < 1024 else f"{size / 1024:,.0f} KB"


def _suffering(before: Reading, after: Reading) -> str:
    """Return which digits suffer most, and what they are taken for."""
    change = after.of_digits - before.of_digits
    worst = [int(digit) for digit in np.argsort(change)[:3] if change[digit] < -_SUFFERS]
    if not worst:
        return "**No digit suffers** by more than one percentage point."
    said = []
    for digit in worst:
        other = after.mostly_taken_for(digit)
        taken = "" if other is None else f", most often taken for {other}"
        said.append(f"**{digit}** ({100 * change[digit]:+.1f} points{taken})".replace("-", "−"))
    return f"Digits that suffer most: {'; '.join(said)}."


def _measured_on(reading: Reading) -> str:
    count = len(reading.labels)
    if count == len(test_part.dataset().test_labels):
        return f"Measured on all {test_part.test_words()}."
    return f"Measured on a random sample of {count:,} test images, so that the answer comes at once."


def _of_subject(network: Network, subject: Subject) -> str:
    probabilities = forward(network, subject.image[np.newaxis]).probabilities[0]
    digit = int(probabilities.argmax())
    confidence = percent(float(probabilities[digit]))
    return f"The prediction for {subject.name.lower()} is now **{digit}**, confidence {confidence}."


def _keep(moment: Moment, operation: Operation, network: Network) -> None:
    """Offer to keep the network as a run of its own."""
    run = moment.run
    if not moment.is_last:
        st.caption("To keep it as a new model, go to the last epoch of the time machine.")
        return
    parent, kept = st.session_state.get(_KEPT, (None, None))
    # A second press, or click of a double click, must not keep the same once more.
    is_kept = isinstance(kept, Run) and parent == run.id and kept.operation == operation
    pressed = st.button(
        "Keep as a new model",
        icon=":material/save:",
        key="inside_keep",
        disabled=is_kept or not str(operation),
        help="In the list of models and on *Runs*, where you can see how it was made. It uses your storage.",
    )
    if pressed and not is_kept:
        with st.spinner("Testing it on the test images…"):
            st.session_state[_KEPT] = run.id, _keep_now(run, operation, network)
    parent, kept = st.session_state.get(_KEPT, (None, None))
    if isinstance(kept, str) and parent == run.id:
        st.error(kept, icon=":material/error:")
        del st.session_state[_KEPT]
    elif isinstance(kept, Run) and parent == run.id:
        st.success(f"Kept as “{chrome.plain(kept.label)}”: {kept.operation}.", icon=":material/check:")
        chrome.page_link("8_inside.py", "Look inside it", model=kept.id)
        chrome.page_link("3_evaluate.py", "Evaluate it", model=kept.id)


def _keep_now(run: Run, operation: Operation, network: Network) -> Run | str:
    """Return the new run, or why there is none."""
    # Imported here because they bring TensorFlow and scikit-learn, as the network has done.
    from core.evaluation import evaluate
    from core.model import to_bytes

    store, dataset = resources.store(), load_mnist()
    try:
        model = open_network(store.model_file(run.id))
        write_weights(network, model)
        test = evaluate(model, dataset.test_images, dataset.test_labels)
        return keep_operated(
            store,
            run.id,
            operation,
            to_bytes(model),
            session.owner(),
            session.nickname(),
            test_accuracy=test.accuracy,
            answers=TestAnswers.of(test.predictions, dataset),
        )
    except (RunError, StoreError) as error:
        return str(error)
