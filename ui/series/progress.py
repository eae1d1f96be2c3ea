"""A series of runs as a chart that fills in: what is finished, what is to come, and what is missing."""

import contextlib
import math
from collections.abc import Callable

import streamlit as st

from core.data import DataError
from core.jobs.queue_admission import RunRefused
from core.plots.series_chart import series_chart
from core.recipe import Recipe
from core.series.series import Point, Series, points
from core.store.database import StoreError
from core.store.series import Plan, Progress, read_progress, save_plan
from ui import data_form, pictures, projector, resources, session, watching

POLL_SECONDS = 2.0


def start(plan: Plan, series: Series) -> None:
    """Put the runs of a series into the queue that nobody has trained or waits for, and remember it."""
    try:
        progress = read_progress(resources.store(), series)
        missing = [recipe for recipe in series.recipes if recipe.to_json() in progress.missing]
        if refused := _refusal(missing):
            st.toast(refused, icon=":material/rule:")
            return
        if missing:
            runs = resources.queue().enqueue_series(
                missing, session.owner(), series.title, session.nickname(), session.has_cookie()
            )
            watching.watch(runs[0].id)
        save_plan(resources.store().database, session.owner(), plan)
    except (RunRefused, StoreError) as error:
        st.toast(str(error), icon=":material/hourglass_top:")
        return
    resources.estimates.clear()
    st.rerun()


def _refusal(recipes: list[Recipe]) -> str:
    """Return why the dataset cannot give the images of one of the recipes; empty if it can."""
    return next((refused for recipe in recipes if (refused := data_form.refusal(recipe))), "")


def show(plan: Plan, series: Series, key: str, ended: Callable[[Progress], None] | None = None) -> None:
    """Show a series, kept up to date while its runs are queued or in training.

    Parameters
    ----------
    plan : Plan
        What it was started as, to train what is missing.
    series : Series
    key : str
        Begins the keys of its widgets.
    ended : callable, optional
        Shows what the results mean when all of them are there.
    """
    try:
        progress = read_progress(resources.store(), series)
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
        return
    st.fragment(_look, run_every=POLL_SECONDS if progress.active else None)(
        series, key, progress_of(progress)
    )
    if progress.active:
        _stop(progress, key)
    elif progress.missing:
        _missing(plan, series, progress, key)
    elif ended:
        ended(progress)


def progress_of(progress: Progress) -> tuple[int, int]:
    """Return how many runs are finished, and how many are to come."""
    return len(progress.results), len(progress.active)


def _look(series: Series, key: str, shown: tuple[int, int]) -> None:
    """Show the chart; when nothing more is to come, the page runs again and says what it means."""
    try:
        progress = read_progress(resources.store(), series)
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
        return
    if shown[1] and not progress.active:
        st.rerun()
    measured = points(series, progress.results)
    with st.container(key=f"{key}_news"):
        st.markdown(_news(series, progress))
    st.vega_lite_chart(
        projector.sized(series_chart(series, measured, pictures.style())),
        key=f"{key}_chart",
        alt=_words(series, measured),
    )
    st.caption(_legend(series))


def _news(series: Series, progress: Progress) -> str:
    """Return how far a series is."""
    done, total = len(progress.results), len(series.recipes)
    if not progress.active:
        return f"{done} of {total} runs finished."
    running = sum(run.is_running for run in progress.active.values())
    parts = [
        f"**{done} of {total}** runs finished",
        f"{running} in training",
        f"{len(progress.active) - running} queued",
    ]
    return f"{', '.join(parts)}{_ends(progress)}. You can leave this page: the chart fills in."


def _ends(progress: Progress) -> str:
    """Return when the last of the runs is expected to end."""
    with contextlib.suppress(StoreError, DataError):
        expected = resources.estimates()
        ends = [expected[run.id].ends for run in progress.active.values() if run.id in expected]
        if ends and math.isinf(max(ends)):
            return "; no worker is running now"
        if ends:
            minutes = math.ceil(max(ends) / 60)
            return f"; all done in about {minutes} minute{'s' if minutes > 1 else ''}"
    return ""


def _legend(series: Series) -> str:
    """Return how to read the chart."""
    parts = (
        ["Dot: the test of one run"]
        if series.seeds == 1
        else [f"Dot: mean over {series.seeds} random seeds", "bar: lowest to highest"]
    )
    if series.has_best:
        parts.append(f"ring: highest {series.measures[0].label.lower()}")
    return "; ".join(parts) + "."


def _words(series: Series, measured: tuple[Point, ...]) -> str:
    """Return the chart as text."""
    if not measured:
        return f"{series.axis}: no run has finished yet"
    values = [
        f"{point.measure}, {point.arm}: {point.mean:.1%} ({point.low:.1%} to {point.high:.1%})"
        + (", the best" if point.is_best and point.measure == series.measures[0].label else "")
        for point in measured
    ]
    return f"{series.axis}. " + "; ".join(values)


def _stop(progress: Progress, key: str) -> None:
    own = [run.id for run in progress.active.values() if run.owner == session.owner()]
    if not own:
        st.caption("These runs were started by somebody else with the same recipes.")
        return
    if st.button(
        "Stop",
        icon=":material/stop:",
        key=f"{key}_stop",
        help="Takes your runs of this series out of the queue and ends the one in training. Finished ones "
        "are kept.",
    ):
        try:
            resources.queue().cancel(own, session.owner())
        except StoreError as error:
            st.toast(str(error), icon=":material/block:")
            return
        resources.estimates.clear()
        st.rerun()


def _missing(plan: Plan, series: Series, progress: Progress, key: str) -> None:
    count = len(progress.missing)
    if progress.failure:
        st.warning(progress.failure, icon=":material/error:")
    runs = "One run is" if count == 1 else f"{count} runs are"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"{runs} missing: stopped, failed, or deleted.", width="content")
        if st.button("Train what is missing", icon=":material/play_arrow:", key=f"{key}_again"):
            start(plan, series)
