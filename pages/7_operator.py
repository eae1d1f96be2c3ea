"""Operator: the queue of everybody, for whoever has the key of this server."""

import streamlit as st

from core.jobs.health import check_health
from core.jobs.teacher_key import KEY_VARIABLE, KeyRefusedError
from core.store.database import StoreError
from core.store.run import Run, RunState
from core.store.user_messages import DAMAGED
from ui import chrome, resources, spreadsheets
from ui.key import check_key
from ui.queue_watch import watch_line
from ui.runs_table import STATES

LET_IN = "operator_let_in"

chrome.begin(
    "Operator",
    "Here a teacher can take any run out of the queue, and clear it.",
    "A single visitor could fill the queue; then nobody else would get a turn.",
)


def let_in(said: str) -> None:
    try:
        check_key(said)
    except KeyRefusedError as error:
        st.error(str(error), icon=":material/lock:")
    else:
        st.session_state[LET_IN] = resources.teacher_key()
        st.rerun()


def label(run: Run) -> str:
    return f"{run.label} · {run.nickname or 'Anonymous'} · {STATES[run.state]}"


def cancel(*ids: str) -> None:
    try:
        count = resources.queue().cancel(ids)
    except StoreError as error:
        st.toast(str(error), icon=":material/database_off:")
        return
    resources.estimates.clear()
    st.toast(f"{count} {'run' if count == 1 else 'runs'} cancelled.", icon=":material/check:")


if not resources.teacher_key():
    st.info(
        f"This server has no key for operators. Set `{KEY_VARIABLE}` as an environment variable or in "
        "Streamlit's secrets, to a long random text, and restart the server.",
        icon=":material/key_off:",
    )
    st.stop()
if st.session_state.get(LET_IN) != resources.teacher_key():
    with st.form("operator_form", border=False):
        said = st.text_input("Key", type="password", key="operator_key", width=360)
        if st.form_submit_button("Unlock", icon=":material/lock_open:", key="operator_unlock"):
            let_in(said)
    st.stop()

try:
    active, health = resources.store().active(), check_health(resources.store(), patience=0.0)
    damaged = resources.damage()
except StoreError as error:
    st.error(str(error), icon=":material/database_off:")
    st.stop()
queued = [run for run in active if run.state is RunState.QUEUED]
labels = {run.id: label(run) for run in active}
st.markdown(f"Now: {len(active) - len(queued)} training, {len(queued)} queued.")
itself = "" if resources.own_workers() else " This server trains nothing itself."
st.markdown(f"Worker processes: {len(health.workers)}.{itself}")
if cluster := resources.cluster():
    if cluster.trouble:
        st.warning(cluster.trouble, icon=":material/hub:")
    if cluster.dashboard:
        st.markdown(f"Runs are trained on a [Dask cluster]({cluster.dashboard}).")
if damaged:
    st.error(DAMAGED, icon=":material/build:")
if health.workers:
    trained = {lease.worker: labels.get(lease.run_id, "") for lease in health.leases}
    st.dataframe(
        {
            "Worker": [beat.worker for beat in health.workers],
            "Started": [beat.started for beat in health.workers],
            "Heartbeat": [beat.count for beat in health.workers],
            "Run": [trained.get(beat.worker, "") for beat in health.workers],
        },
        hide_index=True,
        key="operator_workers",
        alt="Worker processes with their start, their heartbeat, and the run that each trains",
    )
if active:
    chosen = st.multiselect(
        "Runs to cancel",
        list(labels),
        format_func=labels.__getitem__,
        key="operator_runs",
        help="A queued run leaves the queue; one in training stops, and its model so far is saved.",
    )
    with st.container(horizontal=True):
        st.button(
            "Cancel these runs",
            icon=":material/stop:",
            key="operator_cancel",
            on_click=cancel,
            args=chosen,
            disabled=not chosen,
        )
        with st.popover("Clear the queue", icon=":material/clear_all:", disabled=not queued):
            st.markdown("All queued runs are cancelled, of everyone. Those in training go on.")
            st.button(
                chrome.on_primary("Clear"),
                type="primary",
                key="operator_clear",
                on_click=cancel,
                args=[run.id for run in queued],
            )
    st.dataframe(
        {
            "Run": [run.label for run in active],
            "Student": [spreadsheets.shown(run.nickname) or "Anonymous" for run in active],
            "Status": [STATES[run.state] for run in active],
            "Cookie": ["No" if run.cookieless else "" for run in active],
            "Hyperparameters": [run.recipe.settings for run in active],
        },
        hide_index=True,
        key="operator_table",
        alt="Runs in the queue with their status, student and hyperparameters",
    )
with st.expander("Store and versions", icon=":material/database:"):
    st.markdown(
        f"`{health.store}` · {health.database} · tables {health.tables} · {health.runs} runs · "
        f"{health.megabytes} of {health.max_megabytes} MB"
    )
    st.markdown(" · ".join(f"{name} {number}" for name, number in health.versions.items()))
watch_line(active)
