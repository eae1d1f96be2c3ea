"""Board: what a class does, live, for the projector. It is not in the navigation; *Class* links to it."""

import streamlit as st

from core.classroom.codes import read_code
from ui import chrome
from ui.classroom.address import ROOM
from ui.classroom.board import STYLE, board

code = read_code(st.query_params.get(ROOM, ""))
chrome.begin(
    f"Class {code}" if code else "Board",
    "The board of a class, for the projector.",
    "It shows what the teacher has chosen on *Class*, and keeps itself up to date.",
)
if code is None:
    st.warning("This is not the address of a board. Open it from *Class*.", icon=":material/search_off:")
    chrome.page_link("9_class.py", "Class")
    st.stop()
st.html(STYLE)
board(code)
