"""The panel of a lesson: in the sidebar, which folds away, or on a phone behind a button at the title."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.classroom.teaching import taught_by
from core.lessons.answers import LessonBook
from core.lessons.lesson import Link, Question, Step
from core.store.database import StoreError
from ui import chrome, links, resources, session
from ui.address_bar import bring, follow_links, into_address, keep
from ui.lessons import choice, of_class
from ui.lessons.questions import ask
from ui.phone import is_phone

# The last step of each lesson that is written down already, in this tab.
_REACHED = "lesson_reached"


def show(name_row: DeltaGenerator) -> None:
    """Show the lesson that the visitor takes, if any, and let them choose another one.

    Parameters
    ----------
    name_row : DeltaGenerator
        The row of the page's title, for the button on a phone.
    """
    for key in (choice.LESSON, choice.STEP):
        bring(key)
    links.check(choice.settings(choice.asked()))
    if is_phone():
        lesson = choice.asked()
        label = f"Step {_number()}/{len(lesson.steps)}" if lesson else "Lesson"
        with name_row, st.popover(label, icon=":material/menu_book:", key="lesson_open"):
            name, number = _choose()
            _step(name, number)
    else:
        with st.sidebar:
            name, number = _choose()
            _step(name, number)
    keep(choice.LESSON, name)
    keep(choice.STEP, number if name else None)
    # Last: they take room. What is in a closed popover is not on the page.
    with st.sidebar:
        into_address(choice.LESSON, choice.titles()[name])
        into_address(choice.STEP, str(number) if number > 1 else "")
        follow_links()


def _number() -> str:
    return st.query_params.get(choice.STEP) or str(st.session_state.get(choice.STEP, 1))


def _choose() -> tuple[str | None, int]:
    """Let the visitor choose a lesson and a step; return its name, or None, and the number of the step."""
    name = st.selectbox(
        "Lesson",
        list(choice.lessons()),
        index=None,
        format_func=choice.titles().__getitem__,
        key=choice.LESSON,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        placeholder="Choose a lesson",
        on_change=choice.first_step,
    )
    if name is None:
        return None, 1
    return name, st.pagination(
        len(choice.lessons()[name].steps),
        key=choice.STEP,
        bind="query-params",
        persist_state="session",
        max_visible_pages=5,
    )


def _step(name: str | None, number: int) -> None:
    if name is None:
        return
    lesson = choice.lessons()[name]
    try:
        book = choice.book(name)
        answers = book.answers()
        _reach(book, number)
        teaches = bool(taught_by(resources.store().database, session.owner()))
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
        return
    step = lesson.steps[number - 1]
    st.subheader(f"{number}. {step.title}", anchor=False)
    st.markdown(f":small[{step.minutes} of {lesson.minutes} minutes]")
    if number == 1:
        of_class.papers(name, lesson, for_teacher=teaches)
    for part in step.parts:
        if isinstance(part, Question):
            ask(book, part, answers.get(part.id, ""))
        elif isinstance(part, Link):
            # The page's help would cover the step's text.
            query = choice.query(part) | choice.address(lesson, number)
            chrome.page_link(chrome.file_of(part.page), part.label, help="", **query)
        else:
            st.markdown(part)
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


def _reach(book: LessonBook, number: int) -> None:
    """Write down that the visitor has come to a step, once in each tab."""
    place = (book.lesson, book.member)
    reached = st.session_state.setdefault(_REACHED, {})
    if reached.get(place, 0) < number:
        book.reach(number)
        reached[place] = number


def _notice(step: Step, answers: Mapping[str, str]) -> None:
    if not step.notice:
        return
    if all(question.id in answers for question in step.questions):
        # Without an icon, which would take a sixth of the panel's width.
        st.info(step.notice)
    else:
        st.markdown(":small[Answer, and you see what to notice.]")
