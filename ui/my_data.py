"""All that is a visitor's on this server, and a button that deletes it."""

import streamlit as st

from core.classroom.membership import count_drawings
from core.store.database import StoreError
from core.store.owners import delete_all
from core.store.run import RunError
from ui import chrome, resources, session, watching
from ui.words import counted

_DELETED = "my_data_deleted"


def my_data() -> None:
    """Say what this server keeps of the visitor, and let them delete it, at once and for good."""
    if st.session_state.pop(_DELETED, False):
        st.toast("All your data was deleted.", icon=":material/check:")
    try:
        runs, drawings = resources.store().runs(session.owner()), len(session.drawing_store())
        pooled = count_drawings(resources.store().database, session.owner())
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
        return
    with st.expander("Your data", icon=":material/person:", key="my_data"):
        st.markdown(
            f"This server keeps {counted(len(runs), 'run')} of yours, each with name, nickname, note, "
            f"learning curve and model, {counted(drawings, 'drawing')}, and {counted(pooled, 'drawing')} in "
            "classes. It knows you by an anonymous number only. Everyone sees your runs, only you see your "
            "drawings, and your class sees those in it."
        )
        if runs:
            _nickname(runs[0].nickname)
        with st.popover("Delete all my data", icon=":material/delete_forever:", key="my_data_delete"):
            st.markdown(
                "This deletes all your runs, also those queued or in training, with their models, for "
                "everyone; all your drawings, also those in classes; and each class that only you teach. "
                "Nobody can restore them. Models that others have trained further from yours stay."
            )
            st.button(
                chrome.on_primary("Delete everything permanently"),
                type="primary",
                key="my_data_delete_for_good",
                on_click=_delete_all,
            )


def _nickname(shown: str) -> None:
    """Let the visitor change their nickname in all their runs, or take it off."""
    with st.form("my_nickname_form", border=False):
        said = st.text_input(
            "Your nickname in all your runs",
            shown,
            key="my_nickname",
            help="Everyone on this server sees it. Leave it empty to take it off.",
        )
        if st.form_submit_button("Change nickname", icon=":material/badge:", key="my_nickname_save"):
            try:
                session.change_nickname(said)
            except (RunError, StoreError) as error:
                st.error(str(error), icon=":material/error:")
            else:
                st.rerun()


def _delete_all() -> None:
    try:
        delete_all(resources.store().database, session.owner())
    except StoreError as error:
        st.toast(str(error), icon=":material/database_off:")
        return
    resources.estimates.clear()
    watching.forget()
    session.forget_all()
    st.session_state[_DELETED] = True
