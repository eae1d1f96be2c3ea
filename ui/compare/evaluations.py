"""What the runs of a comparison read on the test images."""

from collections.abc import Mapping

import streamlit as st

from core.evaluation import Evaluation
from core.store.run import Run
from ui import resources


def evaluations(runs: Mapping[str, Run]) -> dict[str, Evaluation]:
    """Return the evaluation of each run that has a model, and say which have none.

    Raises
    ------
    RunError
        If a model is gone or damaged.
    """
    without = [letter for letter, run in runs.items() if not run.has_model]
    found = {
        letter: resources.test_evaluation(run.id) for letter, run in runs.items() if letter not in without
    }
    if without:
        st.markdown(f"No saved model, so left out here: {', '.join(without)}.")
    if len(found) < 2:
        st.info("Two runs with a saved model are needed for this view.", icon=":material/info:")
        return {}
    return found
