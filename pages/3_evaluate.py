"""Evaluate: what a network's test accuracy is worth, one view at a time."""

import streamlit as st

from core.evaluation import EvaluationError
from core.store.database import StoreError
from core.store.run import RunError
from ui import chrome, links, resources
from ui.evaluate import (
    baselines,
    calibration,
    errors,
    label_errors,
    results,
    robustness,
    significance,
    test_sets,
    writers,
)
from ui.run_picker import pick

VIEWS = {
    "Results": results.show,
    "Errors": errors.show,
    "Writers": writers.show,
    "Calibration": calibration.show,
    "Robustness": robustness.show,
    "Label errors": label_errors.show,
    "Significance": significance.show,
    "Baselines": baselines.show,
}
# What the views were called before: the links that people kept go on working.
FORMER = {
    "Score": "Results",
    "Confusions": "Results",
    "Mistakes": "Errors",
    "Doubt": "Calibration",
    "Stress": "Robustness",
    "Labels": "Label errors",
    "Comparison": "Baselines",
}

row = chrome.begin(
    "Evaluate a network",
    "The network predicts the 10,000 test images, which it has never seen, "
    "and each prediction is compared with the label.",
    "A network can memorize its training images: that is overfitting. Only new images show what it has "
    "learned. But one number hides a lot, so there are eight views.",
)
resources.mnist()
test_set_setting = test_sets.setting()
links.check([test_set_setting])
# Side by side also on a phone, whose first screen has to hold the confusion matrix.
with row.container(horizontal=True, width=520):
    run = pick("evaluate_model", default="article", width="stretch")
    test_set = test_sets.choose(test_set_setting)
if not run.epochs_done:
    st.warning(
        "This training was stopped before its first epoch was finished, so these results say little. "
        "Train it again, for one epoch at least.",
        icon=":material/hourglass_disabled:",
    )
asked = st.query_params.get("view", "Results")
if asked in FORMER:
    st.session_state["view"] = FORMER[asked]
elif asked not in VIEWS:
    st.warning("There is no view of this name. Here are the results.", icon=":material/search_off:")
view = st.pills(
    "View",
    VIEWS,
    default="Results",
    required=True,
    key="view",
    bind="query-params",
    label_visibility="collapsed",
    wrap=False,
)
try:
    if test_set is not None and test_sets.introduce(test_set, run):
        VIEWS[view](run, test_set)
except (RunError, StoreError, EvaluationError) as error:
    st.error(str(error), icon=":material/error:")

view_setting = links.Setting("view", {name: name for name in VIEWS}, "Results")
cell = results.cell_address() if view == "Results" else None
links.copy_link("evaluate", [view_setting, test_set_setting], model=run.id, cell=cell)
chrome.end(
    "evaluate",
    [
        "Look at the most confident errors. Would you have got them right? Is the label always right?",
        "Compare the article network with the convolutional one. Which confusions are gone, which remain?",
        "Whose digits does the network get wrong? Compare two groups of writers, and one person with chance.",
        "Rotate the digits by 30 degrees. Which network copes best, and why?",
        "Choose another test set: scikit-learn's digits, or your own drawings. Is it as good, and as sure?",
        "Let the network abstain below a confidence threshold. How many images must a person check to "
        "reach 99% accuracy?",
    ],
    following="4_predict.py",
)
