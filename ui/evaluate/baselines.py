"""The baselines, and where this network stands among them."""

import pandas as pd
import streamlit as st

from core.analysis.baselines import BASELINES, reasons, standing
from core.plots import accuracy_charts
from core.store.run import Run
from ui import chrome, pictures, resources
from ui.evaluate import widgets


def show(run: Run) -> None:
    """Show the baselines from guessing to the best, and this network among them."""
    st.subheader("Compared with what?", anchor=False)
    error = 1 - resources.test_evaluation(run.id).accuracy
    found = standing(error)
    with st.container(key="evaluate_standing"):
        st.markdown(f"**{chrome.plain(run.name)}** reads **{error:.2%}** of the test images wrong.")
        if found.beaten:
            st.markdown(f"It does better than **{found.beaten.name}** with {found.beaten.error:.2%}.")
        else:
            st.markdown("It does no better than guessing. Something went wrong in its training.")
        if found.ahead:
            st.markdown(
                f"The next better one: **{found.ahead.name}** with {found.ahead.error:.2%}. {found.ahead.why}"
            )
        else:
            st.markdown("No result here is better. Make sure that it has not learned from the test images.")
    widgets.chart(
        accuracy_charts.baselines(run.name, error, pictures.style()),
        key="evaluate_ladder",
        alt=f"Test errors from guessing, 90%, to 0.35%; this network has {error:.2%}",
    )
    st.markdown("**Why it stands there**")
    st.markdown("\n".join(f"- {reason}" for reason in reasons(run.recipe, run.epochs_done)))
    table = pd.DataFrame(BASELINES)
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
    widgets.save("ladder", run, full, widgets.of_chart(accuracy_charts.baselines(run.name, error)))
    widgets.explain("guessing")
