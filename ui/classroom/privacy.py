"""What a class keeps of its members, in four sentences."""

import streamlit as st

from core.classroom.classroom import LIFETIME


def privacy() -> None:
    """Say what is kept, how long, who sees it, and how to delete it."""
    st.markdown(
        "**Privacy.** This server keeps your drawings, the name that you chose, the labels that you give, "
        "and your answers in lessons; it knows you by an anonymous number only. They are kept until the "
        f"class ends, at the latest {LIFETIME.days} days after the teacher last extended it, and in the file "
        "if the teacher saves the class. Your class and its teacher see drawings, names, and labels, and of "
        "answers only how many gave each; a network that was trained on drawings can be used by everyone on "
        "this server. *Leave the class* deletes all of it here at once, and so does *Delete all my data* on "
        "Runs; no request leaves this server."
    )
