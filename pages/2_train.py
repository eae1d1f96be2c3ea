"""Train: make a recipe, start it, and watch the network learn."""

import streamlit as st

from core.jobs.queue_admission import RunRefused
from core.plots import figures
from core.presets import PRESET_INFO, PRESETS
from core.recipe import Recipe, RecipeError
from core.store.database import StoreError
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
    name = next((PRESET_INFO[name].title for name in PRESETS if PRESETS[name] == recipe), recipe.words)
    try:
        run = resources.queue().enqueue(recipe, session.owner(), name, session.nickname())
    except (RunRefused, StoreError) as refusal:
        st.toast(str(refusal), icon=":material/hourglass_top:")
        return
    resources.estimates.clear()
    session.watch(run.id)


settings, training = st.columns([3, 2], gap="large")
with settings:
    try:
        recipe = recipe_form()
        pictures.show(figures.network, recipe, alt=f"The layers of the network: {recipe.words}", width=420)
    except RecipeError as error:
        recipe, refusal = None, str(error)

with training:
    if recipe is None:
        st.warning(refusal, icon=":material/rule:")
    parameters, steps = st.columns(2)
    parameters.metric(
        "Parameters",
        f"{recipe.parameters:,}" if recipe else "–",
        help="Weights and biases: the numbers that training adjusts",
    )
    steps.metric(
        "Steps in an epoch",
        f"{recipe.steps_per_epoch:,}" if recipe else "–",
        help="How often the weights change in one pass through the images: once for each batch",
    )
    session.nickname_field(resources.store())
    # No callback: it would get the recipe of the page run before, without a change that the
    # visitor has made just before the click.
    if (
        st.button(
            "Start training",
            type="primary",
            icon=":material/play_arrow:",
            key="train_start",
            disabled=recipe is None,
            width="stretch",
        )
        and recipe
    ):
        start(recipe)
    try:
        run = session.watched_run(resources.store())
    except StoreError as error:
        run = None
        st.warning(str(error), icon=":material/search_off:")
    if run:
        training_panel(run)
    else:
        st.info("Start a training, and watch it here.", icon=":material/monitoring:")

chrome.end(
    "train",
    [
        "Train the article network with batch size 128. Why is it better after as many epochs?",
        "Use only 1,000 training images, batch size 16 and 30 epochs. How far do the accuracies on "
        "training and test images drift apart?",
        "Set the learning rate to 1. What does the curve do now?",
    ],
)
