"""The question "compared with what?"."""

import pandas as pd
import streamlit as st

from core.analysis.baselines import LANDMARKS, reasons, standing
from core.plots import evaluation_charts
from core.store.run import Run
from ui import chrome, pictures, resources
from ui.evaluate import widgets


def show(run: Run) -> None:
    """The ladder from guessing to the best, and the place of this network on it."""
    st.subheader("Compared with what?", anchor=False)
    error = 1 - resources.test_evaluation(run.id).accuracy
    place = standing(error)
    with st.container(key="evaluate_standing"):
        st.markdown(f"**{chrome.plain(run.name)}** reads **{error:.2%}** of the test images wrong.")
        if place.beaten:
            st.markdown(f"It does better than **{place.beaten.name}** with {place.beaten.error:.2%}.")
        else:
            st.markdown("It does no better than guessing. Something went wrong in its training.")
        if place.ahead:
            st.markdown(
                f"The next better one: **{place.ahead.name}** with {place.ahead.error:.2%}. {place.ahead.why}"
            )
        else:
            st.markdown("No result here is better. Make sure that it has not learned from the test images.")
    widgets.chart(
        evaluation_charts.ladder(run.name, error, pictures.style()),
        key="evaluate_ladder",
        alt=f"Test errors from guessing, 90%, to 0.35%; this network has {error:.2%}",
    )
    st.markdown("**Why it stands there**")
    st.markdown("\n".join(f"- {reason}" for reason in reasons(run.recipe, run.epochs_done)))
    table = pd.DataFrame(LANDMARKS)
    with st.expander("Where the others come from", icon=":material/menu_book:", key="evaluate_landmarks"):
        st.table(
            pd.DataFrame(
                {
                    "Reader": table["name"],
                    "Read wrong": table["error"].map("{:.2%}".format),
                    "What it can do": table["why"],
                    "Source": table["source"],
                }
            ),
            border="horizontal",
            hide_index=True,
            alt="Known results on the same test images with their sources",
        )
    full = pd.concat([table, pd.DataFrame([{"name": run.name, "error": error}])])
    widgets.save("ladder", run, full, widgets.of_chart(evaluation_charts.ladder(run.name, error)))
    widgets.explain("guessing")
