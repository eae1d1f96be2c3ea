"""Choosing a model, the same way on every page that needs one."""

import contextlib

import streamlit as st

from core.store.database import StoreError
from core.store.run import Run, RunError
from ui import chrome, resources, session

_ADDRESS = "model"
_LAST_ADDRESS = "model_in_address"


def pick(key: str, default: str) -> Run:
    """Let the visitor choose among the models; the choice is in the address and follows them.

    Parameters
    ----------
    key : str
        Of the selection box.
    default : str
        The bundled model to start with, for visitors who have not trained one themselves.
    """
    address = st.query_params.get(_ADDRESS)
    models = {run.id: run for run in _models(address)}
    if not models:
        st.error(
            "There is no model on this server. Train one first, or restore the folder models/ "
            "from the repository.",
            icon=":material/search_off:",
        )
        chrome.page_link("2_train.py", "Train a network")
        st.stop()

    state = st.session_state
    if address and address != state.get(_LAST_ADDRESS):
        state[key] = address
    elif key not in state:
        own = next((run.id for run in models.values() if run.owner == session.owner()), default)
        state[key] = state.get(_LAST_ADDRESS, own if own in models else next(iter(models)))
    if state[key] not in models:
        st.warning(
            "The model that you asked for is not on this server any more. Here is another one.",
            icon=":material/search_off:",
        )
        state[key] = default if default in models else next(iter(models))

    chosen = st.selectbox(
        "Model",
        models,
        format_func=lambda run_id: _label(models[run_id]),
        key=key,
        help="The bundled models come with Digit Lab. Each network that you train joins the list.",
    )
    st.query_params[_ADDRESS] = state[_LAST_ADDRESS] = chosen
    with contextlib.suppress(StoreError, RunError):
        resources.store().touch(chosen)
    return models[chosen]


def _models(address: str | None) -> list[Run]:
    """The newest models and the bundled ones, and the one that the address asks for."""
    store = resources.store()
    try:
        models = list(store.models(resources.NEWEST_MODELS))
        if address and address not in [run.id for run in models]:
            with contextlib.suppress(RunError):
                asked = store.get(address)
                models = [asked, *models] if asked.has_model and not asked.bundled else models
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
        return list(store.bundled())
    return models


def _label(run: Run) -> str:
    if run.test_accuracy is None:
        return run.label
    return f"{run.label} · {run.test_accuracy:.1%}"
