"""Fine-tune: train a model further on one's own drawings, and see what it learns and forgets."""

import streamlit as st

from core.fine_tuning.drawings import HOLDOUT_EVERY, MEANINGFUL_HOLDOUT, MIN_DRAWINGS
from core.store.database import StoreError
from core.store.drawings import to_arrays
from core.store.run import Run
from ui import chrome, resources, session, watching
from ui.drawing_gallery import drawing_gallery
from ui.run_picker import pick
from ui.train.panel import training_panel
from ui.train.start import start, start_button

# With this many, enough are held out for validation.
ENOUGH_DRAWINGS = HOLDOUT_EVERY * MEANINGFUL_HOLDOUT

row = chrome.begin(
    "Fine-tune on your handwriting",
    "Here are the drawings that you saved on *Predict*. The model is trained further on them, mixed with "
    "MNIST images; the result is a new model that also knows your handwriting.",
    "Trained on your drawings alone, it would soon forget how everyone else writes: that is called "
    f"catastrophic forgetting. One drawing in {HOLDOUT_EVERY} is held out for validation: those show "
    "whether it has learned your handwriting, not only your drawings.",
)
resources.mnist()


def fine_tune(run: Run) -> None:
    start(
        lambda: resources.queue().fine_tune(
            run.id,
            to_arrays(session.drawing_store().drawings()),
            session.owner(),
            session.nickname(),
            session.has_cookie(),
        )
    )


try:
    drawings = session.drawing_store().drawings()
except StoreError as error:
    st.error(str(error), icon=":material/database_off:")
    st.stop()

if not resources.keeps_drawings():
    st.info("This server does not save drawings.", icon=":material/lock:")
    if drawings:
        drawing_gallery(drawings)
    st.stop()

with row:
    run = pick("teach_model", default="article")

settings, examples = st.columns([2, 3], gap="medium")
with settings, st.container(key="teach_settings"):
    training, validation = (len(part) for part in to_arrays(drawings).split())
    enough = len(drawings) >= MIN_DRAWINGS
    # A callback gets the model that was on screen, also if it has been deleted meanwhile.
    start_button("Fine-tune the model", ":material/school:", "teach_start", enough, fine_tune, (run,))
    if enough:
        st.markdown(f"**{training}** training drawings · **{validation}** validation drawings (held out)")
    else:
        st.info(
            f"Save at least {MIN_DRAWINGS} drawings to start: {MIN_DRAWINGS - len(drawings)} to go.",
            icon=":material/draw:",
        )
    if run.recipe.data_choices:
        st.info(
            "This model was trained on chosen data. Beside your drawings, fine-tuning shows it the same "
            "images of MNIST again, with the same labels: what else it learns, it learns from your drawings.",
            icon=":material/database:",
        )
    if validation < MEANINGFUL_HOLDOUT:
        st.markdown(
            f"For a result that means something, save **{ENOUGH_DRAWINGS} drawings**: then "
            f"{MEANINGFUL_HOLDOUT} are held out for validation. With fewer, a single drawing changes "
            f"the accuracy by more than {100 // MEANINGFUL_HOLDOUT} percentage points."
        )
    try:
        watched = watching.watched_run(resources.store())
    except StoreError as error:
        watched = None
        st.warning(str(error), icon=":material/search_off:")
    if watched and watched.fine_tuning:
        training_panel(watched)

with examples, st.container(key="teach_examples"):
    st.header("Your training examples", anchor=False)
    if not drawings:
        st.info(
            "No drawings saved yet. Draw a digit, choose its correct label, and it appears here.",
            icon=":material/draw:",
        )
    chrome.page_link("4_predict.py", "Draw more digits" if drawings else "Draw a digit")
    if drawings:
        drawing_gallery(drawings)

chrome.end(
    "teach",
    [
        "Save 10 crossed 7s. Does the fine-tuned model recognize those that were held out?",
        "Label every 1 as 7, and fine-tune on that. What happens to the MNIST test accuracy?",
        "Fine-tune the model without a hidden layer and the convolutional one on the same drawings. "
        "Which improves more, and which forgets more?",
    ],
    following="5_runs.py",
)
