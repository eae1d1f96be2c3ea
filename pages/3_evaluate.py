"""Evaluate: what a network's test accuracy is worth, one view at a time."""

import streamlit as st

from core.evaluation import EvaluationError
from core.store.run import RunError
from ui import chrome, resources
from ui.evaluate import baselines, calibration, errors, label_errors, results, robustness
from ui.run_picker import pick

VIEWS = {
    "Score": results.show_score,
    "Confusions": results.show_confusions,
    "Mistakes": errors.show,
    "Doubt": calibration.show,
    "Stress": robustness.show,
    "Labels": label_errors.show,
    "Comparison": baselines.show,
}

chrome.begin(
    "Evaluate a network",
    "The network reads the 10,000 test images, which it has never seen, "
    "and each answer is compared with the truth.",
    "A network can learn its training images by heart. Only new images show whether it can read. "
    "But one number hides a lot: here are seven questions to ask it.",
)
resources.mnist()
run = pick("evaluate_model", default="article")
st.caption(run.recipe.settings)
if not run.epochs_done:
    st.warning(
        "This training was stopped before its first epoch was finished, so its score says little. "
        "Train it again and let it go on.",
        icon=":material/hourglass_disabled:",
    )
if st.query_params.get("view", "Score") not in VIEWS:
    st.warning("There is no such question. Here is the first one.", icon=":material/search_off:")
view = st.pills(
    "Question",
    VIEWS,
    default="Score",
    required=True,
    key="view",
    bind="query-params",
)
try:
    VIEWS[view](run)
except (RunError, EvaluationError) as error:
    st.error(str(error), icon=":material/error:")

chrome.end(
    "evaluate",
    [
        "Look at the surest mistakes. Would you have read them right? Is the label always right?",
        "Compare the article network with the convolutional one. Which confusions are gone, which stay?",
        "Turn the digits by 30 degrees. Which network stands it best, and why?",
        "Let it say “I don't know”. How many images must a person look at to reach 99 of 100?",
    ],
)
