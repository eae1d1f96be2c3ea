"""Lessons of a class: what the teacher chooses and pastes in, and what members and the board see of it."""

from pathlib import Path

import streamlit as st

from core.classroom.class_lessons import (
    MAX_LESSONS,
    LessonDesk,
    count_answers,
    count_reached,
    read_class_lesson,
    read_class_lessons,
)
from core.classroom.classroom import ClassroomError
from core.data import DataError, read_text
from core.lessons.lesson import Lesson, Question
from core.lessons.library import LESSONS_FOLDER, read_library
from core.lessons.parse import MAX_BYTES
from core.lessons.work_sheet import to_html
from core.plots.answers_chart import answers_chart
from core.store.database import StoreError
from ui import chrome, pictures, resources, session
from ui.classroom.act import act
from ui.lessons import choice

_GUIDE = "45-minutes-from-now.md"
_LESSON, _QUESTION, _TEXT = "class_lesson", "class_question", "class_lesson_text"


# The shortest lesson that has everything.
EXAMPLE = """---
title: Crossed sevens
about: Who writes a 7 with a bar?
---

## Aims

- I can say which sevens the network knows.

## Step: Look (10 min)

Look at many sevens.

[Open Explore](explore?explore_class=7%20·%20Seven&explore_side=8×8)

### Number: How many of 64 have a bar?

### Choice: Will the network read yours?
- [ ] Yes
- [x] Rather not

### Notice

It has seen few of them.

### Answer

For you, the teacher.
"""


def teach(code: str) -> None:
    """Let the teacher choose what the class works on, see how far it is, and add lessons."""
    lessons, chosen = choice.lessons(), read_class_lesson(resources.store().database, code)
    # What another teacher has chosen must not be undone.
    st.session_state[_LESSON] = chosen.lesson if chosen.lesson in lessons else None
    st.selectbox(
        "The class works on",
        list(lessons),
        index=None,
        format_func=lambda name: lessons[name].title,
        key=_LESSON,
        placeholder="Choose a lesson",
        on_change=_work_on,
        args=(code,),
        help="Students find it on *Class*, in the lesson's panel, and on *Home*.",
    )
    if lesson := lessons.get(chosen.lesson):
        _lesson(code, chosen.lesson, lesson, chosen.question)
    guide = LESSONS_FOLDER / _GUIDE
    if guide.exists() and st.toggle("45 minutes from now: a page for teachers", key="class_guide"):
        try:
            st.markdown(_body(guide))
        except DataError as error:
            st.warning(str(error), icon=":material/draft:")
    if st.toggle("Write a lesson of your own", key="class_own_lesson"):
        _own(code)


def _body(path: Path) -> str:
    """Return a file of Markdown without its title, which the switch above it says."""
    text = read_text(path)
    return text.partition("\n")[2] if text.startswith("# ") else text


def _work_on(code: str) -> None:
    act(_desk(code).work_on, st.session_state[_LESSON] or "")


def _desk(code: str) -> LessonDesk:
    return LessonDesk(resources.store().database, code, session.owner())


def _lesson(code: str, name: str, lesson: Lesson, question: str) -> None:
    reached = count_reached(resources.store().database, code, name, lesson)
    most = max(*reached, 1)
    with st.container(key="class_lesson_progress", gap="xxsmall"):
        for number, (step, count) in enumerate(zip(lesson.steps, reached, strict=True), start=1):
            st.progress(count / most, text=f"{number}. {chrome.plain(step.title)}: {count}")
    asked = {one.id: one for one in lesson.questions if one.kind != "text"}
    st.session_state[_QUESTION] = question if question in asked else None
    st.selectbox(
        "The board shows the answers to",
        list(asked),
        index=None,
        format_func=lambda number: f"{number} {asked[number].text}",
        key=_QUESTION,
        placeholder="Choose a question",
        on_change=lambda: act(_desk(code).work_on, name, st.session_state[_QUESTION] or ""),
        help="As counts, without names. Add *Answers* to the parts of the board.",
    )
    papers(name, lesson, for_teacher=True)


def papers(name: str, lesson: Lesson, for_teacher: bool) -> None:
    """Offer a lesson on paper; for a teacher also with the answers."""
    kinds = {"work-sheet": ("Work sheet", False)}
    if for_teacher:
        kinds["teacher"] = ("Answers for the teacher", True)
    with st.container(horizontal=True):
        for kind, (label, answers) in kinds.items():
            st.download_button(
                label,
                to_html(lesson, answers),
                f"{name}-{kind}.html",
                "text/html",
                key=f"lesson_paper_{kind}_{for_teacher}",
                icon=":material/print:",
                on_click="ignore",
                help="A web page to print.",
            )


def _own(code: str) -> None:
    st.markdown(
        "Paste a lesson in Markdown. It is checked, kept with the class, and deleted with it; at most "
        f"{MAX_LESSONS} of {MAX_BYTES // 1000} kB. Links lead to pages of this app only. This is the form:"
    )
    st.code(EXAMPLE, language="markdown")
    st.text_area("Your lesson", key=_TEXT, height=240, max_chars=MAX_BYTES)
    st.button("Check and add it", icon=":material/add:", key="class_lesson_add", on_click=_add, args=(code,))
    if problem := st.session_state.pop("class_lesson_problem", None):
        st.error(chrome.plain(problem), icon=":material/error:")
    own = read_class_lessons(resources.store().database, code)
    for name, lesson in own.items():
        st.button(
            f"Delete {chrome.plain(lesson.title)}",
            icon=":material/delete:",
            key=f"class_lesson_delete_{name}",
            on_click=_remove,
            args=(code, name),
            help="With all answers to it.",
        )


def _add(code: str) -> None:
    try:
        _desk(code).add(st.session_state[_TEXT])
    except (ClassroomError, StoreError) as error:
        st.session_state["class_lesson_problem"] = str(error)
    else:
        st.session_state[_TEXT] = ""
        st.toast("The lesson is in the list.", icon=":material/check:")
    choice.forget()


def _remove(code: str, name: str) -> None:
    act(_desk(code).remove, name)
    choice.forget()


def invite(code: str) -> None:
    """Show members the lesson that their class works on, if it is not beside the page."""
    name = read_class_lesson(resources.store().database, code).lesson
    lesson = choice.lessons().get(name)
    if lesson and not choice.is_open():
        page = chrome.file_of(choice.first_page(lesson))
        label = f"Your class works on **{chrome.plain(lesson.title)}**"
        chrome.page_link(page, label, **choice.begin(lesson))


def answers(code: str) -> None:
    """Show the answers to the question that the teacher has chosen, for the board. Raises `StoreError`."""
    database = resources.store().database
    chosen = read_class_lesson(database, code)
    # Who watches the board need not be in the class.
    lesson = {**read_library(), **read_class_lessons(database, code)}.get(chosen.lesson)
    question = next((one for one in lesson.questions if one.id == chosen.question), None) if lesson else None
    if question is None:
        st.header("Answers", anchor=False)
        st.markdown("Your teacher chooses a question on *Class*, under *Lesson*.")
        return
    _answers(code, chosen.lesson, question)


def _answers(code: str, name: str, question: Question) -> None:
    counts = count_answers(resources.store().database, code, name, question)
    total = sum(counts.values())
    st.header(chrome.plain(question.text), anchor=False)
    st.markdown("1 answer" if total == 1 else f"{total} answers")
    if total:
        st.vega_lite_chart(
            answers_chart(counts, pictures.style()),
            key="board_answers",
            alt="; ".join(f"{answer}: {count}" for answer, count in counts.items()),
        )
