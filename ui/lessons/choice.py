"""Which lesson the visitor takes, at which step, and who they are in it."""

import contextlib
from collections.abc import Mapping

import streamlit as st

from core.classroom.class_lessons import lessons_of
from core.classroom.classroom import Member
from core.lessons.answers import LessonBook
from core.lessons.lesson import Lesson, Link
from core.lessons.library import read_library
from core.store.database import StoreError
from ui import address_bar, resources, session
from ui.links import Setting

# Widgets of every page, and their names in the address.
LESSON, STEP = "lesson", "step"
_FIRST = 1
_BOUND = {("inside", "image"): "inside_index"}
# What a page keeps from an earlier visit, and a lesson does not want unless it says so.
_USUAL = {"evaluate": {"test_set": "MNIST"}}


def is_open() -> bool:
    """Return whether a lesson is beside the page, or asked for by the address."""
    return LESSON in st.query_params or address_bar.is_kept(LESSON)


def lessons() -> Mapping[str, Lesson]:
    """Return the lessons that the visitor can take, by their names: the bundled ones, and their classes'."""
    of_classes: Mapping[str, Lesson] = {}
    with contextlib.suppress(StoreError):  # The panel, which asks the same store, says it.
        of_classes = _of_classes(session.owner())
    taken = {lesson.title for lesson in read_library().values()}
    return {**read_library(), **{name: one for name, one in of_classes.items() if one.title not in taken}}


@st.cache_resource(ttl=5.0, max_entries=200, show_spinner=False)
def _of_classes(owner: str) -> Mapping[str, Lesson]:
    """Return the lessons of an owner's classes. Of one title, the first is listed."""
    found: dict[str, Lesson] = {}
    for name, lesson in lessons_of(resources.store().database, owner).items():
        if lesson.title not in {one.title for one in found.values()}:
            found[name] = lesson
    return found


def forget() -> None:
    """Look again for lessons of classes."""
    _of_classes.clear()


def titles() -> dict[str | None, str]:
    """Return how the address and the panel call each lesson, by its name; none is called nothing."""
    return {None: "", **{name: lesson.title for name, lesson in lessons().items()}}


def settings(lesson: Lesson | None) -> tuple[Setting, ...]:
    """Return what of the address belongs to lessons: of the one that is taken, the steps."""
    steps = range(_FIRST, len(lesson.steps) + 1) if lesson else [_FIRST]
    return Setting(LESSON, titles(), None), Setting(STEP, {step: str(step) for step in steps}, _FIRST)


def asked() -> Lesson | None:
    """Return the lesson that the address asks for, or the one taken last."""
    title = st.query_params.get(LESSON)
    if title:
        return next((lesson for lesson in lessons().values() if lesson.title == title), None)
    return lessons().get(st.session_state.get(LESSON) or "")


def first_step() -> None:
    """Begin another lesson at its beginning."""
    st.session_state[STEP] = _FIRST


def address(lesson: Lesson, step: int = _FIRST) -> dict[str, str]:
    """Return the parts of an address that show a step of a lesson."""
    return {LESSON: lesson.title} | ({STEP: str(step)} if step != _FIRST else {})


def member() -> Member | None:
    """Return the student who uses this device, if it is one of a class."""
    from ui.classroom import visit

    return visit.student()


def book(name: str) -> LessonBook:
    """Return the visitor's answers to a lesson."""
    student = member()
    return LessonBook(resources.store().database, session.owner(), student.id if student else 0, name)


def first_page(lesson: Lesson) -> str:
    """Return the page on which a lesson begins: that of its first link."""
    return next((link.page for step in lesson.steps for link in step.links), "home")


def query(link: Link) -> dict[str, str]:
    """Return what a link carries, so that it is taken also on the page that one is on.

    There a widget that is bound to the address has only what the address has for it.
    """
    asked = {_BOUND.get((link.page, name), name): value for name, value in link.query}
    return {**_USUAL.get(link.page, {}), **asked}


def begin(lesson: Lesson) -> dict[str, str]:
    """Return the parts of an address that begin a lesson, with what a link of its first step carries."""
    first = lesson.steps[0].links
    return {**(query(first[0]) if first else {}), **address(lesson)}
