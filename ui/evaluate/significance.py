"""Whether an accuracy is more than chance: McNemar's test against another model, and other seeds."""

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
from ui import pictures, resources, session
from ui.evaluate import widgets
from ui.queue_watch import POLL_SECONDS, watch_line
from ui.training_panel import clock

# How many seeds are worth comparing: the fewest with a standard deviation that says something,
# and the most that a class waits for.
SEEDS = (3, 5)
_VERDICTS = {
    "first": "**This network is better**, and that is more than chance.",
    "second": "**The other network is better**, and that is more than chance.",
    None: "So small a difference may well be **chance**.",
}


def show(run: Run, evaluation: Evaluation, interval: Interval) -> None:
    """Compare a run with another model, and with other seeds of its recipe.

    Parameters
    ----------
    run : Run
    evaluation : Evaluation
        Of the run on all test images.
    interval : Interval
        Of its test accuracy.
    """
    _compare(run, evaluation, interval)
    _show_seeds(run)


def _compare(run: Run, evaluation: Evaluation, interval: Interval) -> None:
    st.subheader("Is it better than another network?", anchor=False)
    other = widgets.other_model(run)
    if other is None:
        st.info("There is no second model on this server yet. Train one to compare with.")
        return
    other_evaluation = resources.test_evaluation(other.id)
    other_interval = wilson(int(other_evaluation.correct.sum()), len(other_evaluation.labels))
    comparison = mcnemar(evaluation.correct, other_evaluation.correct)
    with st.container(key="evaluate_mcnemar"):
        if comparison.discordant == 0:
            st.markdown("Both read exactly the same images right.")
        else:
            st.markdown(
                f"On **{comparison.discordant:,}** images only one of the two is right: on "
                f"{comparison.only_first:,} this network, on {comparison.only_second:,} the other."
            )
            st.markdown(_VERDICTS[_better(comparison)])
        st.caption(
            "McNemar's exact test: p < 0.001"
            if comparison.p_value < 0.001
            else f"McNemar's exact test: p = {comparison.p_value:.3f}"
        )
    accuracies = {run.label: interval, other.label: other_interval}
    widgets.chart(
        accuracy_charts.intervals(accuracies, pictures.style()),
        key="evaluate_intervals",
        alt=f"Accuracy with 95% interval: {interval.proportion:.2%} against {other_interval.proportion:.2%}",
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


def _better(comparison: Comparison) -> str | None:
    """Return which of two networks is significantly better, if any."""
    if not comparison.significant:
        return None
    return "first" if comparison.only_first > comparison.only_second else "second"


def _show_seeds(run: Run) -> None:
    st.subheader("Was it luck?", anchor=False)
    if run.fine_tuning:
        st.markdown(
            "This network was taught drawings. What other seeds reach can be seen of the network that it "
            "was before."
        )
        return
    try:
        runs = siblings(run, resources.store().seeds_of(run.recipe))
        coming = [other for other in resources.store().active() if alike(run, other)]
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
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
            "The same recipe ends at another accuracy with every seed. Train it again with other "
            "seeds, and the scores appear here side by side."
        )
        return
    seeds = [sibling.recipe.seed for sibling in runs]
    accuracies = [sibling.test_accuracy or 0.0 for sibling in runs]
    summary = summarize_seeds(accuracies)
    with st.container(key="evaluate_seeds"):
        st.markdown(
            f"**{summary.count}** seeds of this recipe reach **{summary.mean:.2%}** on average, from "
            f"{summary.minimum:.2%} to {summary.maximum:.2%}. "
            f"The standard deviation is {summary.standard_deviation:.2%}."
        )
    chart = accuracy_charts.seeds(dict(zip(seeds, accuracies, strict=True)), summary.mean)
    widgets.chart(
        chart,
        key="evaluate_seeds_spread",
        alt=f"Accuracy of {summary.count} seeds, from {summary.minimum:.2%} to {summary.maximum:.2%}",
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
            st.info(
                f"One more seed of this recipe is in training. Waiting in line: {len(waiting)}.",
                icon=":material/casino:",
            )
        else:
            st.info(
                f"More seeds of this recipe wait in line: {len(coming)}.",
                icon=":material/casino:",
            )
        if waiting:
            first = min(waiting, key=lambda one: one.position)
            st.markdown(
                f"The next one is number **{first.position + 1}** of those who wait and begins in about "
                f"{clock(first.starts)}."
            )
        if expected:
            st.markdown(
                f"The last one ends in about {clock(max(one.ends for one in expected))}. "
                "You may leave the page: their scores appear here."
            )


def _more_seeds(run: Run, used: Sequence[int]) -> None:
    """Offer to train the recipe with more seeds, until there are three or five."""
    with st.container(horizontal=True):
        for count in SEEDS:
            missing = count - len(used)
            if missing > 0 and st.button(
                f"Train it until there are {count} seeds",
                icon=":material/casino:",
                key=f"evaluate_seeds_{count}",
            ):
                _line_up(run, more_seeds(run.recipe, used, missing))


def _line_up(run: Run, recipes: tuple[Recipe, ...]) -> None:
    try:
        resources.queue().enqueue_series(recipes, session.owner(), run.name, session.nickname())
    except (RunRefused, StoreError) as error:
        st.toast(str(error), icon=":material/hourglass_top:")
    else:
        resources.estimates.clear()
        st.rerun()
