"""The comparison of two to six runs."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import streamlit as st

from core.evaluation import EvaluationError
from core.plots.comparison_charts import MOST_RUNS
from core.store.database import StoreError
from core.store.run import Run, RunError
from ui import chrome, resources
from ui.compare import disagreements, matrices, overview, results
from ui.compare.choice import ticked

_LETTERS = "ABCDEF"
_VIEWS: Mapping[str, Callable[[Mapping[str, Run]], None]] = MappingProxyType(
    {
        "Overview": overview.show,
        "Results": results.show,
        "Confusion matrices": matrices.show,
        "Disagreements": disagreements.show,
    }
)


def comparison() -> None:
    """Show the runs that were ticked side by side; only the chosen view is worked out."""
    asked = ticked()
    found = _found(asked)
    with st.container(border=True, key="comparison"):
        if len(found) < 2:
            left = "another run" if found else f"two to {MOST_RUNS} runs"
            st.info(f"Tick {left} in the table to compare.", icon=":material/compare_arrows:")
            return
        runs = dict(zip(_LETTERS, found, strict=False))
        if len(found) > MOST_RUNS:
            st.warning(f"Only the first {MOST_RUNS} are compared. Untick one to see another.")
        st.header("Comparison", anchor=False)
        st.markdown("  \n".join(_line(letter, run) for letter, run in runs.items()))
        view = st.segmented_control(
            "View",
            _VIEWS,
            default="Overview",
            required=True,
            key="compare_view",
            persist_state="session",
            label_visibility="collapsed",
            wrap=True,
        )
        try:
            _VIEWS[view](runs)
        except (RunError, StoreError, EvaluationError) as error:
            st.error(str(error), icon=":material/error:")


def _found(asked: list[str]) -> list[Run]:
    """Return those of the runs that there are, and say so if others are gone."""
    found = []
    for run_id in asked:
        try:
            found.append(resources.store().get(run_id))
        except (RunError, StoreError):
            continue
    if len(found) < len(asked):
        st.warning("Not all runs of this link are on this server any more.", icon=":material/search_off:")
    return found


def _line(letter: str, run: Run) -> str:
    accuracy = "" if run.test_accuracy is None else f" · test accuracy **{run.test_accuracy:.2%}**"
    return f"**{letter}**: {chrome.plain(run.label)}{accuracy}"
