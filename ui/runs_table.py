"""A table of runs, of which one can be opened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
import streamlit as st

from core.store.retention import OWNER_PINS
from core.store.run import Run, RunState
from ui import session, spreadsheets
from ui.compare.choice import tick, ticked
from ui.run_picker import differing_settings

STATES = {
    RunState.QUEUED: "Queued",
    RunState.RUNNING: "Training",
    RunState.FINISHED: "Finished",
    RunState.STOPPED: "Stopped early",
    RunState.FAILED: "Failed",
    RunState.INTERRUPTED: "Interrupted",
}
_ROW = 35
# On the first screen of a phone, too, there is room for what is below.
_MAX_ROWS = 9


@dataclass(frozen=True)
class Choice:
    """Which runs the visitor wants to see.

    Attributes
    ----------
    mine : bool
        Only their own.
    words : str
        What the run's texts must contain.
    state : RunState or None
        None for all.
    """

    mine: bool
    words: str
    state: RunState | None


def choose_runs() -> Choice:
    """Show the widgets that choose which runs are listed, and return the choice."""
    mine = st.segmented_control(
        "Show",
        [False, True],
        default=False,
        required=True,
        format_func=lambda mine: "Mine" if mine else "All",
        key="runs_mine",
        persist_state="session",
        label_visibility="collapsed",
    )
    words = st.text_input(
        "Search by name, student, hyperparameters or note",
        key="runs_search",
        type="search",
        placeholder="Search",
        persist_state="session",
        label_visibility="collapsed",
        width=160,
    )
    state = st.selectbox(
        "Status",
        [None, *STATES],
        format_func=lambda state: STATES[state] if state else "Any status",
        key="runs_states",
        persist_state="session",
        label_visibility="collapsed",
        width=160,
    )
    return Choice(bool(mine), words or "", state)


def runs_table(runs: Sequence[Run], best: str | None, choice: Choice) -> str | None:
    """Show those of the runs that the visitor wants to see, and return the id of the open one.

    Parameters
    ----------
    runs : sequence of Run
        The newest first.
    best : str or None
        The id of the run to mark as the best.
    choice : Choice
    """
    shown = _shown(runs, choice)
    if not shown:
        return None
    ids = [run.id for run in shown]
    # A table with other rows is another widget: a chosen row never turns into another run.
    key = f"runs_table_{hash(tuple(ids)) & 0xFFFFFFFF:x}"
    chosen = st.query_params.get(session.WATCHED_ADDRESS)
    selected = [ids.index(chosen)] if chosen in ids else []
    _table(_frame(shown, best), key, "single-row", selected, lambda: _choose(key, ids))
    return chosen


def tick_table(runs: Sequence[Run], best: str | None, choice: Choice) -> None:
    """Show those of the runs that the visitor wants to see, to tick the ones to compare.

    Takes the arguments of `runs_table`.
    """
    shown = _shown(runs, choice)
    if not shown:
        return
    ids = [run.id for run in shown]
    key = f"runs_ticks_{hash(tuple(ids)) & 0xFFFFFFFF:x}"
    selected = [ids.index(run_id) for run_id in ticked() if run_id in ids]
    _table(
        _frame(shown, best),
        key,
        "multi-row",
        selected,
        lambda: tick(ids, list(st.session_state[key].selection.rows)),
    )


def _shown(runs: Sequence[Run], choice: Choice) -> list[Run]:
    """Return the runs that the visitor wants to see, and say so if there are none."""
    shown = [
        run
        for run in runs
        if _matches(run, choice.words) and (choice.state is None or run.state is choice.state)
    ]
    if not shown:
        st.info("No run matches. Use fewer words, or *Any status*.", icon=":material/search_off:")
    return shown


def _table(
    frame: pd.DataFrame,
    key: str,
    mode: Literal["single-row", "multi-row"],
    selected: list[int],
    on_select: Callable[[], None],
) -> None:
    st.dataframe(
        frame,
        hide_index=True,
        key=key,
        height=_ROW * (1 + min(len(frame), _MAX_ROWS)) + 3,
        on_select=on_select,
        selection_mode=mode,
        selection_default={"selection": {"rows": selected}} if selected else None,
        column_config={
            "Run": st.column_config.TextColumn(width=190),
            "Test accuracy": st.column_config.NumberColumn(format="%.2f%%", width=105),
            "Best": st.column_config.TextColumn(width=50, help="The highest test accuracy on this server"),
            "Differs in": st.column_config.TextColumn(
                width=210, help="Hyperparameters that not all runs of the same name share"
            ),
            "Training time (s)": st.column_config.NumberColumn(format="%.0f"),
            "Started": st.column_config.DatetimeColumn(format="distance"),
            "Model": st.column_config.TextColumn(
                help="Deleted: to make room for newer ones. The run and its learning curve are kept."
            ),
            "Pinned": st.column_config.CheckboxColumn(
                help=f"Deleted automatically last: up to {OWNER_PINS} runs of each person"
            ),
            "Note": st.column_config.TextColumn(width="medium"),
        },
        placeholder="–",
        alt="Runs with their test accuracy, status, student, hyperparameters, training time and note",
    )


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


def _model(run: Run) -> str:
    """Return what has become of the network of a run."""
    if run.has_model:
        return "Saved"
    # Of a run that an older version has left it is not known when.
    return "Deleted" if run.evicted or run.test_accuracy is not None else ""


def _owner(run: Run, mine: str) -> str:
    """Return whose run it is, if its owner has no nickname."""
    if run.bundled:
        return "Digit Lab"
    return "You" if run.owner == mine else "Anonymous"


def _frame(runs: Sequence[Run], best: str | None) -> pd.DataFrame:
    mine, differing = session.owner(), differing_settings(runs)
    return pd.DataFrame(
        {
            "Run": [run.label for run in runs],
            "Test accuracy": [None if run.test_accuracy is None else run.test_accuracy * 100 for run in runs],
            "Best": ["★" if run.id == best else "" for run in runs],
            "Student": [spreadsheets.shown(run.nickname) or _owner(run, mine) for run in runs],
            "Status": [STATES[run.state] for run in runs],
            "Differs in": [differing[run.id] for run in runs],
            "Epochs": [run.epochs_done for run in runs],
            "Training time (s)": [run.seconds for run in runs],
            "Started": pd.to_datetime([run.created for run in runs], utc=True),
            "Model": [_model(run) for run in runs],
            "Pinned": [run.pinned for run in runs],
            "Note": [spreadsheets.shown(run.note) for run in runs],
            "Hyperparameters": [run.recipe.settings for run in runs],
        }
    )
