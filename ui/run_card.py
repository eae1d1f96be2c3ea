"""One run: where to go with it, and what its owner may change."""

import streamlit as st

from core.store.database import StoreError
from core.store.run import IMPORTED, Run, RunError, RunState
from core.store.runs import MAX_NAME, MAX_NOTE
from ui import chrome, resources, session, watching
from ui.runs_table import STATES
from ui.take_home import take_home

_PRECISIONS = {
    "float32": "Trained with all 32 bits of each number (float32).",
    "bfloat16": "Trained with 16 of the 32 bits of each number (bfloat16), which some processors do faster.",
}


def run_card(run_id: str) -> None:
    """Show a run, links to the pages that use it, and for its owner what can be changed."""
    try:
        run = resources.store().get(run_id)
        parent = _parent(run)
    except (RunError, StoreError) as error:
        st.warning(str(error), icon=":material/search_off:")
        return
    with st.container(border=True, key="run_card"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(chrome.plain(run.label), anchor=False, width="content")
            st.badge(STATES[run.state])
        with st.container(horizontal=True):
            chrome.page_link("2_train.py", "Learning curve", run=run.id)
            if run.has_model:
                chrome.page_link("3_evaluate.py", "Evaluate this model", model=run.id)
                chrome.page_link("4_predict.py", "Try it on your drawing", model=run.id)
        st.markdown(f"**Hyperparameters:** {run.recipe.settings}")
        if precision := _PRECISIONS.get(run.versions.get("precision", "")):
            st.markdown(precision)
        if parent:
            st.markdown(parent)
        if run.imported:
            st.markdown(_imported(run))
        if run.steered:
            st.markdown(run.steered)
        if run.failure:
            st.warning(run.failure, icon=":material/error:")
        if run.eviction:
            st.info(run.eviction, icon=":material/auto_delete:")
        if run.note:
            st.text(run.note)
        if run.owner == session.owner():
            _edit(run)
        else:
            st.markdown("Only the person who started this run can rename, pin or delete it.")
        take_home(run)
        st.markdown("Share this link (view only):")
        st.code(session.shared_address(run.id), language=None)


def _parent(run: Run) -> str | None:
    """Return where the network of a run came from, if not from its own training alone."""
    if run.fine_tuning and run.fine_tuning.from_scratch:
        return f"Trained from scratch for a class, measured on {run.fine_tuning.holdout_size} drawings."
    if run.parent is None:
        return None
    try:
        parent = resources.store().get(run.parent)
    except RunError:
        name = "a model that was deleted" if run.operation or run.fine_tuning else "a run that was deleted,"
    else:
        name = f"“{chrome.plain(parent.label)}”"
    if run.operation:
        return f"Operated on, from {name}: {run.operation}."
    if run.fine_tuning:
        whose = " of a class" if run.fine_tuning.mixture else ""
        return f"Fine-tuned from {name} on {run.fine_tuning.train_size} drawings{whose}."
    return f"Continues {name} after epoch {run.parent_epochs}."


def _imported(run: Run) -> str:
    """Return what is known of a run that was trained elsewhere."""
    done = f" It was changed by hand: {run.operation}." if run.operation else ""
    trained = chrome.plain(run.versions[IMPORTED])
    return (
        f"Imported from a run bundle, trained elsewhere ({trained}).{done} Its test accuracy was measured "
        "here; its learning curve is what the file says. It cannot be trained further."
    )


def _edit(run: Run) -> None:
    store, owner = resources.store(), session.owner()
    # What this tab shows; another tab may have changed it since, and only what is changed here counts.
    shown = st.session_state.setdefault(f"run_shown_{run.id}", (run.name, run.note, run.pinned))
    with st.form(f"run_edit_{run.id}", border=False):
        left, right = st.columns(2)
        name = left.text_input("Name", run.name, max_chars=MAX_NAME, key=f"run_name_{run.id}")
        pinned = left.checkbox("Pin (keep as long as possible)", run.pinned, key=f"run_marked_{run.id}")
        note = right.text_area("Note", run.note, max_chars=MAX_NOTE, height=80, key=f"run_note_{run.id}")
        if st.form_submit_button("Save changes", icon=":material/save:", key="run_save"):
            try:
                if name != shown[0]:
                    store.rename(run.id, owner, name)
                if note != shown[1]:
                    store.annotate(run.id, owner, note)
                if pinned != shown[2]:
                    store.pin(run.id, owner, pinned)
            except (RunError, StoreError) as error:
                st.error(str(error), icon=":material/error:")
            else:
                del st.session_state[f"run_shown_{run.id}"]
                st.rerun()
    if run.state is RunState.RUNNING:
        return
    with st.popover("Delete this run", icon=":material/delete:", key="run_delete"):
        st.markdown("This deletes the run, its learning curve and its model for everyone.")
        if st.button(chrome.on_primary("Delete permanently"), type="primary", key="run_delete_for_good"):
            try:
                store.delete(run.id, owner)
            except (RunError, StoreError) as error:
                st.error(str(error), icon=":material/error:")
            else:
                watching.forget()
                st.rerun()
