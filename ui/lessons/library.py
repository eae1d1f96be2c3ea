"""The list of lessons, each with a link that begins it."""

import streamlit as st

from ui import chrome
from ui.lessons import choice


def show() -> None:
    """Show the lessons that the visitor can take."""
    lessons = choice.lessons()
    if not lessons:
        return
    st.header("Lessons", anchor=False)
    st.markdown(
        "A lesson leads you through the pages, step by step, with questions. It stays beside the page, and "
        "you can fold it away; in a narrow window it is behind » at the top left, on a phone behind *Step*."
    )
    with st.container(key="lessons"), st.grid(3, min_column_width=300, gap="xxsmall"):
        for lesson in lessons.values():
            with st.container(border=True, gap="xxsmall", height="stretch"):
                page = chrome.file_of(choice.first_page(lesson))
                chrome.page_link(page, f"**{lesson.title}**", **choice.begin(lesson))
                st.caption(f"{lesson.minutes} minutes. {lesson.about}")
