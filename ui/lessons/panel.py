"""The panel of a lesson: in the sidebar, which folds away, or on a phone behind a button in the head."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.classroom.teaching import taught_by
from core.lessons.lesson import Lesson, Link, Question, Step
from core.store.database import StoreError
from ui import chrome, links, resources, session
from ui.lessons import choice
from ui.lessons.questions import ask
from ui.phone import is_phone

# The last step of each lesson that is written down already, in this tab.
_REACHED = "lesson_reached"


def show(head: DeltaGenerator) -> None:
    """Show the lesson that the visitor takes, if any, and let them choose another one."""
    choice.bring_along()
    links.check(choice.settings(choice.asked()))
    if not is_phone():
        with st.sidebar:
            _panel()
        return
    lesson = choice.asked()
    label = f"Step {_number()}/{len(lesson.steps)}" if lesson else "Lesson"
    with head, st.popover(label, icon=":material/menu_book:", key="lesson_open"):
        _panel()


def _number() -> str:
    return st.query_params.get(choice.STEP) or str(st.session_state.get(choice.STEP, 1))


def _panel() -> None:
    titles = choice.titles()
    name = st.selectbox(
        "Lesson",
        list(choice.lessons()),
        index=None,
        format_func=titles.__getitem__,
        key=choice.LESSON,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        placeholder="Choose a lesson",
        on_change=choice.first_step,
    )
    if name is None:
        choice.keep(None, 1)
        return
    lesson = choice.lessons()[name]
    number = st.pagination(
        len(lesson.steps),
        key=choice.STEP,
        bind="query-params",
        persist_state="session",
        max_visible_pages=5,
    )
    choice.keep(name, number)
    try:
        book = choice.book(name)
        answers = book.answers()
        _reach(name, number)
        teaches = bool(taught_by(resources.store().database, session.owner()))
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
        return
    step = lesson.steps[number - 1]
    st.subheader(f"{number}. {step.title}", anchor=False)
    st.markdown(f":small[{step.minutes} of {lesson.minutes} minutes]")
    for part in step.parts:
        _part(name, lesson, number, part, answers)
    _notice(step, answers)
    if teaches and step.answer:
        with st.expander("For the teacher", icon=":material/school:", key=f"lesson_answer_{number}"):
            st.markdown(step.answer)
    if number < len(lesson.steps):
        st.button(
            f"Next: {lesson.steps[number].title}",
            icon=":material/arrow_forward:",
            key="lesson_next",
            on_click=_go_to,
            args=(number + 1,),
        )
    else:
        st.markdown(
            "**You are at the end of this lesson.** Your answers stay; they are in the report of a run."
        )


def _go_to(number: int) -> None:
    st.session_state[choice.STEP] = number


def _reach(name: str, number: int) -> None:
    """Write down that the visitor has come to a step, once in each tab."""
    student = choice.member()
    place = (name, student.id if student else 0)
    reached = st.session_state.setdefault(_REACHED, {})
    if reached.get(place, 0) < number:
        choice.book(name).reach(number)
        reached[place] = number


def _part(
    name: str, lesson: Lesson, number: int, part: str | Link | Question, answers: Mapping[str, str]
) -> None:
    if isinstance(part, Question):
        ask(name, part, answers.get(part.id, ""))
    elif isinstance(part, Link):
        query = {**dict(part.query), **choice.address(lesson, number)}
        chrome.page_link(chrome.file_of(part.page), part.label, **query)
    else:
        st.markdown(part)


def _notice(step: Step, answers: Mapping[str, str]) -> None:
    if not step.notice:
        return
    if all(question.id in answers for question in step.questions):
        st.info(step.notice, icon=":material/visibility:")
    else:
        st.markdown(":small[Answer, and you see what to notice.]")
