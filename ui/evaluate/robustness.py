"""The question "where does it break?"."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis import robustness
from core.analysis.robustness import DISTORTIONS, PUSHES, Point
from core.data import CLASS_NAMES
from core.evaluation import predict
from core.plots import evaluation_charts, figures
from core.store.run import Run
from ui import chrome, pictures, resources
from ui.evaluate import cached, widgets

_GRADIENT = "gradient"
KINDS = {name: distortion.title for name, distortion in DISTORTIONS.items()} | {
    _GRADIENT: "Aimed at the network"
}
_PUSH_AXIS = "Change of every pixel (pixel values)"
_AIMED, _BLIND = "Aimed", "By chance"
_SAMPLE = "evaluate_stress_sample"


def show(run: Run) -> None:
    """Accuracy against the strength of a disturbance, and what it looks like."""
    st.subheader("Where does it break?", anchor=False)
    other = widgets.other_model(run)
    kind = st.pills(
        "Disturb the images",
        KINDS,
        default="rotation",
        required=True,
        format_func=KINDS.__getitem__,
        key="evaluate_stress",
        persist_state="session",
    )
    models = [run] if other is None else [run, other]
    names = [run.name] if other is None else (run.label, other.label)
    axis = _PUSH_AXIS if kind == _GRADIENT else DISTORTIONS[kind].axis
    series: dict[tuple[str, str], Sequence[Point]] = {}
    for model, name in zip(models, names, strict=True):
        if kind == _GRADIENT:
            pushes = cached.pushes(model.id)
            series |= {(name, _AIMED): pushes.aimed, (name, _BLIND): pushes.blind}
        else:
            series[name, KINDS[kind]] = cached.curve(model.id, kind)
    curves, samples = st.columns([3, 2])
    with curves:
        chart = evaluation_charts.curves(series, axis)
        widgets.chart(
            chart,
            key="evaluate_stress_curves",
            alt=f"Share read right against: {axis}",
        )
        st.caption(f"{cached.SAMPLE_SIZE:,} test images, chosen at random once; the bands are 95% intervals.")
        widgets.save(f"stress_{kind}", run, _table(series), widgets.of_chart(chart))
    with samples:
        _samples(run, kind)
    widgets.explain(_GRADIENT if kind == _GRADIENT else "distortion")


def _samples(run: Run, kind: str) -> None:
    images, labels = cached.sample()
    place = st.session_state.get(_SAMPLE, 0) % len(images)
    image, label = images[place : place + 1], labels[place : place + 1]
    model = resources.model(run.id)
    if kind == _GRADIENT:
        # Imported here because it brings TensorFlow, as the network has done.
        from core.analysis.interpretability import gradient_signs

        signs = gradient_signs(model, image, label)
        disturbed = np.concatenate([robustness.push(image, signs, size) for size in PUSHES])
        levels = [f"± {size}" for size in PUSHES]
    else:
        distortion = DISTORTIONS[kind]
        disturbed = np.concatenate([distortion.apply(image, level) for level in distortion.levels])
        levels = [distortion.caption(level) for level in distortion.levels]
    answers = predict(model, disturbed).argmax(axis=1)
    captions = [f"{level}\nreads {answer}" for level, answer in zip(levels, answers, strict=True)]
    st.markdown(
        f"The same **{CLASS_NAMES[label[0]]}** at every strength, and what {chrome.plain(run.name)} reads"
    )
    alt = f"A {CLASS_NAMES[label[0]]}, disturbed more and more, with the network's answers"
    pictures.show(figures.digit_grid, disturbed, captions, columns=3, alt=alt, width=360)
    with st.container(horizontal=True):
        st.button("Another digit", icon=":material/casino:", key="evaluate_stress_another", on_click=_another)
        picture = widgets.of_figure(figures.digit_grid, disturbed, captions, columns=3)
        widgets.save(f"samples_{kind}", run, picture=picture)


def _another() -> None:
    st.session_state[_SAMPLE] = st.session_state.get(_SAMPLE, 0) + 1


def _table(series: dict[tuple[str, str], Sequence[Point]]) -> pd.DataFrame:
    return pd.concat(
        pd.DataFrame(list(points)).assign(model=model, kind=kind) for (model, kind), points in series.items()
    )
