"""Class: a class pools its drawings, labels them, and trains on them."""

import streamlit as st

from core.classroom.classroom import ClassroomError
from core.store.database import StoreError
from ui import chrome, links, resources
from ui.classroom import visit
from ui.classroom.agreement import agreement_view
from ui.classroom.contest import contest
from ui.classroom.draw import draw
from ui.classroom.entrance import entrance
from ui.classroom.label import label
from ui.classroom.manage import manage
from ui.classroom.moderate import moderate
from ui.classroom.privacy import privacy
from ui.classroom.students import change_student
from ui.classroom.test_set import test_set
from ui.classroom.train import train
from ui.lessons import of_class

TEACH, DRAW, LABEL, DRAWINGS = "Teach", "Draw", "Label", "Drawings"
AGREEMENT, TRAIN, TEST, CONTEST = "Agreement", "Train", "Test", "Contest"

row = chrome.begin(
    "Class",
    "A class draws digits on its own devices and pools them. Others label the drawings without seeing what "
    "they were meant to be; then networks are trained on MNIST, on the drawings of the class, or on both.",
    "A network knows only the handwriting that it has seen. Who collects the data, and who labels it, "
    "decides for whom it works.",
)
if not resources.keeps_drawings():
    st.info("This server does not save drawings, so a class cannot pool them.", icon=":material/lock:")
    st.stop()

own, visited, asked = (), None, None
try:
    visit.let_teacher_in()
    own = visit.own_classes()
    asked = visit.asked_code()
    chosen = asked or visit.entered()
    chosen = next((one.code for one in own), None) if chosen is None else chosen
    visited = visit.visit(chosen) if chosen else None
except ClassroomError as error:
    asked = None
    visit.leave()
    st.warning(str(error), icon=":material/search_off:")
except StoreError as error:
    st.error(str(error), icon=":material/database_off:")
    st.stop()

if visited is None:
    if own:
        with row:
            visit.choose(own, "")
    entrance(asked)
else:
    code, member = visited.classroom.code, visited.member
    views = [TEACH] if visited.teaches else []
    views += [DRAW, LABEL] if member else []
    views += [DRAWINGS] if visited.teaches else []
    views += [AGREEMENT, TRAIN, TEST, CONTEST]
    if visited.teaches and not member and st.query_params.get("class_view") in (DRAW, LABEL):
        st.info(
            "Students see this step here. To do it, too, join under *Try it as a student*.",
            icon=":material/school:",
        )
    else:
        links.check([links.Setting("class_view", {view: view for view in views}, views[0])])
    with row:
        visit.choose(own, code)
    with st.container(horizontal=True, vertical_alignment="center", key="class_head"):
        view = st.segmented_control(
            "View",
            views,
            default=views[0],
            required=True,
            key="class_view",
            bind="query-params",
            persist_state="session",
            label_visibility="collapsed",
            wrap=True,
        )
        if member:
            change_student(visited)
            of_class.invite(code)
    try:
        if view == TEACH:
            manage(visited.classroom, attends=member is not None)
        elif view == DRAW and member:
            draw(member)
        elif view == LABEL and member:
            label(member)
        elif view == DRAWINGS:
            moderate(code)
        elif view == TRAIN:
            train(visited.classroom)
        elif view == TEST:
            test_set(code)
        elif view == CONTEST:
            contest(visited.classroom, visited.teaches)
        else:
            agreement_view(code)
    except (ClassroomError, StoreError) as error:
        st.error(str(error), icon=":material/error:")
privacy()

chrome.end(
    "class",
    [
        "Label ten drawings of others. Which ones can't you read? What would a network make of them?",
        "Look at the disputed drawings together. Which labels are wrong, and who decides?",
        "Do all of you cross the 7, or put a base under the 1? Look for what MNIST's writers did not do.",
    ],
    following="5_runs.py",
)
