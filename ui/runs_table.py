"""A table of runs, of which one can be chosen."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.store.run import Run, RunState
from ui import session

_CHOSEN = "runs_chosen"

STATES = {
    RunState.QUEUED: "Waiting",
    RunState.RUNNING: "In training",
    RunState.FINISHED: "Finished",
    RunState.STOPPED: "Stopped early",
    RunState.FAILED: "Failed",
    RunState.INTERRUPTED: "Interrupted",
}


def runs_table(runs: Sequence[Run], best: str | None) -> str | None:
    """Show runs, let the visitor search and choose one, and return its id.

    Parameters
    ----------
    runs : sequence of Run
        The newest first.
    best : str or None
        The id of the run to mark as the best.
    """
    search, states = st.columns([2, 3])
    words = search.text_input(
        "Search",
        key="runs_search",
        type="search",
        placeholder="Name, nickname, recipe or note",
        persist_state="session",
    )
    wanted = states.pills(
        "States",
        STATES,
        selection_mode="multi",
        format_func=STATES.__getitem__,
        key="runs_states",
        persist_state="session",
    )
    shown = [run for run in runs if _matches(run, words or "") and (not wanted or run.state in wanted)]
    if not shown:
        st.info("No run is like that. Search for less.", icon=":material/search_off:")
        return None

    ids = [run.id for run in shown]
    # A table with other rows is another widget: a chosen row never turns into another run.
    key = f"runs_table_{hash(tuple(ids)) & 0xFFFFFFFF:x}"
    chosen = st.query_params.get(session.WATCHED_ADDRESS)
    st.dataframe(
        _frame(shown, best),
        hide_index=True,
        key=key,
        on_select=lambda: _choose(key, ids),
        selection_mode="single-row",
        selection_default={"selection": {"rows": [ids.index(chosen)]}} if chosen in ids else None,
        column_config={
            "Test accuracy": st.column_config.NumberColumn(format="%.2f %%"),
            "Seconds": st.column_config.NumberColumn(format="%.0f"),
            "Started": st.column_config.DatetimeColumn(format="distance"),
            "Note": st.column_config.TextColumn(width="medium"),
        },
        placeholder="–",
        alt="Runs with their state, accuracy, time and note",
    )
    return chosen


def _choose(key: str, ids: list[str]) -> None:
    rows = st.session_state[key].selection.rows
    if rows:
        # Not what Train shows: that stays the visitor's own training.
        st.query_params[session.WATCHED_ADDRESS] = ids[rows[0]]
    else:
        st.query_params.pop(session.WATCHED_ADDRESS, None)


def _matches(run: Run, words: str) -> bool:
    text = f"{run.label} {run.nickname} {run.recipe.settings} {run.note}".casefold()
    return all(word in text for word in words.casefold().split())


def _frame(runs: Sequence[Run], best: str | None) -> pd.DataFrame:
    mine = session.owner()
    return pd.DataFrame(
        {
            "Best": ["★" if run.id == best else "" for run in runs],
            "Run": [run.label for run in runs],
            "State": [STATES[run.state] for run in runs],
            "Test accuracy": [None if run.test_accuracy is None else run.test_accuracy * 100 for run in runs],
            "Who": [run.nickname or ("You" if run.owner == mine else "Somebody") for run in runs],
            "Note": [run.note for run in runs],
            "Epochs": [run.epochs_done for run in runs],
            "Seconds": [run.seconds for run in runs],
            "Started": pd.to_datetime([run.created for run in runs], utc=True),
            "Marked": [run.pinned for run in runs],
            "Recipe": [run.recipe.settings for run in runs],
        }
    )
