"""Which class a visitor is in, and as whom."""

import math
import time
from dataclasses import dataclass

import streamlit as st

from core.classroom.classroom import Classroom, ClassroomError, Member, find_classroom
from core.classroom.codes import read_code, read_token
from core.classroom.membership import CLOSED, GONE, Membership, attended, memberships
from core.classroom.progress import ClassProgress, read_progress
from core.classroom.teaching import become_teacher, taught_by
from ui import resources, session
from ui.classroom.address import ROOM, TEACHER

# Kept while the visitor goes from page to page.
_CODE, _MEMBER = "class_code", "class_member"
_TOKENS, _TOUCHED = "class_tokens", "class_touched"
_REMOVED = "class_removed"
_CHOICE, _ENTRANCE = "class_choice", ""
_TOUCH_SECONDS = 60.0


@dataclass(frozen=True)
class Visit:
    """A class, and who the visitor is in it.

    Attributes
    ----------
    classroom : Classroom
    teaches : bool
    members : tuple of Member
        The students on this device; the one who uses it now first.
    """

    classroom: Classroom
    teaches: bool
    members: tuple[Member, ...]

    @property
    def member(self) -> Member | None:
        """The student who uses this device now."""
        return next(iter(self.members), None)


def own_classes() -> tuple[Classroom, ...]:
    """Return the classes that the visitor teaches, then those they attend. Raises `StoreError`."""
    database, owner = resources.store().database, session.owner()
    found = {one.code: one for one in (*taught_by(database, owner), *attended(database, owner))}
    return tuple(found.values())


def let_teacher_in() -> None:
    """Take a teacher's personal link out of the address, and let the visitor teach its class.

    Raises
    ------
    ClassroomError
        If it belongs to no class.
    StoreError
    """
    if TEACHER in st.query_params:
        token = read_token(st.query_params[TEACHER])
        st.query_params.pop(TEACHER)
        enter(become_teacher(resources.store().database, token or "", session.owner()))


def asked_code() -> str | None:
    """Return the code in the address; raises `ClassroomError` if it is none."""
    if ROOM not in st.query_params:
        return None
    code = read_code(st.query_params[ROOM])
    if code is None:
        raise ClassroomError("This is not the code of a class. It has five letters.")
    return code


def enter(code: str) -> None:
    """Be in a class from now on; the empty code is the entrance."""
    st.session_state[_CODE] = code
    if st.query_params.get(ROOM, code) != code:
        st.query_params.pop(ROOM)


def entered() -> str | None:
    """Return the code of the class that the visitor has entered last in this tab; empty for the entrance."""
    code: str | None = st.session_state.get(_CODE)
    return code


def visit(code: str) -> Visit | None:
    """Return the visitor's visit to a class, or None if they are nobody in it.

    Raises
    ------
    ClassroomError
        If there is no such class.
    StoreError
    """
    database, owner = resources.store().database, session.owner()
    with database.reading() as connection:
        classroom = find_classroom(connection, code)
    teaches = any(one.code == code for one in taught_by(database, owner))
    members = _chosen_first(memberships(database, code, owner))
    return Visit(classroom, teaches, members) if teaches or members else None


def student() -> Member | None:
    """Return the student who uses this device now, on whatever page. Raises `StoreError`."""
    database, owner = resources.store().database, session.owner()
    code = entered() or next((one.code for one in attended(database, owner)), None)
    members = memberships(database, code, owner) if code else ()
    return next(iter(_chosen_first(members)), None)


def _chosen_first(members: tuple[Member, ...]) -> tuple[Member, ...]:
    chosen = st.session_state.get(_MEMBER)
    return tuple(sorted(members, key=lambda member: member.id != chosen))


def check(code: str) -> None:
    """Raise `ClassroomError` if the visitor is nobody in this class, or no longer."""
    if visit(code) is None:
        raise ClassroomError(GONE)


def choose(own: tuple[Classroom, ...], code: str) -> None:
    """Let the visitor change to another class of theirs, or go to the entrance for one more."""
    st.session_state[_CHOICE] = code
    st.selectbox(
        "Class",
        [*(one.code for one in own), _ENTRANCE],
        format_func=lambda code: code or "Another class…",
        key=_CHOICE,
        label_visibility="collapsed",
        width=170,
        on_change=lambda: enter(st.session_state[_CHOICE]),
    )


def touch(member: Member) -> None:
    """Write down that a member is here, once a minute. Raises `StoreError`."""
    who, last = st.session_state.get(_TOUCHED, (None, -math.inf))
    if who != member.id or time.monotonic() - last > _TOUCH_SECONDS:
        Membership(resources.store().database, member).touch()
        st.session_state[_TOUCHED] = member.id, time.monotonic()


def is_open(member: Member) -> bool:
    """Return whether a member can draw and label; if their class is closed, say so.

    A member who has been removed sees the entrance. Raises `StoreError`.
    """
    try:
        closed = Membership(resources.store().database, member).classroom().closed
    except ClassroomError as error:
        st.session_state[_REMOVED] = str(error)
        st.rerun()  # Also what is outside of a fragment.
    if closed:
        st.info(CLOSED, icon=":material/lock:")
    return not closed


def why_removed() -> str | None:
    """Return why the visitor sees the entrance again, once."""
    said: str | None = st.session_state.pop(_REMOVED, None)
    return said


def be(member: Member) -> None:
    """Let this student use the device from now on."""
    st.session_state[_MEMBER] = member.id


def keep_token(code: str, token: str) -> None:
    """Remember the token of a personal link as long as this tab is open."""
    st.session_state.setdefault(_TOKENS, {})[code] = token


def token_of(code: str) -> str | None:
    """Return the token of the personal link, if it was made in this tab."""
    token: str | None = st.session_state.get(_TOKENS, {}).get(code)
    return token


@st.cache_resource(ttl=1.0, max_entries=20, show_spinner=False)
def progress(code: str) -> ClassProgress:
    """Return how far a class is: one look a second for all who watch. Raises `ClassroomError`."""
    return read_progress(resources.store().database, code)


def leave() -> None:
    """Be in no class in this tab, whatever the address says."""
    for key in (_CODE, _REMOVED):
        st.session_state.pop(key, None)
    st.query_params.pop(ROOM, None)
