"""The question "how sure is the score?"."""

import pandas as pd
import streamlit as st

from core.analysis.significance import Comparison, Interval, mcnemar, wilson
from core.data import CLASS_NAMES
from core.evaluation import Evaluation
from core.plots import evaluation_charts
from core.store.run import Run
from ui import pictures, resources
from ui.evaluate import significance, widgets

_VERDICTS = {
    "first": "**This network is better**, and that is more than chance.",
    "second": "**The other network is better**, and that is more than chance.",
    None: "So small a difference may well be **chance**.",
}


def show(run: Run) -> None:
    """The score with its interval, against another model, and from other seeds."""
    evaluation = resources.test_evaluation(run.id)
    interval = _score(run, evaluation)
    _against_another(run, evaluation, interval)
    significance.show(run)
    _digits(run, evaluation)


def _score(run: Run, evaluation: Evaluation) -> Interval:
    interval = wilson(int(evaluation.right.sum()), len(evaluation.labels))
    st.subheader("How sure is the score?", anchor=False)
    test, train, wrong = st.columns(3)
    with test.container(key="test_accuracy"):
        st.metric("Test images, read right", f"{evaluation.accuracy:.2%}", border=True)
    if run.train_accuracy is not None:
        train.metric("Images it learned from, read right", f"{run.train_accuracy:.2%}", border=True)
    wrong.metric("Mistakes among the test images", f"{len(evaluation.mistakes):,}", border=True)
    with st.container(key="test_interval"):
        st.markdown(
            "The 10,000 test images are a sample. On other digits of the same kind, written by the same "
            f"sort of people and prepared in the same way, the accuracy lies between **{interval.low:.2%}** "
            f"and **{interval.high:.2%}**, with 95% confidence. It says nothing about other handwriting."
        )
    widgets.explain("accuracy")
    return interval


def _against_another(run: Run, evaluation: Evaluation, interval: Interval) -> None:
    st.subheader("Is it better than another network?", anchor=False)
    other = widgets.other_model(run)
    if other is None:
        st.info("There is no second model on this server yet. Train one to compare with.")
        return
    other_evaluation = resources.test_evaluation(other.id)
    other_interval = wilson(int(other_evaluation.right.sum()), len(other_evaluation.labels))
    comparison = mcnemar(evaluation.right, other_evaluation.right)
    with st.container(key="evaluate_mcnemar"):
        if comparison.differ == 0:
            st.markdown("Both read exactly the same images right.")
        else:
            st.markdown(
                f"On **{comparison.differ:,}** images only one of the two is right: on "
                f"{comparison.only_first:,} this network, on {comparison.only_second:,} the other."
            )
            st.markdown(_VERDICTS[_better(comparison)])
        st.caption(
            "McNemar's exact test: p < 0.001"
            if comparison.p_value < 0.001
            else f"McNemar's exact test: p = {comparison.p_value:.3f}"
        )
    accuracies = {run.label: interval, other.label: other_interval}
    widgets.chart(
        evaluation_charts.intervals(accuracies, pictures.style()),
        key="evaluate_intervals",
        alt=f"Accuracy with 95% interval: {interval.share:.2%} against {other_interval.share:.2%}",
    )
    widgets.save(
        "comparison",
        run,
        pd.DataFrame(
            {
                "model": [run.id, other.id],
                "accuracy": [interval.share, other_interval.share],
                "low": [interval.low, other_interval.low],
                "high": [interval.high, other_interval.high],
                "right_alone": [comparison.only_first, comparison.only_second],
                "mcnemar_p": comparison.p_value,
            }
        ),
        widgets.of_chart(evaluation_charts.intervals(accuracies)),
    )
    widgets.explain("mcnemar")


def _better(comparison: Comparison) -> str | None:
    """Which of two networks is better by more than chance, if any."""
    if not comparison.more_than_chance:
        return None
    return "first" if comparison.only_first > comparison.only_second else "second"


def _digits(run: Run, evaluation: Evaluation) -> None:
    st.subheader("Digit by digit", anchor=False)
    scores = pd.DataFrame(evaluation.digit_scores)
    percent = st.column_config.NumberColumn(format="%.1f %%")
    st.dataframe(
        pd.DataFrame(
            {
                "Digit": [f"{digit} · {CLASS_NAMES[digit]}" for digit in scores["digit"]],
                "Precision": scores["precision"] * 100,
                "Recall": scores["recall"] * 100,
                "F1": scores["f1"] * 100,
                "Images": scores["support"],
            }
        ),
        hide_index=True,
        key="evaluate_digit_scores",
        column_config=dict.fromkeys(("Precision", "Recall", "F1"), percent),
        alt="Precision, recall and F1 of each digit",
    )
    widgets.save("digit_scores", run, scores.round(4))
    widgets.explain("digits")
