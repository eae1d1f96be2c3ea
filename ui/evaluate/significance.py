"""Whether a difference in accuracy is significant: McNemar's test, and variation over random seeds."""

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.analysis.significance import Comparison, Interval, mcnemar, summarize_seeds, wilson
from core.evaluation import Evaluation
from core.jobs.queue_admission import RunRefused
from core.plots import accuracy_charts
from core.recipe import Recipe
from core.store.database import StoreError
from core.store.run import Run, RunState
from core.store.seeds import alike, more_seeds, siblings
from core.test_sets.evaluation_sets import EvaluationSet
from ui import pictures, resources, session
from ui.evaluate import widgets
from ui.queue_watch import POLL_SECONDS, watch_line
from ui.words import clock

# How many seeds are worth comparing: the fewest with a standard deviation that says something,
# and the most that a class waits for.
SEEDS = (3, 5)
_VERDICTS = {
    "first": "**The first model is better**: the difference is statistically significant (p < 0.05).",
    "second": "**The second model is better**: the difference is statistically significant (p < 0.05).",
    None: "The difference is **not statistically significant**: it may be chance.",
}


def show(run: Run, test_set: EvaluationSet) -> None:
    """Compare a run with a second model, and with other seeds of its recipe."""
    _compare(run, test_set)
    _show_seeds(run, test_set)


def _compare(run: Run, test_set: EvaluationSet) -> None:
    st.header("Compare two models (McNemar's test)", anchor=False)
    other = widgets.other_model(run)
    if other is None:
        st.info("There is no second model on this server yet. Train one to compare with.")
        return
    evaluation = resources.evaluation(run.id, test_set)
    other_evaluation = resources.evaluation(other.id, test_set)
    interval, other_interval = _interval(evaluation), _interval(other_evaluation)
    comparison = mcnemar(evaluation.correct, other_evaluation.correct)
    accuracies = dict(
        zip(widgets.names(run, other, test_set.is_mnist), (interval, other_interval), strict=True)
    )
    widgets.chart(
        accuracy_charts.intervals(accuracies, pictures.style()),
        key="evaluate_intervals",
        alt=f"Test accuracy with 95% confidence interval: {interval.proportion:.2%} against "
        f"{other_interval.proportion:.2%}",
    )
    with st.container(key="evaluate_mcnemar"):
        if comparison.discordant == 0:
            st.markdown("Both models classify exactly the same images correctly.")
        else:
            p_value = "p < 0.001" if comparison.p_value < 0.001 else f"p = {comparison.p_value:.3f}"
            st.markdown(
                f"{_VERDICTS[_better(comparison)]}  \nOnly one of the two is correct on "
                f"**{comparison.discordant:,}** images: the first model on {comparison.only_first:,}, the "
                f"second on {comparison.only_second:,}. McNemar's exact test: {p_value}."
            )
    widgets.save(
        "comparison",
        run,
        pd.DataFrame(
            {
                "model": [run.id, other.id],
                "accuracy": [interval.proportion, other_interval.proportion],
                "low": [interval.low, other_interval.low],
                "high": [interval.high, other_interval.high],
                "right_alone": [comparison.only_first, comparison.only_second],
                "mcnemar_p": comparison.p_value,
            }
        ),
        widgets.of_chart(accuracy_charts.intervals(accuracies)),
    )
    widgets.explain("mcnemar")


def _interval(evaluation: Evaluation) -> Interval:
    """Return the test accuracy with its confidence interval."""
    return wilson(int(evaluation.correct.sum()), len(evaluation.labels))


def _better(comparison: Comparison) -> str | None:
    """Return which of two networks is significantly better, if any."""
    if not comparison.significant:
        return None
    return "first" if comparison.only_first > comparison.only_second else "second"


def _show_seeds(run: Run, test_set: EvaluationSet) -> None:
    st.header("Variation over random seeds", anchor=False)
    if not test_set.is_mnist:
        st.caption("Measured on MNIST's test images, once at the end of each training.")
    if run.fine_tuning and run.fine_tuning.from_scratch:
        st.markdown("This model was trained for a class. No other seeds of it are trained here.")
        return
    if run.fine_tuning:
        st.markdown("This model was fine-tuned. Look at the seeds of the model that it was before.")
        return
    if run.operation:
        st.markdown("This model was operated on. Look at the seeds of the model that it was before.")
        return
    try:
        runs = siblings(run, resources.store().seeds_of(run.recipe))
        coming = [other for other in resources.store().active() if alike(run, other)]
    except StoreError:
        # The choice of the model, which asks the same store, has said why.
        st.markdown("Other seeds cannot be shown while the run store is unavailable.")
    else:
        _seeds(run, runs)
        if coming:
            st.fragment(_line, run_every=POLL_SECONDS)(coming)
            watch_line(coming, lambda other: alike(run, other))
        else:
            _more_seeds(run, [sibling.recipe.seed for sibling in runs])
    widgets.explain("spread")


def _seeds(run: Run, runs: Sequence[Run]) -> None:
    if len(runs) < 2:
        st.markdown(
            "The same recipe gives a slightly different accuracy with every seed. Train it with other "
            "seeds, and the accuracies appear here side by side."
        )
        return
    seeds = [sibling.recipe.seed for sibling in runs]
    accuracies = [sibling.test_accuracy or 0.0 for sibling in runs]
    summary = summarize_seeds(accuracies)
    with st.container(key="evaluate_seeds"):
        st.markdown(
            f"**{summary.count}** seeds of this recipe have a mean test accuracy of **{summary.mean:.2%}**, "
            f"from {summary.minimum:.2%} to {summary.maximum:.2%}. "
            f"The standard deviation is {summary.standard_deviation:.2%}."
        )
    chart = accuracy_charts.seeds(dict(zip(seeds, accuracies, strict=True)), summary.mean)
    widgets.chart(
        chart,
        key="evaluate_seeds_spread",
        alt=f"Test accuracy of {summary.count} seeds, from {summary.minimum:.2%} to {summary.maximum:.2%}",
    )
    table = pd.DataFrame({"seed": seeds, "test_accuracy": accuracies})
    widgets.save("seeds", run, table, widgets.of_chart(chart))


def _line(coming: Sequence[Run]) -> None:
    """Where the seeds are in the line; it moves on without a change of theirs."""
    try:
        estimates = resources.estimates()
    except StoreError:
        return  # The look at the line beside it says so.
    expected = [estimates[other.id] for other in coming if other.id in estimates]
    waiting = [one for one in expected if one.waits]
    with st.container(key="evaluate_seeds_line"):
        if any(other.state is RunState.RUNNING for other in coming):
            news = f"Training with another seed. In the queue: {len(waiting)}."
        else:
            news = f"Seeds of this recipe in the queue: {len(coming)}."
        st.info(news, icon=":material/casino:")
        if waiting:
            first = min(waiting, key=lambda one: one.position)
            if math.isinf(first.starts):
                st.markdown("No worker is running now. Training starts when one is.")
                return
            st.markdown(
                f"Position in queue: **{first.position + 1}**. Starts in about {clock(first.starts)}."
            )
        if expected:
            st.markdown(
                f"All done in about {clock(max(one.ends for one in expected))}. "
                "You can leave this page: the accuracies appear here."
            )


def _more_seeds(run: Run, used: Sequence[int]) -> None:
    """Offer to train the recipe with more seeds, until there are three or five."""
    with st.container(horizontal=True):
        for count in SEEDS:
            missing = count - len(used)
            if missing > 0 and st.button(
                f"Train with {count} random seeds",
                icon=":material/casino:",
                key=f"evaluate_seeds_{count}",
            ):
                _line_up(run, more_seeds(run.recipe, used, missing))


def _line_up(run: Run, recipes: tuple[Recipe, ...]) -> None:
    try:
        resources.queue().enqueue_series(
            recipes, session.owner(), run.name, session.nickname(), session.has_cookie()
        )
    except (RunRefused, StoreError) as error:
        st.toast(str(error), icon=":material/hourglass_top:")
    else:
        resources.estimates.clear()
        st.rerun()
