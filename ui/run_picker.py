"""Choosing a model, the same way on every page that needs one."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import streamlit as st

from core.recipe import Recipe
from core.store.database import StoreError
from core.store.run import Run, RunError
from ui import chrome, resources, session

_ADDRESS = "model"
# The model that this visitor chose last, on whichever page.
_CHOSEN = "model_chosen"


def pick(key: str, default: str, width: int | Literal["stretch"] = 360) -> Run:
    """Let the visitor choose among the models; the choice follows them from page to page.

    A choice goes into the address, so that it can be shared. A page that only loads writes
    nothing there: that would be one more press of the Back button.

    Parameters
    ----------
    key : str
        Of the selection box.
    default : str
        The bundled model to start with, for visitors who have not trained one themselves.
    width : int or "stretch"
        Of the selection box, in pixels.
    """
    asked = st.query_params.get(_ADDRESS)
    models = {run.id: run for run in _models(asked)}
    if not models:
        st.error(
            "There is no model on this server. Train one first, or restore the folder models/ "
            "from the repository.",
            icon=":material/search_off:",
        )
        chrome.page_link("2_train.py", "Train a network")
        st.stop()

    default = default if default in models else next(iter(models))
    wanted = asked or st.session_state.get(_CHOSEN) or _own(models) or default
    if wanted not in models:
        st.warning(
            "The model that you asked for is not on this server any more. Here is another one.",
            icon=":material/search_off:",
        )
        wanted = default
        st.query_params.pop(_ADDRESS, None)
    st.session_state[key] = st.session_state[_CHOSEN] = wanted
    st.selectbox(
        "Model",
        models,
        format_func=lambda run_id: model_label(models[run_id], models.values()),
        key=key,
        help="The bundled models come with Digit Lab. Each network that you train joins the list.",
        label_visibility="collapsed",
        width=width,
        on_change=_choose,
        args=(key,),
    )
    with contextlib.suppress(StoreError, RunError):
        resources.store().touch(wanted)
    return models[wanted]


def _choose(key: str) -> None:
    st.query_params[_ADDRESS] = st.session_state[_CHOSEN] = st.session_state[key]


def _own(models: Mapping[str, Run]) -> str | None:
    """The newest model that the visitor has trained."""
    return next((run.id for run in models.values() if run.owner == session.owner()), None)


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


def model_label(run: Run, others: Iterable[Run] = ()) -> str:
    """How a list calls a run: its name, test accuracy, and what tells it from others of that name.

    Parameters
    ----------
    run : Run
    others : iterable of Run
        Those in the same list.
    """
    alike = [other for other in others if other.name == run.name and other.id != run.id]
    parts = [run.label]
    if alike:
        settings = differing_settings(run.recipe, [other.recipe for other in alike])
        parts += [settings] if settings else []
    if alike and run.nickname:
        parts.append(run.nickname)
    if run.test_accuracy is not None:
        parts.append(f"{run.test_accuracy:.1%}")
    return " · ".join(parts)


def differing_settings(recipe: Recipe, others: Sequence[Recipe]) -> str:
    """The parts of a recipe's settings that are not the same in all the others."""
    shared = set.intersection(*(set(other.settings.split(" · ")) for other in others)) if others else set()
    return " · ".join(part for part in recipe.settings.split(" · ") if part not in shared)
