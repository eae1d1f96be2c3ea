"""One run: where to go with it, and what its owner may change."""

import streamlit as st

from core.store.database import StoreError
from core.store.run import Run, RunError, RunState
from core.store.runs import MAX_NAME, MAX_NOTE
from ui import chrome, resources, session
from ui.runs_table import STATES


def run_card(run_id: str) -> None:
    """Show a run, links to the pages that use it, and for its owner what can be changed."""
    try:
        run = resources.store().get(run_id)
        parent = _parent(run)
    except (RunError, StoreError) as error:
        st.warning(str(error), icon=":material/search_off:")
        return
    with st.container(border=True, key="run_card"):
        st.subheader(chrome.plain(run.label), anchor=False)
        st.caption(run.recipe.settings)
        st.badge(STATES[run.state])
        if parent:
            st.markdown(parent)
        if run.failure:
            st.warning(run.failure, icon=":material/error:")
        if run.note:
            st.text(run.note)
        if "precision" in run.versions:
            st.caption(f"Calculated in {run.versions['precision']}.")
        with st.container(horizontal=True):
            chrome.page_link("2_train.py", "See its curve", run=run.id)
            if run.has_model:
                chrome.page_link("3_evaluate.py", "See where it fails", model=run.id)
                chrome.page_link("4_predict.py", "Draw a digit for it", model=run.id)
        st.markdown("Share it with this address. Others can look, but not change it.")
        st.code(session.shared_address(run.id), language=None)
        if run.owner == session.owner():
            _care(run)
        else:
            st.caption("Only the person who started this run can change it.")


def _parent(run: Run) -> str | None:
    if run.parent is None:
        return None
    try:
        parent = resources.store().get(run.parent)
    except RunError:
        if run.fine_tuning:
            return "A network was taught drawings. The run that it came from was deleted."
        return f"It went on after epoch {run.parent_epochs} of a run that was deleted."
    if run.fine_tuning:
        return f"“{chrome.plain(parent.label)}”, taught drawings: {run.fine_tuning.train_size}."
    return f"It went on after epoch {run.parent_epochs} of “{chrome.plain(parent.label)}”."


def _care(run: Run) -> None:
    store, owner = resources.store(), session.owner()
    # What this tab shows; another tab may have changed it since, and only what is changed here counts.
    shown = st.session_state.setdefault(f"run_shown_{run.id}", (run.name, run.note, run.pinned))
    with st.form(f"run_edit_{run.id}", border=False):
        name = st.text_input("Name", run.name, max_chars=MAX_NAME, key=f"run_name_{run.id}")
        note = st.text_area("Note", run.note, max_chars=MAX_NOTE, height=80, key=f"run_note_{run.id}")
        pinned = st.checkbox(
            "Keep this model even when the store is full", run.pinned, key=f"run_marked_{run.id}"
        )
        if st.form_submit_button("Save", icon=":material/save:", key="run_save"):
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
    with st.popover("Delete", icon=":material/delete:", key="run_delete"):
        st.markdown("The run, its curve and its model are gone then, for everybody.")
        if st.button("Delete for good", type="primary", key="run_delete_for_good"):
            try:
                store.delete(run.id, owner)
            except (RunError, StoreError) as error:
                st.error(str(error), icon=":material/error:")
            else:
                session.forget()
                st.rerun()
