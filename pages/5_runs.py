"""Runs: every training on this server, waiting, going on, or ended."""

import streamlit as st

from core.jobs.eta import estimate
from core.store.database import StoreError
from core.store.retention import MAX_BYTES
from core.store.run import RunState
from ui import chrome, resources, session
from ui.queue_watch import watch_line
from ui.run_card import run_card
from ui.runs_table import runs_table
from ui.server_memory import free_memory

MEGABYTE = 2**20
# Looking through more than this is what the search is for.
NEWEST = 500

chrome.begin(
    "All runs",
    "Each training is a run. It waits in line, is trained, and keeps its curve and its network, "
    "also when the server is started anew.",
    "Who compares runs finds out which change of the recipe made a network better.",
)
store = resources.store()

mine = st.session_state.get("runs_mine", False)
try:
    active, usage = store.active(), store.usage()
    runs = store.runs(session.owner() if mine else None, limit=NEWEST)
    best = store.best()
except StoreError as error:
    st.error(str(error), icon=":material/database_off:")
    st.stop()

waiting = [run for run in active if run.state is RunState.QUEUED]
own = next((run.id for run in waiting if run.owner == session.owner()), None)
with st.grid(6, min_column_width=140):
    st.metric("In training", len(active) - len(waiting))
    st.metric("Waiting", len(waiting))
    if own:
        st.metric("Your place in line", estimate(active, ())[own].position + 1)
    st.metric("Models kept", f"{usage.models:,}")
    st.metric(
        "Store used",
        f"{usage.bytes / MAX_BYTES:.0%}",
        help="When it is full, the oldest models that nobody has named make room; "
        "never one that is marked or has just been looked at.",
    )
    st.metric("Free memory", f"{free_memory() / MEGABYTE:,.0f} MB")

st.segmented_control(
    "Whose runs",
    [False, True],
    default=False,
    required=True,
    format_func=lambda mine: "Mine" if mine else "Everybody's",
    key="runs_mine",
    persist_state="session",
)
if runs:
    chosen = runs_table(runs, best)
    if chosen:
        run_card(chosen)
else:
    st.info("Nothing has been trained yet. Start a training, and find it here.", icon=":material/list_alt:")
    chrome.page_link("2_train.py", "Train a network")
if usage.runs > NEWEST:
    st.caption("Only the newest runs are listed. Older ones are found by their address.")

with st.expander("Find your runs on another device", icon=":material/devices:"):
    st.markdown(
        "This address makes any browser yours: whoever has it can change your runs. Keep it for yourself."
    )
    st.code(session.personal_address(), language=None)

chrome.end(
    "runs",
    [
        "Train the article network with three different seeds. How far apart are the accuracies?",
        "Train your best run further by 10 epochs. Is it worth the time?",
        "Give a run a name and a note that says what you wanted to find out.",
    ],
)
watch_line(active)
