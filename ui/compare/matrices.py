"""The confusion matrices of two runs, and their difference."""

from collections.abc import Mapping

import streamlit as st

from core.plots import comparison_charts, confusion_charts, theme
from core.store.run import Run
from ui import pictures, projector
from ui.compare.evaluations import evaluations


def show(runs: Mapping[str, Run]) -> None:
    """Show two confusion matrices side by side, and below them what the second one changes."""
    found = evaluations(runs)
    if not found:
        return
    letters = list(found)
    first, second = letters[0], letters[1]
    if len(letters) > 2:
        with st.container(horizontal=True):
            first = st.selectbox("First run", letters, key="compare_first", width=130)
            others = [letter for letter in letters if letter != first]
            second = st.selectbox("Second run", others, key="compare_second", width=130)
    style = pictures.style()
    for letter, column in zip((first, second), st.columns(2), strict=True):
        with column:
            st.subheader(letter, anchor=False)
            drawn = confusion_charts.confusion_matrix(
                found[letter].confusion_matrix, errors_only=True, style=style
            )
            st.altair_chart(
                projector.sized_chart(theme.legible(drawn, style)),
                key=f"compare_matrix_{letter}",
                alt=f"Confusion matrix of {letter} without its diagonal: {len(found[letter].errors)} errors",
            )
    st.subheader(f"From {first} to {second}", anchor=False)
    matrices = found[first].confusion_matrix, found[second].confusion_matrix
    st.vega_lite_chart(
        projector.sized(comparison_charts.matrix_difference(*matrices, style)),
        key="compare_difference",
        alt=f"In each cell, how many test images more or fewer {second} has there than {first}",
    )
    st.markdown(
        f"Blue: more test images with **{second}**, orange: fewer. Blue is good on the diagonal, orange "
        "everywhere else. The matrices above show errors only."
    )
