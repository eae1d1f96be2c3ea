"""Whether the difference between runs is more than chance."""

from collections.abc import Mapping
from itertools import combinations

import pandas as pd
import streamlit as st

from core.analysis.significance import ALPHA, holm, mcnemar, wilson
from core.evaluation import Evaluation
from core.plots import accuracy_charts
from core.store.run import Run
from ui import pictures
from ui.compare.evaluations import evaluations
from ui.evaluate import widgets


def show(runs: Mapping[str, Run]) -> None:
    """Show test accuracies with their intervals, and McNemar's test of each pair."""
    found = evaluations(runs)
    if not found:
        return
    intervals = {letter: wilson(int(one.correct.sum()), len(one.labels)) for letter, one in found.items()}
    best = max(intervals, key=lambda letter: intervals[letter].proportion)
    widgets.chart(
        accuracy_charts.intervals(intervals, pictures.style()),
        key="compare_intervals",
        alt="Test accuracy with 95% confidence interval: "
        + ", ".join(f"{letter} {one.proportion:.2%}" for letter, one in intervals.items()),
    )
    table = pairs(found)
    with st.container(key="compare_mcnemar"):
        st.markdown(_sentence(best, table))
    st.dataframe(
        table.assign(p=["< 0.001" if p < 0.001 else f"{p:.3f}" for p in table["p"]]),
        hide_index=True,
        key="compare_pairs",
        column_config={
            "p": st.column_config.TextColumn(
                "p-value",
                help="How often two equally good networks would differ this unequally, by McNemar's exact "
                "test. With several pairs it is corrected for their number (Holm).",
            )
        },
        alt="For each pair: the images that only one of the two reads correctly, and the p-value",
    )
    widgets.explain("mcnemar")


def pairs(found: Mapping[str, Evaluation]) -> pd.DataFrame:
    """Return McNemar's test of each pair, with p-values that are corrected for the number of pairs."""
    tests = {
        (first, second): mcnemar(found[first].correct, found[second].correct)
        for first, second in combinations(found, 2)
    }
    return pd.DataFrame(
        {
            "Pair": [f"{first} and {second}" for first, second in tests],
            "Only the first is correct": [test.only_first for test in tests.values()],
            "Only the second is correct": [test.only_second for test in tests.values()],
            "p": holm([test.p_value for test in tests.values()]),
        }
    )


def _sentence(best: str, table: pd.DataFrame) -> str:
    chance = table[(table["p"] >= ALPHA) & table["Pair"].str.split(" and ").map(lambda pair: best in pair)]
    if chance.empty:
        others = "the other one" if len(table) == 1 else "each of the others"
        return f"**{best} is better than {others}**: the difference is statistically significant (p < 0.05)."
    pairs_left = ", ".join(chance["Pair"])
    return (
        f"**{best}** has the highest test accuracy, but not every difference is statistically significant: "
        f"it may be chance between {pairs_left}."
    )
