"""Who uses this device now: a student among those who share it."""

from functools import partial

import streamlit as st

from core.classroom.classroom import Member
from core.classroom.membership import Membership
from core.store.database import StoreError
from ui import chrome, resources
from ui.classroom import visit
from ui.classroom.draw import CANVAS
from ui.classroom.entrance import join_form


def change_student(visited: visit.Visit) -> None:
    """Say who the student is, and let another one use the device, or leave the class."""
    member = visited.members[0]
    name = chrome.plain(member.shown_name)
    with st.popover(name, icon=":material/person:", type="tertiary", key="class_who"):
        for other in visited.members[1:]:
            st.button(
                f"I am {chrome.plain(other.shown_name)}",
                icon=":material/switch_account:",
                key=f"class_be_{other.id}",
                on_click=_be,
                args=(other,),
            )
        st.markdown("**Another student on this device**")
        join_form(visited.classroom.code, "class_another", "Join as another student")
        st.markdown(f"**{name}** can leave. This deletes all their drawings and labels.")
        st.button(
            "Leave the class", icon=":material/logout:", key="class_leave", on_click=partial(_leave, member)
        )


def _be(member: Member) -> None:
    CANVAS.drawing.replace([])
    visit.be(member)


def _leave(member: Member) -> None:
    try:
        Membership(resources.store().database, member).leave()
    except StoreError as error:
        st.toast(str(error), icon=":material/database_off:")
        return
    CANVAS.drawing.replace([])
    visit.progress.clear()
    visit.leave()
