"""Runs: every training on this server, queued, in training, or ended."""

import streamlit as st

from core.jobs.eta import estimate
from core.plots.comparison_charts import MOST_RUNS
from core.store.database import StoreError
from core.store.retention import MAX_BYTES, OWNER_BYTES, OWNER_PINS
from core.store.run import RunState
from ui import chrome, resources, session
from ui.compare.choice import is_comparing
from ui.compare.show import comparison
from ui.identity import link_field, stop_using_the_link
from ui.my_data import my_data
from ui.queue_watch import watch_line
from ui.run_card import run_card
from ui.run_import import import_form
from ui.runs_table import choose_runs, runs_table, tick_table
from ui.server_memory import free_memory

MEGABYTE = 2**20
# Looking through more than this is what the search is for.
NEWEST = 500

row = chrome.begin(
    "Training runs",
    "Each training is a run. It is queued, trained and saved with its learning curve and its model, "
    "even if the server restarts.",
    "Compare runs to find out which change of the hyperparameters made a network better.",
)
store = resources.store()
with row:
    choice = choose_runs()
    comparing = is_comparing()
try:
    active, usage = store.active(), store.usage()
    runs = store.runs(session.owner() if choice.mine else None, limit=NEWEST)
    best = store.best()
    evicted, own_usage = store.evicted(session.owner()), store.owner_usage(session.owner())
except StoreError as error:
    st.error(str(error), icon=":material/database_off:")
    st.stop()

if evicted:
    labels = ", ".join(chrome.plain(run.label) for run in evicted)
    st.info(
        f"To make room, models of yours were deleted automatically today: {labels}. The runs and their "
        "learning curves are kept. Open one to see why.",
        icon=":material/auto_delete:",
    )
queued = [run for run in active if run.state is RunState.QUEUED]
own = next((run.id for run in queued if run.owner == session.owner()), None)
chosen = st.query_params.get(session.WATCHED_ADDRESS)
with st.container(key="runs_list"):
    if comparing:
        st.markdown(f"Tick two to {MOST_RUNS} runs. Bundled models are at the end of the table.")
        tick_table([*runs, *store.bundled()], best, choice)
    elif runs:
        place = f"; yours is number {estimate(active, ())[own].position + 1}" if own else ""
        line = f" Now: {len(active) - len(queued)} training, {len(queued)} queued{place}." if active else ""
        st.markdown(f"Select a row to open, rename, pin or delete a run.{line}")
        chosen = runs_table(runs, best, choice)
    elif usage.runs:
        st.info("You have no runs yet. Choose *All* to see everyone's.", icon=":material/list_alt:")
    else:
        st.info("No runs yet. Start the first one on *Train*.", icon=":material/list_alt:")
        chrome.page_link("2_train.py", "Train a network")
if comparing:
    comparison()
elif chosen:
    run_card(chosen)
if usage.runs > NEWEST:
    st.markdown(f"Only the newest {NEWEST} runs are listed. The link to an older run still opens it.")

with st.expander("Find your runs on another device", icon=":material/devices:"):
    st.markdown(
        "Open this link on another device to change your runs there. Keep it secret: "
        "anyone who has it can change them, too."
    )
    st.code(session.personal_address(), language=None)
    if session.has_cookie():
        link_field()  # Without a cookie it is at the top of the page.
    if session.is_linked():
        st.markdown("This browser uses a personal link.")
        st.button("Stop using it", key="identity_stop", on_click=stop_using_the_link)

import_form()
my_data()

chrome.end(
    "runs",
    [
        "Train the article network with three different random seeds. How far apart are the test accuracies?",
        "Train your best run for 10 more epochs. Is it worth it?",
        "Give a run a name, and a note that says what you wanted to find out.",
    ],
)
with st.expander("Server status", icon=":material/monitor_heart:"), st.grid(4, min_column_width=140):
    st.metric("Training", len(active) - len(queued), help="Runs that are being trained now.")
    st.metric("Queued", len(queued), help="Runs that wait until another one has finished.")
    st.metric("Saved models", f"{usage.models:,}")
    st.metric(
        "Store used",
        f"{usage.bytes / MAX_BYTES:.0%}",
        help="When it is full, the oldest models of the person who has most are deleted, unnamed ones "
        "first. Pinned models, and those used within the last hour, may keep half of it.",
    )
    st.metric(
        "Your models",
        f"{own_usage.bytes / MEGABYTE:.0f} of {OWNER_BYTES // MEGABYTE} MB",
        help="Beyond that your oldest models are deleted, never the newest one. "
        f"You can pin {OWNER_PINS} runs.",
    )
    st.metric("Free memory", f"{free_memory() / MEGABYTE:,.0f} MB")
watch_line(active)
