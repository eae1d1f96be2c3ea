"""Train: make a recipe, start it, and watch the network learn."""

import streamlit as st

from core import figures
from core.jobs import TrainingRefused
from core.recipe import LESSONS, PRESETS, Recipe, RecipeError
from ui import chrome, pictures, resources, session
from ui.recipe_form import recipe_form
from ui.training_panel import training_panel

chrome.begin(
    "Train a network",
    "The network looks at a batch of images, compares its answers with the truth, and changes its "
    "weights a little so that it would have been less wrong. Then comes the next batch.",
    "Nobody tells it what a Seven looks like. All that it knows in the end, it found in the images.",
)
resources.mnist()


def start(recipe: Recipe) -> None:
    title = next((LESSONS[name].title for name in PRESETS if PRESETS[name] == recipe), recipe.words)
    name = f"Run {resources.store().next_number()}: {title}"
    try:
        run = resources.trainer().submit(recipe, session.owner(), name)
    except TrainingRefused as refusal:
        st.toast(str(refusal), icon=":material/hourglass_top:")
        return
    session.keep_owner_in_address()
    st.query_params["run"] = run.id


form, overview = st.columns([2, 1], gap="large")
with form:
    try:
        recipe = recipe_form()
    except RecipeError as error:
        recipe = None
        st.warning(str(error), icon=":material/rule:")
with overview:
    if recipe:
        pictures.show(figures.network, recipe, alt=f"The layers of the network: {recipe.words}")
        with st.container(horizontal=True):
            st.metric("Parameters", f"{recipe.parameters:,}", help="Weights and biases, set by training")
            st.metric("Steps in an epoch", f"{recipe.steps_per_epoch:,}", help="One for each batch")
    st.button(
        "Start training",
        type="primary",
        icon=":material/play_arrow:",
        key="train_start",
        on_click=start,
        args=(recipe,),
        disabled=recipe is None,
        width="stretch",
    )

active = resources.store().active()
run_id = st.query_params.get("run") or (active.id if active else None)
if run_id:
    training_panel(run_id)

chrome.end(
    "train",
    [
        "Train the article network with batch size 128. Why is it better after as many epochs?",
        "Use only 300 training images. How far do training and test accuracy drift apart?",
        "Set the learning rate to 1. What happens to the curve?",
    ],
)
