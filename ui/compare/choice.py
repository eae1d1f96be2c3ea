"""Which runs are compared: ticked in the table of runs, and in the address, so that a link shows them."""

import streamlit as st

from core.plots.comparison_charts import MOST_RUNS

ADDRESS = "compare"
_ON = "runs_compare"
# A link that somebody made longer asks the store for no more than this.
_MOST_ASKED = 2 * MOST_RUNS


def is_comparing() -> bool:
    """Show the switch between opening one run and comparing several, and return whether it is on."""
    st.session_state.setdefault(_ON, ADDRESS in st.query_params)
    return st.toggle(
        "Compare",
        key=_ON,
        persist_state="session",
        help=f"Tick 2 to {MOST_RUNS} runs to see their curves, results and errors side by side.",
        on_change=_begin_again,
    )


def _begin_again() -> None:
    st.query_params.pop(ADDRESS, None)


def ticked() -> list[str]:
    """Return the ids of the runs to compare, in the order in which they were ticked."""
    ids = dict.fromkeys(st.query_params.get(ADDRESS, "").split(","))
    return [run_id for run_id in ids if run_id][:_MOST_ASKED]


def tick(listed: list[str], rows: list[int]) -> None:
    """Write down which rows of a table of runs are ticked; those that it does not list stay as they are."""
    now = {listed[row] for row in rows}
    kept = [run_id for run_id in ticked() if run_id in now or run_id not in listed]
    added = [run_id for run_id in listed if run_id in now and run_id not in kept]
    if chosen := [*kept, *added]:
        st.query_params[ADDRESS] = ",".join(chosen)
    else:
        st.query_params.pop(ADDRESS, None)
