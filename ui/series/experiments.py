"""Experiments: a question, a guess, one click, and what came of it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.lessons.addresses import EXPERIMENT
from core.recipe import Recipe
from core.series.experiment import Experiment, Trial
from core.series.experiments import EXPERIMENTS
from core.store.series import Plan, Progress
from ui import chrome, links
from ui.series import progress


def show(_: Recipe | None, plans: Sequence[Plan]) -> None:
    """Let the visitor choose an experiment, guess, start it, and see its result."""
    titles = {name: experiment.title for name, experiment in EXPERIMENTS.items()}
    links.check([links.Setting(EXPERIMENT, titles, next(iter(titles)))])
    name = st.pills(
        "Experiment",
        list(titles),
        default=next(iter(titles)),
        format_func=titles.__getitem__,
        required=True,
        key="experiment",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    experiment = EXPERIMENTS[name]
    with st.container(key="experiment_question"):
        st.markdown(experiment.question)
    trial = next((plan for plan in plans if isinstance(plan, Trial) and plan.name == name), None)
    if trial is None:
        _begin(name, experiment)
        return
    st.markdown(f"Your guess: **{trial.guess}**" if trial.guess else "You started without a guess.")
    progress.show(trial, experiment.series, f"experiment_{name}", partial(_result, experiment, trial))


def _begin(name: str, experiment: Experiment) -> None:
    guess = st.radio(
        "Your guess",
        experiment.guesses,
        index=None,
        horizontal=True,
        key=f"experiment_guess_{name}",
        persist_state="session",
        help="Optional. The result is shown after the start only.",
    )
    recipes = experiment.series.recipes
    st.caption(
        f"{len(recipes)} small trainings ({experiment.series.seeds} random seeds each), a few minutes "
        "together. Where somebody has done the experiment before, its result is there at once."
    )
    if st.button(
        chrome.on_primary("Start the experiment"),
        type="primary",
        icon=":material/play_arrow:",
        key="experiment_start",
    ):
        progress.start(Trial(name, guess or ""), experiment.series)


def _result(experiment: Experiment, trial: Trial, found: Progress) -> None:
    """Show what was found, whether the guess was right, and what it means."""
    finding = experiment.find(experiment.series, found.results)
    with st.container(key="experiment_result"):
        st.info(finding.sentence, icon=":material/flag:")
        if trial.guess:
            right = trial.guess == finding.answer
            st.markdown(
                f"Your guess, {trial.guess.lower()}, is right."
                if right
                else f"Your guess was: {trial.guess}. Measured: **{finding.answer}**."
            )
        st.markdown(f"**What it means.** {experiment.meaning}")
