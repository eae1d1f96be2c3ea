"""The accuracy by who wrote the digits: two groups, every person, and the digits of one of them."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.writers import (
    MIN_DIGITS,
    GroupScore,
    WriterScore,
    binomial_band,
    by_group,
    by_writer,
    error_ratio,
)
from core.data import Writers
from core.evaluation import Evaluation
from core.plots import accuracy_charts, writer_charts
from core.store.run import Run
from core.test_sets.evaluation_sets import EvaluationSet
from ui import pictures, resources
from ui.classroom.people import anonymous_dots
from ui.evaluate import test_sets, widgets
from ui.test_part import mnist_set
from ui.words import WRITERS_MISSING, percent

_CARE = (
    "Each writer is known only by the number on NIST's form, not by name. The groups differ in more than "
    "handwriting: the forms and their scans differ, too. These figures say something about digits and a "
    "network, not about how good anyone is."
)


def show(run: Run, test_set: EvaluationSet) -> None:
    """Show the accuracy by group and by person, one person's digits, and a second model beside it."""
    if test_set.people is not None:
        st.header("Whose digits does it get wrong?", anchor=False)
        people = test_set.people
        anonymous_dots(resources.evaluation(run.id, test_set), people, test_sets.trained_on_class(run))
        return
    test_sets.stays(test_set, "Who wrote the digits of this test set is not known here.")
    seen = mnist_set()
    writers = seen.writers
    st.header("Whose digits does it get wrong?", anchor=False)
    if writers is None:
        st.info(WRITERS_MISSING, icon=":material/person_off:")
        return
    evaluation = resources.test_evaluation(run.id)
    groups, scores = by_group(evaluation.correct, writers), by_writer(evaluation.correct, writers)
    _groups(groups)
    _people(run, scores)
    st.caption(_CARE)
    _one_person(run, seen, evaluation, scores)
    _second_model(run, groups, scores, writers)
    widgets.explain("writers")


def _groups(groups: tuple[GroupScore, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="evaluate_groups"):
        for one in groups:
            st.metric(
                one.group,
                percent(one.accuracy.proportion),
                width="content",
                help=f"Accuracy on {one.images:,} test digits by {one.writers} people, with {one.errors} "
                f"errors. 95% confidence interval: {one.accuracy.low:.1%} – {one.accuracy.high:.1%}. "
                "It allows for the few people whose digits these are: with other people the accuracy would "
                "be another.",
            )
        intervals = ", ".join(f"{one.accuracy.low:.1%} – {one.accuracy.high:.1%}" for one in groups)
        st.markdown(f"95% confidence intervals: **{intervals}**.  \n{_ratio(error_ratio(groups))}")


def _ratio(ratio: float | None) -> str:
    if not ratio:
        return "There are too few errors to compare the groups."
    if ratio < 1:
        return f"It makes **{1 / ratio:.1f} times** as many errors on the employees' digits."
    return f"It makes **{ratio:.1f} times** as many errors on the students' digits."


def _people(run: Run, people: tuple[WriterScore, ...]) -> None:
    low, high = binomial_band(people)
    chart = writer_charts.people(people, _floor(people))
    widgets.chart(
        chart,
        key="evaluate_people_dots",
        alt=f"Accuracy of {len(people)} people, sorted, from {people[0].accuracy:.0%} to "
        f"{people[-1].accuracy:.0%}; by chance alone the lowest would be {low[0]:.0%} to {high[0]:.0%}",
    )
    with st.container(key="evaluate_people"):
        st.markdown(
            f"Each dot is one of the {len(people)} people with at least {MIN_DIGITS} test digits. Their "
            f"accuracies go from **{people[0].accuracy:.1%}** to **{people[-1].accuracy:.1%}**. The gray "
            "band is what chance alone would give if everybody's digits were equally hard: then the lowest "
            f"would be between {low[0]:.0%} and {high[0]:.0%}."
        )
    widgets.save("writers", run, pd.DataFrame(people), widgets.of_chart(chart))


def _floor(people: tuple[WriterScore, ...]) -> float:
    """Return the lower end of a scale that holds all dots and the band, in steps of 10%."""
    lowest = min(people[0].accuracy, float(binomial_band(people)[0][0]))
    return max(0.0, math.floor(lowest * 10 - 0.01) / 10)


def _one_person(
    run: Run, seen: EvaluationSet, evaluation: Evaluation, people: tuple[WriterScore, ...]
) -> None:
    st.header("One person's digits", anchor=False)
    scores = {score.writer: score for score in people}
    writer = st.selectbox(
        "Writer, lowest accuracy first",
        scores,
        format_func=lambda number: _label(scores[number]),
        key=f"evaluate_writer_{run.id}",
        persist_state="session",
        width=480,
    )
    own = np.flatnonzero(seen.writers == writer)
    # Errors first, because they are what one has come to see.
    own = own[np.argsort(evaluation.correct[own], kind="stable")]
    widgets.tiles(
        run,
        seen,
        evaluation,
        own,
        f"writer_{run.id}_{writer}",
        f"writer_{writer}",
    )


def _label(score: WriterScore) -> str:
    right = score.images - score.errors
    group = score.group.lower().removesuffix("s").replace("census", "Census")
    return f"Writer {score.writer} · {right} of {score.images} correct · {group}"


def _second_model(
    run: Run, groups: tuple[GroupScore, ...], people: tuple[WriterScore, ...], writers: Writers
) -> None:
    st.header("Does a better network shrink the gap?", anchor=False)
    other = widgets.other_model(run)
    if other is None:
        st.info("There is no second model on this server yet. Train one to compare with.")
        return
    correct = resources.test_evaluation(other.id).correct
    other_groups, other_people = by_group(correct, writers), by_writer(correct, writers)
    first, second = widgets.names(run, other)
    intervals = {
        f"{name} · {one.group}": one.accuracy
        for name, scores in ((first, groups), (second, other_groups))
        for one in scores
    }
    widgets.chart(
        accuracy_charts.intervals(intervals, pictures.style()),
        key="evaluate_two_models",
        alt="Accuracy on the digits of each group with 95% confidence interval, of both models",
    )
    with st.container(key="evaluate_two_groups"):
        st.markdown(_gaps((first, groups), (second, other_groups)))
    floor = min(_floor(people), _floor(other_people))
    for column, name, scores in zip(st.columns(2), (first, second), (people, other_people), strict=True):
        with column:
            st.markdown(f"**{name}**")
            widgets.chart(
                writer_charts.people(scores, floor),
                key=f"evaluate_people_{'first' if scores is people else 'second'}",
                alt=f"Accuracy of each person with {name}, from {scores[0].accuracy:.0%}",
            )


def _gaps(*models: tuple[str, tuple[GroupScore, ...]]) -> str:
    lines = []
    for name, groups in models:
        ratio = error_ratio(groups)
        if not ratio:
            lines.append(f"- **{name}**: too few errors to compare the groups.")
            continue
        gap = 100 * (groups[0].accuracy.proportion - groups[1].accuracy.proportion)
        lines.append(
            f"- **{name}**: a gap of {abs(gap):.1f} percentage points, and {max(ratio, 1 / ratio):.1f} times "
            f"as many errors on the {'students' if ratio >= 1 else 'employees'}' digits."
        )
    lines.append(
        "\nThe gap in points shrinks as both groups' errors get fewer. Only a smaller ratio means that a "
        "network treats the two groups more alike."
    )
    return "\n".join(lines)
