"""The baselines, and where this network stands among them."""

import pandas as pd
import streamlit as st

from core.analysis.baselines import BASELINES, reasons, standing
from core.plots import accuracy_charts
from core.store.run import Run
from core.test_sets.evaluation_sets import EvaluationSet
from ui import chrome, pictures, resources
from ui.evaluate import measured_baselines, test_sets, widgets
from ui.words import percent


def show(run: Run, test_set: EvaluationSet) -> None:
    """Show the baselines from guessing to the best, and this network among them."""
    test_sets.stays(test_set, "The published results are about MNIST.")
    st.header("Baselines: published test errors", anchor=False)
    error = 1 - resources.test_evaluation(run.id).accuracy
    found = standing(error)
    with st.container(key="evaluate_standing"):
        lines = [f"**{chrome.plain(run.name)}** has a test error of **{percent(error, 2)}**."]
        if found.beaten:
            lines.append(f"It beats **{found.beaten.name}** ({found.beaten.error:.2%}).")
        else:
            lines.append("It is no better than random guessing. Something went wrong in its training.")
        if found.ahead:
            lines.append(f"The next better one is **{found.ahead.name}** ({found.ahead.error:.2%}).")
        else:
            lines.append("No result here is better. Make sure that it was not trained on the test images.")
        st.markdown(" ".join(lines))
    widgets.chart(
        accuracy_charts.baselines(run.name, error, pictures.style()),
        key="evaluate_ladder",
        alt=f"Test errors from random guessing, 90%, to 0.35%; this network has {percent(error, 2)}",
    )
    st.subheader("What explains this result", anchor=False)
    if found.ahead:
        st.markdown(f"{found.ahead.name}: {found.ahead.why}")
    st.markdown("\n".join(f"- {reason}" for reason in reasons(run.recipe, run.epochs_done)))
    table = pd.DataFrame(BASELINES)
    with st.expander("Sources", icon=":material/menu_book:", key="evaluate_landmarks"):
        st.table(
            pd.DataFrame(
                {
                    "Model": table["name"],
                    "Test error": table["error"].map("{:.2%}".format),
                    "Description": table["why"],
                    "Source": table["source"],
                }
            ),
            border="horizontal",
            hide_index=True,
            alt="Published results on the same test images with their sources",
        )
    full = pd.concat([table, pd.DataFrame([{"name": run.name, "error": error}])])
    widgets.save("ladder", run, full, widgets.of_chart(accuracy_charts.baselines(run.name, error)))
    measured_baselines.show(run)
    widgets.explain("guessing")
