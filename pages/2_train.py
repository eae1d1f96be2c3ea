"""Train: make a recipe, start it, and watch the network learn."""

import streamlit as st

from core.export.keras_script import keras_script
from core.hyperparameters.validation import RecipeError
from core.lessons.recipe_address import recipe_parts
from core.plots.learning_curve import learning_curve
from core.presets import PRESET_INFO, PRESETS
from core.recipe import Recipe
from core.store.database import StoreError
from ui import (
    chrome,
    data_form,
    guess,
    links,
    pictures,
    projector,
    recipe_form,
    recipe_link,
    resources,
    session,
    watching,
)
from ui.series import folds
from ui.train.curves import CHART_HEIGHT
from ui.train.panel import training_panel
from ui.train.start import start
from ui.train.steer import at_start, slow_start

row = chrome.begin(
    "Train",
    "The network looks at a batch of images, compares its predictions with the labels, and adjusts its "
    "weights slightly to reduce the error. Then it takes the next batch.",
    "Nobody tells it what a 7 looks like. Everything it knows, it has learned from the images.",
)
resources.mnist()


def start_training(recipe: Recipe) -> None:
    name = next((PRESET_INFO[name].title for name in PRESETS if PRESETS[name] == recipe), recipe.words)
    run = start(
        lambda: resources.queue().enqueue(
            recipe, session.owner(), name, session.nickname(), session.has_cookie(), at_start()
        )
    )
    if run:
        guess.keep(run.id)


recipe, refusal = None, ""
recipe_link.take_recipe()
with row:
    recipe_form.preset_select()
    try:
        recipe = recipe_form.current()
        session.remember_recipe(recipe)
        refusal = data_form.refusal(recipe)
    except RecipeError as error:
        refusal = str(error)
    if (
        st.button(
            chrome.on_primary("Start training"),
            type="primary",
            icon=":material/play_arrow:",
            key="train_start",
            disabled=bool(refusal),
        )
        and recipe
    ):
        start_training(recipe)
if refusal:
    st.warning(refusal, icon=":material/rule:")

try:
    run = watching.watched_run(resources.store())
except StoreError as error:
    run = None
    st.warning(str(error), icon=":material/search_off:")

if run:
    training_panel(run)
    settings = st.expander(
        f"Settings of the next run: {recipe.settings if recipe else 'not possible'}",
        icon=":material/tune:",
        key="train_settings",
    )
else:
    chart, settings = st.columns([2, 1], gap="large")
    with chart, st.container(key="train_chart"):
        st.header("Learning curve", anchor=False)
        st.markdown("Press *Start training*, and watch the accuracy here, epoch by epoch.")
        epochs = recipe.epochs if recipe else 10
        st.vega_lite_chart(
            projector.sized(
                learning_curve([], epochs, "accuracy", height=CHART_HEIGHT, style=pictures.style())
            ),
            key="train_accuracy_curve",
            alt="Accuracy per epoch: no epoch yet",
        )
    with chart:
        recipe_form.preset_text()
    settings.header("Settings", anchor=False)
with settings:
    if run:
        recipe_form.preset_text()
    guess.offer()
    slow_start()
    recipe_form.settings(recipe)
    if recipe:
        links.copy_link("train", **recipe_parts(recipe))
    session.nickname_field(resources.store())
folds.show(recipe)

chrome.end(
    "train",
    [
        "Train the article network with batch size 128. Why is it better after the same number of epochs?",
        "Use only 1,000 training images, batch size 16 and 30 epochs. How far apart are training and test "
        "accuracy?",
        "Set the learning rate to 1. What happens to the curve?",
    ],
    following="3_evaluate.py",
    code=keras_script(recipe) if recipe else None,
)
