"""What a run's result means, what was trained, and where to go from there."""

import contextlib
from collections.abc import Sequence

import streamlit as st

from core.analysis.verdict import training_hint, training_verdict
from core.history import Epoch
from core.hyperparameters.validation import RecipeError
from core.recipe import Recipe
from core.store.run import Run, RunState
from ui import chrome, guess, recipe_form
from ui.fine_tuning_result import fine_tuning_result


def meaning(run: Run, history: Sequence[Epoch]) -> None:
    """Say what the result means, and where to go from there."""
    with st.container(key="train_result"):
        if run.operation:
            st.info(
                f"Not trained further, but operated on: {run.operation}. The curves are those of the "
                "training before, the test accuracy is that of the model as it is now.",
                icon=":material/cut:",
            )
        elif run.train_accuracy is None or run.test_accuracy is None:
            if run.state.active:
                _hint(run, history)
            return
        elif run.fine_tuning:
            fine_tuning_result(run.fine_tuning, run.test_accuracy)
        else:
            verdict = training_verdict(
                run.recipe, history, run.train_accuracy, run.test_accuracy, run.rate_changes
            )
            stopped = "Stopped early; the model so far is saved. " if run.state is RunState.STOPPED else ""
            st.info(stopped + verdict, icon=":material/flag:")
            if (guessed := guess.of(run)) is not None:
                st.markdown(guess.verdict(guessed, run.test_accuracy))
        if not run.has_model:
            if run.eviction:
                st.info(run.eviction, icon=":material/auto_delete:")
            return
        if run.imported:
            st.markdown(
                "This run came as a file, without what its optimizer had learned, so its training cannot be "
                "continued. Train it again with its settings."
            )
        chrome.page_link("3_evaluate.py", "Evaluate this model", model=run.id)
        chrome.page_link("4_predict.py", "Try it on your drawing", model=run.id)


def _hint(run: Run, history: Sequence[Epoch]) -> None:
    """Say what the epochs so far show, if there is something to do about it."""
    hint = "" if run.fine_tuning else training_hint(run.recipe, history, run.rate_changes)
    if hint:
        st.warning(hint, icon=":material/lightbulb:")
    else:
        st.info("The result will appear here when training ends.", icon=":material/monitoring:")


def settings(run: Run) -> None:
    """Show what was trained, and let the form start from it."""
    st.markdown(run.recipe.settings)
    if run.steered:
        st.markdown(run.steered)
    if not run.fine_tuning and not _in_form(run):
        st.button(
            "Use these settings",
            icon=":material/input:",
            key="train_use",
            on_click=_use,
            args=(run.recipe,),
            help="Fills the form with the settings of this run.",
        )


def _use(recipe: Recipe) -> None:
    recipe_form.use(recipe)
    st.rerun()  # The form is outside the fragment.


def _in_form(run: Run) -> bool:
    """Whether the form has the settings of this run; pages that have no form need none."""
    if not recipe_form.is_open():
        return True
    with contextlib.suppress(RecipeError):
        return recipe_form.current() == run.recipe
    return False
