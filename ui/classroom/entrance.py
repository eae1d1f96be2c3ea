"""The way into a class: join it by its code, or open one."""

from collections.abc import Callable

import streamlit as st

from core.classroom.archive import MAX_FILE_BYTES, load_class
from core.classroom.classroom import Classroom, ClassroomError
from core.classroom.codes import read_code, read_token
from core.classroom.membership import join
from core.classroom.names import MAX_NAME
from core.classroom.teaching import add_teacher, become_teacher, open_classroom
from core.jobs.teacher_key import KeyRefusedError
from core.lessons.answers import LessonBook
from core.store.database import StoreError
from ui import chrome, resources, session
from ui.classroom import visit
from ui.key import check_key
from ui.lessons import choice


def entrance(code: str | None) -> None:
    """Let the visitor join the class of a code, or of one that they type, or open one."""
    if why := visit.why_removed():
        st.warning(why, icon=":material/person_off:")
    if code:
        _join(code)
        return
    student, teacher = st.columns(2, gap="large")
    with student, st.container(border=True, key="class_join"):
        st.header("Join a class", anchor=False)
        _join(None)
    with teacher, st.container(border=True, key="class_teacher"):
        st.header("Open a class", anchor=False)
        _open()
        with st.expander("I have a class already", icon=":material/key:"):
            _return()
        with st.expander("Load a saved class", icon=":material/upload_file:"):
            _load()


def join_form(code: str | None, key: str, label: str) -> None:
    """Show a form by which somebody becomes a member; ``key`` tells several on a page apart."""
    with st.form(f"{key}_form", border=False):
        typed = code or st.text_input(
            "Code of the class", key=f"{key}_code", placeholder="Five letters, on the board", width=260
        )
        name = st.text_input(
            "Your nickname",
            key=f"{key}_name",
            placeholder="Optional",
            help=f"At most {MAX_NAME} characters. Your class sees it. Do not use your real name.",
            width=260,
        )
        pressed = st.form_submit_button(
            chrome.on_primary(label), type="primary", icon=":material/login:", key=f"{key}_now"
        )
    if pressed:
        _try(lambda: _become_member(typed, name))


def _join(code: str | None) -> None:
    if code:
        st.header(f"Join the class {code}", anchor=False)
    join_form(code, "class_enter", "Join")


def _become_member(typed: str, name: str) -> None:
    code = read_code(typed)
    if code is None:
        raise ClassroomError("Type the five letters of the code. They are on your teacher's board.")
    database = resources.store().database
    member = join(database, code, session.owner(), name)
    if lesson := st.session_state.get(choice.LESSON):
        LessonBook(database, session.owner(), 0, lesson).hand_to(member.id)
    visit.enter(code)
    visit.be(member)


def _open() -> None:
    st.markdown(
        "For teachers. Students join with a code of five letters, draw digits, and train a network on the "
        "drawings of all. Nobody needs an account."
    )
    with st.form("class_open_form", border=False):
        said = _key_field("class_open_key")
        if st.form_submit_button("Open a class", icon=":material/add_home:", key="class_open"):
            _try(lambda: _open_with(said))


def _open_with(said: str) -> None:
    _check(said)
    _enter_opened(*open_classroom(resources.store().database, session.owner()))


def _enter_opened(classroom: Classroom, token: str) -> None:
    visit.enter(classroom.code)
    visit.keep_token(classroom.code, token)


def _return() -> None:
    with st.form("class_return_form", border=False):
        link = st.text_input("Your personal link as a teacher", key="class_return_link")
        if st.form_submit_button("Use this link", key="class_return"):
            _try(lambda: _return_with_link(link))
    if resources.teacher_key():
        with st.form("class_lost_form", border=False):
            code = st.text_input("Or the code of the class", key="class_lost_code", width=260)
            said = _key_field("class_lost_key")
            if st.form_submit_button("Teach this class", key="class_lost"):
                _try(lambda: _return_with_key(code, said))


def _return_with_link(link: str) -> None:
    token = read_token(link)
    if token is None:
        raise ClassroomError("This is not a teacher's link. It ends with “teacher=” and 22 characters.")
    visit.enter(become_teacher(resources.store().database, token, session.owner()))


def _return_with_key(typed: str, said: str) -> None:
    _check(said)
    code = read_code(typed)
    if code is None:
        raise ClassroomError("Type the five letters of the code.")
    add_teacher(resources.store().database, code, session.owner())
    visit.enter(code)


def _load() -> None:
    with st.form("class_load_form", border=False):
        file = st.file_uploader(
            "File of a class", type=["gz"], key="class_load_file", max_upload_size=MAX_FILE_BYTES // 2**20
        )
        said = _key_field("class_load_key")
        if st.form_submit_button("Load it", icon=":material/upload:", key="class_load"):
            _try(lambda: _load_with(said, file.getvalue() if file else b""))


def _load_with(said: str, content: bytes) -> None:
    _check(said)
    if not content:
        raise ClassroomError("Choose the file first.")
    _enter_opened(*load_class(resources.store().database, content, session.owner()))


def _key_field(key: str) -> str:
    """Ask for the key of this server, if it has one."""
    if not resources.teacher_key():
        return ""
    return st.text_input("Key of this server", type="password", key=key, width=260)


def _check(said: str) -> None:
    if resources.teacher_key():
        check_key(said)


def _try(step: Callable[[], None]) -> None:
    """Take a step, and show the page again; or say why not."""
    try:
        step()
    except (ClassroomError, KeyRefusedError, StoreError) as error:
        st.error(str(error), icon=":material/error:")
    else:
        st.rerun()
