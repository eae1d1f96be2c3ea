"""The calibration of a network: confidence against accuracy, temperature, risk and coverage."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.calibration import confidence_histogram, reliability, risk_coverage, scale_temperature
from core.evaluation import Evaluation
from core.plots import calibration_charts
from core.store.run import Run
from ui import resources
from ui.evaluate import cached, widgets
from ui.evaluate.cached import Temperature


def show(run: Run) -> None:
    """Show confidence against accuracy, and what follows if the network may abstain."""
    evaluation = resources.test_evaluation(run.id)
    _reliability(run, evaluation, cached.temperature(run.id))
    _risk_coverage(run, evaluation)


def _reliability(run: Run, evaluation: Evaluation, temperature: Temperature | None) -> None:
    st.subheader("Is it honest about doubt?", anchor=False)
    before = reliability(evaluation.confidences, evaluation.correct)
    series = {"As trained": before}
    if temperature:
        scaled = scale_temperature(evaluation.probabilities, temperature.value)
        series["With a temperature"] = reliability(scaled.max(axis=1), evaluation.correct)
    confidence, accuracy, error = st.columns(3)
    confidence.metric("How sure it is, on average", f"{before.confidence:.1%}", border=True)
    accuracy.metric("How many are right", f"{before.accuracy:.1%}", border=True)
    error.metric("Calibration error", f"{before.ece:.2%}", border=True)
    st.markdown(_verdict(before.confidence - before.accuracy))
    with st.container(key="evaluate_temperature"):
        if temperature is None:
            st.info(
                "No training images were kept aside, so a temperature cannot be fitted honestly. "
                "Train with a validation share of 0.1 or more, and it appears here.",
                icon=":material/thermostat:",
            )
        else:
            _after(temperature, before.ece, series["With a temperature"].ece)
    curve, histogram = st.columns(2)
    counts = confidence_histogram(evaluation.confidences, evaluation.correct)
    with curve:
        chart: Any = calibration_charts.reliability(series)
        widgets.chart(
            chart,
            key="evaluate_reliability",
            alt=f"Accuracy against confidence, with a calibration error of {before.ece:.2%}",
        )
        st.caption("The smaller a dot, the fewer images it stands for, and the more it owes to chance.")
        table = pd.concat(pd.DataFrame(result.filled).assign(series=name) for name, result in series.items())
        widgets.save("reliability", run, table, widgets.of_chart(chart))
    with histogram:
        chart = calibration_charts.confidence_histogram(counts)
        widgets.chart(
            chart,
            key="evaluate_confidence",
            alt="How many right answers and mistakes there are at each confidence",
        )
        edges = {"low": counts.edges[:-1], "high": counts.edges[1:]}
        table = pd.DataFrame({**edges, "right": counts.correct, "wrong": counts.errors})
        widgets.save("confidences", run, table, widgets.of_chart(chart))
    widgets.explain("reliability")
    widgets.explain("temperature")


def _verdict(gap: float) -> str:
    if abs(gap) < 0.005:
        return "On average it is **as sure as it is right**. On the dashed line it would be so at every step."
    if gap > 0:
        return "It is **too sure of itself**: below the dashed line fewer answers are right than it believes."
    return "It is **too timid**: above the dashed line more answers are right than it believes."


def _after(temperature: Temperature, before: float, after: float) -> None:
    if after < before:
        st.markdown(
            f"One temperature, **{temperature.value:.2f}**, brings the calibration error from "
            f"**{before:.2%}** to **{after:.2%}**. It changes no answer, only how sure the network is."
        )
    else:
        st.markdown(
            f"The fitted temperature, **{temperature.value:.2f}**, does not help here: the calibration error "
            f"goes from **{before:.2%}** to **{after:.2%}**."
        )
    if temperature.of_holdout:
        st.caption(
            "This network has learned from all 60,000 training images. Its temperature was fitted on a "
            "twin, the same recipe without the last 10,000, and on these."
        )
    else:
        st.caption("Fitted on training images that the weights have not learned from.")


def _risk_coverage(run: Run, evaluation: Evaluation) -> None:
    st.subheader("May it say “I don't know”?", anchor=False)
    # A threshold for each percent.
    curve = risk_coverage(evaluation.confidences, evaluation.correct)
    percent = st.slider(
        "Least confidence for an answer, in per cent",
        0,
        99,
        90,
        key="evaluate_threshold",
        persist_state="session",
    )
    coverage, accuracy = st.columns(2)
    coverage.metric("Answered", f"{curve.coverage[percent]:.1%}", border=True)
    selective = curve.accuracy[percent]
    accuracy.metric(
        "Right among the answers", "–" if np.isnan(selective) else f"{selective:.2%}", border=True
    )
    chart = calibration_charts.risk_coverage(curve, percent / 100)
    widgets.chart(
        chart,
        key="evaluate_refusals",
        alt="The higher the threshold, the fewer images are answered and the more answers are right",
    )
    table = pd.DataFrame(
        {"threshold": curve.thresholds, "answered": curve.coverage, "accuracy": curve.accuracy}
    )
    widgets.save("thresholds", run, table, widgets.of_chart(chart))
    widgets.explain("refusals")
