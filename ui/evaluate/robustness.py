"""The robustness of a network: its accuracy on corrupted and on adversarial images."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis import robustness
from core.analysis.robustness import CORRUPTIONS, EPSILONS, Point
from core.evaluation import predict
from core.plots import accuracy_charts, figures
from core.store.run import Run
from core.test_sets.evaluation_sets import EvaluationSet
from ui import chrome, pictures, resources
from ui.evaluate import cached, widgets

_GRADIENT = "gradient"
KINDS = {name: corruption.title for name, corruption in CORRUPTIONS.items()} | {
    _GRADIENT: "Adversarial (FGSM)"
}
_EPSILON_AXIS = "Perturbation size ε (pixel values)"
_ADVERSARIAL, _RANDOM = "Adversarial", "Random noise"
_SAMPLE = "evaluate_stress_sample"


def show(run: Run, test_set: EvaluationSet) -> None:
    """Show the accuracy against the level of a corruption, and what the images look like."""
    st.header("Robustness", anchor=False)
    other = widgets.other_model(run)
    kind = st.pills(
        "Distortion",
        KINDS,
        default="rotation",
        required=True,
        format_func=KINDS.__getitem__,
        key="evaluate_stress",
        persist_state="session",
        label_visibility="collapsed",
        wrap=False,
    )
    models = [run] if other is None else [run, other]
    names = [run.name] if other is None else widgets.names(run, other, test_set.is_mnist)
    axis = _EPSILON_AXIS if kind == _GRADIENT else CORRUPTIONS[kind].axis
    series: dict[tuple[str, str], Sequence[Point]] = {}
    for model, name in zip(models, names, strict=True):
        if kind == _GRADIENT:
            curves = cached.fgsm_curves(model.id, test_set)
            series |= {(name, _ADVERSARIAL): curves.adversarial, (name, _RANDOM): curves.random}
        else:
            series[name, KINDS[kind]] = cached.corruption_curve(model.id, test_set, kind)
    left, samples = st.columns([3, 2])
    with left:
        chart = accuracy_charts.robustness_curves(series, axis)
        widgets.chart(
            chart,
            key="evaluate_stress_curves",
            alt=f"Accuracy against: {axis}",
        )
        st.caption(f"{_sample_words(test_set)}; the bands are 95% confidence intervals.")
        widgets.save(f"stress_{kind}", run, _table(series), widgets.of_chart(chart))
    with samples:
        _samples(run, test_set, kind)
    widgets.explain(_GRADIENT if kind == _GRADIENT else "distortion")


def _sample_words(test_set: EvaluationSet) -> str:
    if len(test_set) > cached.SAMPLE_SIZE:
        return f"A random sample of {cached.SAMPLE_SIZE:,} test images"
    return f"All {widgets.images(len(test_set))} of this test set"


def _samples(run: Run, test_set: EvaluationSet, kind: str) -> None:
    images, labels = cached.sample(test_set)
    index = st.session_state.get(_SAMPLE, 0) % len(images)
    image, label = images[index : index + 1], labels[index : index + 1]
    model = resources.model(run.id)
    if kind == _GRADIENT:
        # Imported here because it brings TensorFlow, as the network has done.
        from core.analysis.interpretability import gradient_signs

        signs = gradient_signs(model, image, label)
        changed = np.concatenate([robustness.perturb(image, signs, epsilon) for epsilon in EPSILONS])
        levels = [f"± {epsilon}" for epsilon in EPSILONS]
    else:
        corruption = CORRUPTIONS[kind]
        changed = np.concatenate([corruption.apply(image, level) for level in corruption.levels])
        levels = [corruption.caption(level) for level in corruption.levels]
    predictions = predict(model, changed).argmax(axis=1)
    captions = [f"{level}\n→ {digit}" for level, digit in zip(levels, predictions, strict=True)]
    st.markdown(f"The same **{label[0]}** at every strength, with the prediction of {chrome.plain(run.name)}")
    alt = f"The same {label[0]} at every strength, with the predicted labels"
    pictures.show(figures.digit_grid, changed, captions, columns=3, alt=alt, width=360)
    with st.container(horizontal=True):
        st.button("Another digit", icon=":material/casino:", key="evaluate_stress_another", on_click=_another)
        picture = widgets.of_figure(figures.digit_grid, changed, captions, columns=3)
        widgets.save(f"samples_{kind}", run, picture=picture)


def _another() -> None:
    st.session_state[_SAMPLE] = st.session_state.get(_SAMPLE, 0) + 1


def _table(series: dict[tuple[str, str], Sequence[Point]]) -> pd.DataFrame:
    return pd.concat(
        pd.DataFrame(list(points)).assign(model=model, kind=kind) for (model, kind), points in series.items()
    )
