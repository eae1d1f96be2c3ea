"""The calibration of a network: confidence against accuracy, temperature, risk and coverage."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.calibration import confidence_histogram, reliability, risk_coverage, scale_temperature
from core.evaluation import Evaluation
from core.plots import calibration_charts
from core.store.run import Run
from core.test_sets.evaluation_sets import EvaluationSet
from ui import resources
from ui.evaluate import cached, widgets
from ui.evaluate.cached import Temperature
from ui.words import percent

_BEFORE, _AFTER = "As trained", "Temperature-scaled"


def show(run: Run, test_set: EvaluationSet) -> None:
    """Show confidence against accuracy, and what follows if the network may abstain."""
    evaluation = resources.evaluation(run.id, test_set)
    _reliability(run, evaluation, cached.temperature(run.id))
    _risk_coverage(run, evaluation)


def _reliability(run: Run, evaluation: Evaluation, temperature: Temperature | None) -> None:
    before = reliability(evaluation.confidences, evaluation.correct)
    series = {_BEFORE: before}
    if temperature:
        scaled = scale_temperature(evaluation.probabilities, temperature.value)
        series[_AFTER] = reliability(scaled.max(axis=1), evaluation.correct)
    st.header("Calibration", anchor=False)
    with st.container(horizontal=True, gap="medium"):
        st.metric("Mean confidence", percent(before.confidence), width="content")
        st.metric("Accuracy", percent(before.accuracy), width="content")
        st.metric(
            "ECE",
            f"{before.ece:.2%}",
            width="content",
            help="Expected calibration error: the gap between confidence and accuracy, averaged over all "
            "predictions. 0% is perfectly calibrated.",
        )
    curve, histogram = st.columns([3, 2])
    with curve:
        chart: Any = calibration_charts.reliability(series)
        widgets.chart(
            chart,
            key="evaluate_reliability",
            alt="Reliability diagram: accuracy against confidence, with an expected calibration error of "
            f"{before.ece:.2%}",
        )
        st.caption("The smaller a dot, the fewer images it stands for, and the less reliable it is.")
        table = pd.concat(pd.DataFrame(result.filled).assign(series=name) for name, result in series.items())
        widgets.save("reliability", run, table, widgets.of_chart(chart))
    with histogram:
        st.markdown("**Does a confidence of 90% mean that 90% are correct?**")
        st.markdown(_verdict(before.confidence - before.accuracy))
        with st.container(key="evaluate_temperature"):
            if temperature is None:
                st.info(
                    "It is not known which training images were held out, so a temperature cannot be fitted "
                    "honestly. Train with a validation split of 0.1 or more, and it appears here.",
                    icon=":material/thermostat:",
                )
            else:
                _after(temperature, before.ece, series[_AFTER].ece)
        counts = confidence_histogram(evaluation.confidences, evaluation.correct)
        chart = calibration_charts.confidence_histogram(counts)
        widgets.chart(
            chart,
            key="evaluate_confidence",
            alt="Share of the correct and of the wrong predictions at each confidence",
        )
        edges = {"low": counts.edges[:-1], "high": counts.edges[1:]}
        table = pd.DataFrame({**edges, "right": counts.correct, "wrong": counts.errors})
        widgets.save("confidences", run, table, widgets.of_chart(chart))
    widgets.explain("reliability")
    widgets.explain("temperature")


def _verdict(gap: float) -> str:
    if abs(gap) < 0.005:
        return (
            "On average **confidence equals accuracy**. On the dashed line the network would be perfectly "
            "calibrated."
        )
    if gap > 0:
        return (
            "It is **overconfident**: below the dashed line fewer predictions are correct than its "
            "confidence suggests."
        )
    return (
        "It is **underconfident**: above the dashed line more predictions are correct than its "
        "confidence suggests."
    )


def _after(temperature: Temperature, before: float, after: float) -> None:
    st.markdown(
        f"After temperature scaling (T = {temperature.value:.2f}): ECE **{before:.2%}** → **{after:.2%}**. "
        + (
            "It changes only the confidence, never the prediction."
            if after < before
            else "Here it does not help."
        )
    )
    if temperature.of_holdout:
        st.caption(
            "Its temperature was fitted with a second model, which was trained with the same settings on "
            "50,000 training images, on the 10,000 images held out."
        )
    else:
        st.caption("Fitted on MNIST's training images that were held out.")


def _risk_coverage(run: Run, evaluation: Evaluation) -> None:
    st.header("Prediction with rejection (abstain)", anchor=False)
    # A threshold for each percent.
    curve = risk_coverage(evaluation.confidences, evaluation.correct)
    threshold = st.slider(
        "Confidence threshold (%)",
        0,
        99,
        90,
        key="evaluate_threshold",
        help="Below the threshold the network abstains and a person decides.",
        persist_state="session",
    )
    selective = curve.accuracy[threshold]
    with st.container(horizontal=True, gap="medium"):
        st.metric("Coverage (share answered)", f"{curve.coverage[threshold]:.1%}", width="content")
        st.metric(
            "Accuracy on answered images",
            "–" if np.isnan(selective) else percent(selective, 2),
            width="content",
        )
    chart = calibration_charts.risk_coverage(curve, threshold / 100)
    widgets.chart(
        chart,
        key="evaluate_refusals",
        alt="The higher the threshold, the lower the coverage and the higher the accuracy on answered images",
    )
    table = pd.DataFrame(
        {"threshold": curve.thresholds, "answered": curve.coverage, "accuracy": curve.accuracy}
    )
    widgets.save("thresholds", run, table, widgets.of_chart(chart))
    widgets.explain("refusals")
