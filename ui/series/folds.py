"""The folded part of Train: sweeps and experiments."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.lessons.addresses import EXPERIMENT
from core.recipe import Recipe
from core.store.database import StoreError
from core.store.series import Plan, read_plans
from ui import chrome, resources, session
from ui.series import experiments, sweep

# At which visit to the page the address asked for an experiment.
_ASKED = "experiment_asked"


def show(recipe: Recipe | None) -> None:
    """Show a fold for sweeps and one for experiments; closed ones cost nothing.

    Parameters
    ----------
    recipe : Recipe or None
        What the form makes, from which a sweep starts; None if that cannot be trained.
    """
    state = st.session_state
    if EXPERIMENT in st.query_params:
        # The first experiment leaves the address again, because it is the usual one.
        state[_ASKED] = chrome.visit()
    asked = state.get(_ASKED) == chrome.visit()
    for title, icon, key, body, is_asked in (
        ("Sweep: compare values of one hyperparameter", "tune", "train_sweep", sweep.show, False),
        ("Experiments: questions about data", "science", "train_experiments", experiments.show, asked),
    ):
        fold = st.expander(title, is_asked, icon=f":material/{icon}:", key=key, on_change="rerun")
        if fold.open:
            with fold:
                _with_plans(body, recipe)


def _with_plans(body: Callable[[Recipe | None, Sequence[Plan]], None], recipe: Recipe | None) -> None:
    try:
        plans = read_plans(resources.store().database, session.owner())
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
        return
    body(recipe, plans)
