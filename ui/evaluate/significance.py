"""What other seeds of the same recipe reach: a part of the question "how sure is the score?"."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.analysis.significance import spread
from core.jobs.queue import RunRefused
from core.plots import evaluation_charts
from core.recipe import Recipe
from core.store.database import StoreError
from core.store.run import Run, RunState
from core.store.seeds import alike, more_seeds, siblings
from ui import resources, session
from ui.evaluate import widgets
from ui.queue_watch import POLL_SECONDS, watch_line
from ui.training_panel import clock

# How many seeds are worth comparing: the fewest that show a spread, and as many as a class waits for.
SEEDS = (3, 5)


def show(run: Run) -> None:
    """The scores of the seeds that are there, and a way to train more."""
    st.subheader("Was it luck?", anchor=False)
    if run.teaching:
        st.markdown(
            "This network was taught drawings. What other seeds reach can be seen of the network that it "
            "was before."
        )
        return
    try:
        runs = siblings(run, resources.store().seeds_of(run.recipe))
        coming = [other for other in resources.store().line() if alike(run, other)]
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
    else:
        _scores(run, runs)
        if coming:
            st.fragment(_line, run_every=POLL_SECONDS)(coming)
            watch_line(coming, lambda other: alike(run, other))
        else:
            _more_seeds(run, [sibling.recipe.seed for sibling in runs])
    widgets.explain("spread")


def _scores(run: Run, runs: Sequence[Run]) -> None:
    if len(runs) < 2:
        st.markdown(
            "The same recipe ends at another accuracy with every seed. Train it again with other "
            "seeds, and the scores appear here side by side."
        )
        return
    seeds = [sibling.recipe.seed for sibling in runs]
    scores = [sibling.test_accuracy or 0.0 for sibling in runs]
    result = spread(scores)
    with st.container(key="evaluate_seeds"):
        st.markdown(
            f"**{result.count}** seeds of this recipe reach **{result.mean:.2%}** on average, from "
            f"{result.low:.2%} to {result.high:.2%}. The standard deviation is {result.deviation:.2%}."
        )
    chart = evaluation_charts.seeds(dict(zip(seeds, scores, strict=True)), result.mean)
    widgets.chart(
        chart,
        key="evaluate_seeds_spread",
        alt=f"Accuracy of {result.count} seeds, from {result.low:.2%} to {result.high:.2%}",
    )
    table = pd.DataFrame({"seed": seeds, "test_accuracy": scores})
    widgets.save("seeds", run, table, widgets.of_chart(chart))


def _line(coming: Sequence[Run]) -> None:
    """Where the seeds are in the line; it moves on without a change of theirs."""
    try:
        expectations = resources.expectations()
    except StoreError:
        return  # The look at the line beside it says so.
    expected = [expectations[other.id] for other in coming if other.id in expectations]
    waiting = [forecast for forecast in expected if forecast.waits]
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
            first = min(waiting, key=lambda forecast: forecast.place)
            st.markdown(
                f"The next one is number **{first.place + 1}** of those who wait and begins in about "
                f"{clock(first.starts)}."
            )
        if expected:
            st.markdown(
                f"The last one ends in about {clock(max(one.ends for one in expected))}. "
                "You may leave the page: their scores appear here."
            )


def _more_seeds(run: Run, used: Sequence[int]) -> None:
    """Offer to train the recipe with so many seeds that there are three or five."""
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
        resources.queue().submit_series(recipes, session.owner(), run.name, session.nickname())
    except (RunRefused, StoreError) as error:
        st.toast(str(error), icon=":material/hourglass_top:")
    else:
        resources.expectations.clear()
        st.rerun()
