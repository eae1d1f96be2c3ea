"""The teacher's view of a class: invite, watch, pause, hide, and end it."""

from collections.abc import Callable

import streamlit as st

from core.classroom.archive import save_class
from core.classroom.classroom import LIFETIME, Classroom, ClassroomError
from core.classroom.invitation import invitation
from core.classroom.progress import ClassProgress, MemberProgress
from core.classroom.teaching import TaughtClassroom
from core.store.database import StoreError
from ui import chrome, resources, spreadsheets
from ui.classroom import visit
from ui.classroom.act import act, desk
from ui.classroom.address import students_address, teacher_address
from ui.classroom.direct import choose_board, class_queue
from ui.classroom.entrance import join_form
from ui.lessons import of_class

# As old as what is shown may be.
POLL_SECONDS = 3.0
_FILE = "class_file_of"


def manage(classroom: Classroom, attends: bool) -> None:
    """Show the invitation and the state of a class, and what its teacher can do with it."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        _invite(classroom.code)
    with right, st.container(key="class_progress"):
        st.fragment(_progress, run_every=POLL_SECONDS)(classroom.code)
    # At the start it is open: this is the moment to keep the link.
    fresh = visit.token_of(classroom.code) is not None
    with st.expander("Your personal link: keep it", fresh, icon=":material/key:", key="class_link"):
        _link(classroom.code)
    _switches(classroom)
    choose_board(classroom)
    lesson = st.expander("Lesson", icon=":material/menu_book:", key="class_lessons", on_change="rerun")
    if lesson.open:
        with lesson:
            of_class.teach(classroom.code)
    queue = st.expander("Training queue", icon=":material/list_alt:", key="class_queue", on_change="rerun")
    if queue.open:
        with queue:
            st.fragment(class_queue, run_every=POLL_SECONDS)(classroom.code)
    with st.expander("Students", icon=":material/groups:", key="class_students"):
        st.fragment(_students, run_every=POLL_SECONDS)(classroom.code)
    if not attends:
        with st.expander("Try it as a student", icon=":material/school:"):
            join_form(classroom.code, "class_try", "Join my class")
    with st.expander("Save, extend, or delete this class", icon=":material/inventory_2:", key="class_end"):
        _end(classroom)


def _invite(code: str) -> None:
    address = students_address(code)
    try:
        picture = invitation(address.url, code)
    except ClassroomError as error:
        st.warning(str(error), icon=":material/qr_code:")
    else:
        st.image(picture, alt=f"QR code of {address.url}, and the code {' '.join(code)}", width="stretch")
    st.code(address.url, language=None)
    if address.note:
        st.markdown(address.note)


def _progress(code: str) -> None:
    try:
        progress = visit.progress(code)
    except (ClassroomError, StoreError) as error:
        st.warning(str(error), icon=":material/search_off:")
        return
    count = len(progress.members)
    st.metric(
        "Joined", count, f"{progress.here} active in the last 5 minutes", delta_color="off", delta_arrow="off"
    )
    for step, reached in list(progress.steps.items())[1:]:
        st.progress(reached / count if count else 0.0, text=f"{step}: {reached}")


def _switches(classroom: Classroom) -> None:
    own = desk(classroom.code)
    with st.container(horizontal=True, vertical_alignment="center", key="class_switches"):
        _switch("Pause drawings", "class_pause_uploads", classroom.uploads_paused, _pause_uploads, own)
        _switch("Pause trainings", "class_pause_trainings", classroom.trainings_paused, _pause_trainings, own)
        _switch("Close the class", "class_closed", classroom.closed, _close, own)


def _switch(
    label: str, key: str, value: bool, change: Callable[[TaughtClassroom, bool], None], own: TaughtClassroom
) -> None:
    about = {
        "class_pause_uploads": "Nobody can save drawings until you switch it off.",
        "class_pause_trainings": "Members cannot start trainings. Those queued or in training go on.",
        "class_closed": "Nobody can join, draw or label any more. What is there stays until the class ends.",
    }
    # What another teacher has switched must not be switched back.
    st.session_state[key] = value
    st.toggle(
        label,
        key=key,
        help=about[key],
        on_change=lambda: act(change, own, st.session_state[key]),
    )


def _pause_uploads(own: TaughtClassroom, paused: bool) -> None:
    own.pause(uploads=paused)


def _pause_trainings(own: TaughtClassroom, paused: bool) -> None:
    own.pause(trainings=paused)


def _close(own: TaughtClassroom, closed: bool) -> None:
    own.close(closed)


def _students(code: str) -> None:
    try:
        progress = visit.progress(code)
    except (ClassroomError, StoreError) as error:
        st.warning(str(error), icon=":material/search_off:")
        return
    if not progress.members:
        st.markdown("Nobody has joined yet.")
        return
    _table(progress)
    by_id = {one.member.id: one for one in progress.members}
    chosen = st.selectbox(
        "Student",
        list(by_id),
        format_func=lambda number: _name(by_id[number]),
        key="class_student",
        index=None,
        placeholder="Choose a student",
        width=360,
    )
    if chosen is not None:
        _student(code, by_id[chosen])
    with st.popover("Remove everyone without a drawing", icon=":material/group_remove:", type="tertiary"):
        st.markdown("For a class that strangers have filled. Students who are removed can join again.")
        st.button("Remove them", key="class_remove_idle", on_click=act, args=(desk(code).remove_idle,))


def _name(one: MemberProgress) -> str:
    hidden = " (hidden)" if one.member.name_hidden else ""
    return f"{one.member.seat}. {one.member.name}{hidden}"


def _table(progress: ClassProgress) -> None:
    st.dataframe(
        {
            "Student": [spreadsheets.shown(_name(one)) for one in progress.members],
            "Active": ["Yes" if one.here else "" for one in progress.members],
            "Drawings": [one.drawings for one in progress.members],
            "Labeled": [one.readings for one in progress.members],
            "Trained": ["Yes" if one.trained else "" for one in progress.members],
        },
        hide_index=True,
        key="class_table",
        alt="Students with their drawings and labels",
    )


def _student(code: str, one: MemberProgress) -> None:
    own, member = desk(code), one.member
    with st.container(horizontal=True):
        st.button(
            "Show the name" if member.name_hidden else "Hide the name",
            icon=":material/badge:",
            key="class_hide_name",
            on_click=act,
            args=(own.hide_name, member.id, not member.name_hidden),
        )
        with st.popover("Remove", icon=":material/person_remove:"):
            st.markdown("This deletes the student with all their drawings and labels. They can join again.")
            st.button(
                chrome.on_primary("Remove permanently"),
                type="primary",
                key="class_remove",
                on_click=act,
                args=(own.remove_member, member.id),
            )


def _link(code: str) -> None:
    st.markdown(
        "Your personal link brings you back to this view on another device, and lets a second teacher in. "
        "Keep it, and keep it secret: anyone who has it can delete the class."
    )
    if token := visit.token_of(code):
        st.code(teacher_address(token), language=None)
    else:
        st.markdown("Only a digest of it is kept here, so an old link cannot be shown again.")
    st.markdown("Has a student seen it? Make a new one: it also removes the other teachers.")
    st.button(
        "Make a new link", icon=":material/link:", key="class_new_link", on_click=act, args=(_renew, code)
    )


def _renew(code: str) -> None:
    visit.keep_token(code, desk(code).new_link())


def _end(classroom: Classroom) -> None:
    own = desk(classroom.code)
    st.markdown(
        "**Streamlit Community Cloud forgets its disk** when the app sleeps or is updated, and the class "
        "with it. Save it as a file at the end of a lesson, and load it before the next one: students "
        "keep their place if they come back in the same browser. The file holds names, drawings, labels, "
        "and answers: keep it to yourself. Trained models are not in it; take them home from *Runs*."
    )
    if st.session_state.pop(_FILE, None) == classroom.code:
        st.download_button(
            f"Save class-{classroom.code}.json.gz",
            save_class(resources.store().database, classroom.code),
            f"class-{classroom.code}.json.gz",
            "application/gzip",
            key="class_file",
            icon=":material/download:",
            on_click="ignore",
        )
    else:
        st.button(
            "Make the file",
            icon=":material/build:",
            key="class_make_file",
            on_click=_ask_file,
            args=(classroom.code,),
        )
    st.markdown(f"The class ends by itself on {classroom.ends_at[:10]}; then everything of it is deleted.")
    with st.container(horizontal=True):
        st.button(
            f"Keep it {LIFETIME.days} days from now",
            icon=":material/event_repeat:",
            key="class_prolong",
            on_click=act,
            args=(own.prolong,),
        )
        with st.popover("Delete this class", icon=":material/delete_forever:"):
            st.markdown(
                "This deletes the class with all members, drawings and labels. Nobody can restore them. "
                "Models that were trained stay on *Runs*."
            )
            st.button(
                chrome.on_primary("Delete permanently"),
                type="primary",
                key="class_delete",
                on_click=act,
                args=(_delete, classroom.code),
            )


def _delete(code: str) -> None:
    desk(code).delete()
    visit.leave()


def _ask_file(code: str) -> None:
    st.session_state[_FILE] = code
