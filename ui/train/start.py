"""The button that starts a training, and what a click on it does."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.classroom.classroom import ClassroomError
from core.hyperparameters.validation import RecipeError
from core.jobs.queue_admission import RunRefused
from core.store.database import StoreError
from core.store.run import Run, RunError
from ui import chrome, resources, watching


def start_button(
    label: str, icon: str, key: str, possible: bool, on_click: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    """Show the button, which cannot be pressed while there is too little to train on."""
    st.button(
        chrome.on_primary(label) if possible else label,
        type="primary",
        icon=icon,
        key=key,
        disabled=not possible,
        width="stretch",
        on_click=on_click,
        args=args,
    )


def start(enqueue: Callable[[], Run]) -> Run | None:
    """Queue a run and watch it; if it cannot be, say why, and return None."""
    try:
        run = enqueue()
    except (ClassroomError, RunRefused, RunError, RecipeError, StoreError) as refusal:
        st.toast(str(refusal), icon=":material/hourglass_top:")
        return None
    resources.estimates.clear()
    watching.watch(run.id)
    return run
