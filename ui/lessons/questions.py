"""The questions of a lesson: asked, and answered at once."""

import streamlit as st

from core.lessons.answers import LessonBook
from core.lessons.lesson import MAX_TEXT, LessonError, Question
from core.store.database import StoreError


def ask(book: LessonBook, question: Question, answer: str) -> None:
    """Ask a question, and keep what the visitor says.

    Parameters
    ----------
    book : LessonBook
        Where it is kept.
    question : Question
    answer : str
        What they have said before; may be empty.
    """
    # Students who share a tablet have widgets of their own.
    key = f"lesson_{book.lesson}_{question.id}_{book.member}"
    if key not in st.session_state:
        st.session_state[key] = _value(question, answer)
    {"choice": _choice, "text": _text}.get(question.kind, _number)(book, question, key)


def _value(question: Question, answer: str) -> str | float | None:
    if question.kind in ("guess", "number"):
        return float(answer) if answer else None
    return answer if question.kind == "text" or answer in question.options else None


def _choice(book: LessonBook, question: Question, key: str) -> None:
    st.radio(
        f"**{question.text}**",
        question.options,
        index=None,
        key=key,
        on_change=_keep,
        args=(book, question, key),
    )


def _number(book: LessonBook, question: Question, key: str) -> None:
    label = "Your guess: " if question.kind == "guess" else ""
    st.number_input(
        f"**{label}{question.text}**",
        value=None,
        format="%g",
        placeholder="A number",
        key=key,
        on_change=_keep,
        args=(book, question, key),
    )


def _text(book: LessonBook, question: Question, key: str) -> None:
    st.text_area(
        f"**{question.text}**",
        key=key,
        height=90,
        max_chars=MAX_TEXT,
        on_change=_keep,
        args=(book, question, key),
    )


def _keep(book: LessonBook, question: Question, key: str) -> None:
    said = st.session_state[key]
    try:
        book.answer(question, "" if said is None else str(said))
    except (LessonError, StoreError) as error:
        st.toast(str(error), icon=":material/error:")
