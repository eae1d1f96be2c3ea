"""Choosing a model, the same way on every page that needs one."""

import contextlib
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Literal

import streamlit as st

from core.analysis.verdict import HARDLY_LEARNED
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
    labels = model_labels(models.values())
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
            "The model that you asked for is no longer on this server. Here is another one.",
            icon=":material/search_off:",
        )
        wanted = default
        st.query_params.pop(_ADDRESS, None)
    st.session_state[key] = st.session_state[_CHOSEN] = wanted
    st.selectbox(
        "Model",
        models,
        format_func=labels.__getitem__,
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
    """The newest model that the visitor has trained, unless it was made to fail, or has hardly learned."""
    own = (run for run in models.values() if run.owner == session.owner())
    return next((run.id for run in own if _is_sound(run)), None)


def _is_sound(run: Run) -> bool:
    accuracy = 1.0 if run.test_accuracy is None else run.test_accuracy
    return accuracy >= HARDLY_LEARNED and not (run.operation or run.recipe.data_choices)


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


def model_labels(runs: Collection[Run], with_accuracy: bool = True) -> dict[str, str]:
    """Return how a list calls each of its runs, by their ids.

    Name and test accuracy, and for runs of one name the settings and the nickname that tell
    them apart. The accuracy is that on MNIST's test images: beside others it would mislead.
    """
    alike = Counter(run.name for run in runs)
    settings = differing_settings(runs)
    labels = {}
    for run in runs:
        nickname = run.nickname if alike[run.name] > 1 else ""
        accuracy = "" if run.test_accuracy is None or not with_accuracy else f"{run.test_accuracy:.1%}"
        labels[run.id] = " · ".join(filter(None, (run.label, settings[run.id], nickname, accuracy)))
    return labels


def model_label(run: Run, others: Collection[Run] = (), with_accuracy: bool = True) -> str:
    """Return how a list of these runs calls one of them."""
    return model_labels(tuple({one.id: one for one in (*others, run)}.values()), with_accuracy)[run.id]


def differing_settings(runs: Collection[Run]) -> dict[str, str]:
    """Return, by the id of each run, its settings that not all runs of the same name have."""
    settings = {run.id: run.recipe.settings.split(" · ") for run in runs}
    shared: dict[str, set[str]] = {}
    for run in runs:
        shared[run.name] = shared.get(run.name, set(settings[run.id])) & set(settings[run.id])
    return {
        run.id: " · ".join(part for part in settings[run.id] if part not in shared[run.name]) for run in runs
    }
