"""A sweep: choose a hyperparameter and its values, start the series, and see which value is the best."""

from collections.abc import Sequence

import streamlit as st

from core.hyperparameters.validation import RecipeError
from core.recipe import Recipe
from core.series.sweep import HYPERPARAMETERS, MAX_VALUES, SEEDS, Sweep, choices, first_values
from core.store.series import Plan
from ui import chrome
from ui.series import progress

_SHOWN = "sweep_shown"


def show(recipe: Recipe | None, plans: Sequence[Plan]) -> None:
    """Show the form of a sweep of a recipe, and the sweeps that this visitor has started."""
    st.markdown(
        "Trains the recipe of the form several times. Only one hyperparameter differs, so you see what it "
        "does."
    )
    _form(recipe)
    sweeps = [plan for plan in plans if isinstance(plan, Sweep)]
    if sweeps:
        _shown(sweeps)


def _form(recipe: Recipe | None) -> None:
    if recipe is None:
        st.markdown("The settings of the form can't be trained. Change them first.")
        return
    with st.grid(2, min_column_width=300):
        field = st.selectbox(
            "Hyperparameter",
            list(HYPERPARAMETERS),
            format_func=lambda name: HYPERPARAMETERS[name].label,
            key="sweep_field",
            persist_state="session",
        )
        values = st.multiselect(
            "Values",
            choices(field, recipe),
            default=first_values(field, recipe)[:MAX_VALUES],
            format_func=HYPERPARAMETERS[field].words,
            max_selections=MAX_VALUES,
            key=f"sweep_values_{field}",
            persist_state="session",
            help="All other settings are those of the form.",
        )
    seeds = st.toggle(
        f"{SEEDS[1]} random seeds for each value",
        key="sweep_seeds",
        persist_state="session",
        help="Trains each value three times, and shows mean and range. A difference smaller than the range "
        "may be chance.",
    )
    _start(recipe, field, values, SEEDS[seeds])


def _start(recipe: Recipe, field: str, values: Sequence[object], seeds: int) -> None:
    try:
        sweep = Sweep(recipe, field, tuple(values), seeds)
    except RecipeError as error:
        st.markdown(str(error))
        return
    runs = len(values) * seeds
    if st.button(
        chrome.on_primary(f"Start sweep ({runs} runs)"),
        type="primary",
        icon=":material/play_arrow:",
        key="sweep_start",
        help="They wait in the queue as one run would, and others come in between. Runs that exist already "
        "are not trained again.",
    ):
        st.session_state.pop(_SHOWN, None)
        progress.start(sweep, sweep.series)


def _shown(sweeps: Sequence[Sweep]) -> None:
    """Show the newest sweep, or an earlier one."""
    sweep = sweeps[0]
    if len(sweeps) > 1:
        sweep = st.selectbox(
            "Your sweeps, newest first", sweeps, format_func=_title, key=_SHOWN, persist_state="session"
        )
    st.subheader(_title(sweep), anchor=False)
    st.caption(f"The recipe before the change: {sweep.base.settings}")
    progress.show(sweep, sweep.series, "sweep")
    _how_to_choose(sweep)


def _title(sweep: Sweep) -> str:
    """Return what is swept, and over what."""
    parameter = HYPERPARAMETERS[sweep.field]
    seeds = f" · {sweep.seeds} seeds" if sweep.seeds > 1 else ""
    return f"{parameter.label} {', '.join(map(parameter.words, sweep.values))} · {sweep.base.words}{seeds}"


def _how_to_choose(sweep: Sweep) -> None:
    if sweep.base.validation_size:
        st.markdown(
            "The best value is chosen by **validation accuracy**, so test accuracy remains an honest "
            "estimate."
        )
    else:
        st.markdown(
            "Without a validation split, the best value is chosen by **test accuracy**. Then the test images "
            "have been used for choosing, and the best one looks a little better than it is. For an honest "
            "choice, set a validation split under *Data* in the settings."
        )
