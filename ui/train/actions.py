"""What a visitor may do with a run: stop it, resume it, or train it further."""

import contextlib
from collections.abc import Callable

import streamlit as st

from core.hyperparameters.validation import LIMITS, RecipeError
from core.jobs.queue_admission import RunRefused
from core.store.database import StoreError
from core.store.run import Run, RunError, RunState
from ui import chrome, resources, session, watching
from ui.train.steer import steering


def actions(run: Run) -> None:
    """Offer what this visitor may do with a run."""
    own = run.owner == session.owner()
    if run.state.active and own:
        queued = run.state is RunState.QUEUED
        steering(run)
        st.button(
            "Cancel" if queued else "Stop",
            icon=":material/stop:",
            key="train_stop",
            on_click=cancel,
            args=(run.id,),
            disabled=run.stopping or run.progress >= 1,
            help="Takes the run out of the queue."
            if queued
            else "Ends the training now. The model so far is saved.",
        )
    elif run.state is RunState.INTERRUPTED and own:
        st.button(
            "Resume",
            icon=":material/play_arrow:",
            key="train_resume",
            on_click=act,
            args=(resources.queue().resume, run.id),
            help="Continues from the last completed epoch.",
        )
    # In the place of the button that ended the training, so that nothing moves when it ends.
    offer_more_epochs(run)


def offer_more_epochs(run: Run) -> None:
    """Offer more epochs, in a new run."""
    most = int(LIMITS["epochs"].high) - run.epochs_done
    if not run.has_model or run.bundled or run.fine_tuning or run.operation or run.imported or most < 1:
        return
    with st.popover("Continue training", icon=":material/forward:", key="train_further"):
        st.markdown("A new run continues from here with the same settings; this one is kept.")
        more = st.number_input("Additional epochs", 1, most, min(5, most), key=f"train_more_{run.id}")
        if st.button(chrome.on_primary("Continue"), type="primary", key="train_extend"):
            try:
                further = resources.queue().extend(
                    run.id, more, session.owner(), session.nickname(), session.has_cookie()
                )
            except (RunError, RunRefused, RecipeError, StoreError) as error:
                st.toast(str(error), icon=":material/block:")
            else:
                resources.estimates.clear()
                watching.watch(further.id)
                st.rerun()


def act(action: Callable[[str, str], None], run_id: str) -> None:
    """Do something with a run of this visitor, or say why not."""
    try:
        action(run_id, session.owner())
        resources.estimates.clear()
    except (RunError, RunRefused, StoreError) as error:
        st.toast(str(error), icon=":material/block:")


def cancel(run_id: str) -> None:
    """Stop a run; one that waits leaves the queue."""
    act(resources.queue().stop, run_id)
    with contextlib.suppress(StoreError):
        try:
            resources.store().get(run_id)
        except RunError:
            watching.forget()
            st.toast("Your run was cancelled.", icon=":material/check:")
