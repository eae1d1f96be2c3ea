"""What a class keeps of its members, in four sentences."""

import streamlit as st

from core.classroom.classroom import LIFETIME


def privacy() -> None:
    """Say what is kept, how long, who sees it, and how to delete it."""
    st.markdown(
        "**Privacy.** This server keeps your drawings, the name that you chose, and the labels that you "
        "give; it knows you by an anonymous number only. They are kept until the class ends, at the latest "
        f"{LIFETIME.days} days after the teacher last extended it. Your class and its teacher see them; a "
        "network that was trained on them can be used by everyone on this server. *Leave the class* deletes "
        "them at once, and so does *Delete all my data* on Runs; no request leaves this server."
    )
