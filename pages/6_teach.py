"""Teach: show a network drawings that it misread, and see what it learns and forgets."""

import streamlit as st

from core.fine_tuning import MIN_DRAWINGS
from core.jobs.queue_admission import RunRefused
from core.store.database import StoreError
from core.store.drawings import to_arrays
from core.store.run import Run, RunError
from ui import chrome, resources, session
from ui.drawing_gallery import drawing_gallery
from ui.run_picker import pick
from ui.training_panel import training_panel

chrome.begin(
    "Teach it your hand",
    "Drawings that you keep on the page Predict are here. A network is shown them among images of "
    "MNIST, again and again, and becomes a new one that knows your hand, too.",
    "Shown your drawings alone, it would soon forget how everybody else writes. "
    "Some drawings are not shown to it: they tell whether it has learned.",
)
resources.mnist()


def teach(run: Run) -> None:
    try:
        taught = resources.queue().fine_tune(
            run.id, to_arrays(session.drawing_store().drawings()), session.owner(), session.nickname()
        )
    except (RunRefused, RunError, StoreError) as refusal:
        st.toast(str(refusal), icon=":material/hourglass_top:")
        return
    resources.estimates.clear()
    session.watch(taught.id)


try:
    drawings = session.drawing_store().drawings()
except StoreError as error:
    st.error(str(error), icon=":material/database_off:")
    st.stop()

if not resources.keeps_drawings():
    st.info("Drawings are not kept on this server.", icon=":material/lock:")
    if drawings:
        drawing_gallery(drawings)
    st.stop()

saved, settings = st.columns([3, 2], gap="large")
with saved:
    st.subheader("Your drawings", anchor=False)
    if drawings:
        drawing_gallery(drawings)
    else:
        st.info(
            "You have not kept a drawing yet. Draw a digit and say what it is; then it is here.",
            icon=":material/draw:",
        )
    chrome.page_link("4_predict.py", "Draw some more" if drawings else "Draw a digit")

with settings:
    st.subheader("The lesson", anchor=False)
    run = pick("teach_model", default="article")
    missing = MIN_DRAWINGS - len(drawings)
    if missing > 0:
        st.info(
            f"Keep at least {MIN_DRAWINGS} drawings. Still missing: {missing}.",
            icon=":material/school:",
        )
    else:
        training, holdout = to_arrays(drawings).split()
        st.markdown(f"Drawings to learn from: {len(training)}. Kept aside to measure on: {len(holdout)}.")
    # A callback gets the model that was on screen, also if it has been deleted meanwhile.
    st.button(
        "Teach it",
        type="primary",
        icon=":material/school:",
        key="teach_start",
        disabled=missing > 0,
        width="stretch",
        on_click=teach,
        args=(run,),
    )
    try:
        watched = session.watched_run(resources.store())
    except StoreError as error:
        watched = None
        st.warning(str(error), icon=":material/search_off:")
    if watched and watched.fine_tuning:
        training_panel(watched)

chrome.end(
    "teach",
    [
        "Keep ten sevens with a bar. Does the network read those that it was not taught?",
        "Say of every One that it is a Seven, and teach that. What happens to the test images?",
        "Teach the network without hidden layer and the convolutional one the same drawings. "
        "Which learns more, which forgets more?",
    ],
)
