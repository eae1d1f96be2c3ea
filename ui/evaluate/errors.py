"""The errors of a network in groups, and the morphology of their digits."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.morphology import QUINTILES, by_quintile, deviation_from_class_mean
from core.data import CLASSES
from core.evaluation import Evaluation
from core.plots import accuracy_charts
from core.store.run import Run
from core.test_sets.evaluation_sets import EvaluationSet
from ui import resources
from ui.evaluate import cached, widgets

_GROUPS = {"confidence": "All, highest confidence first", "pair": "By class pair", "digit": "By class"}
# Name, title with the unit, title of the axis, a format, and the words for both ends.
_MEASURES = (
    (
        "thickness",
        "Stroke thickness (pixels)",
        "Thickness quintile, thinnest → thickest",
        ".1f",
        "thinnest",
        "thickest",
    ),
    (
        "slant",
        "Slant to the right (degrees)",
        "Slant quintile, left → right",
        ".0f",
        "most left-leaning",
        "most right-leaning",
    ),
    ("size", "Bounding-box area (pixels)", "Size quintile, smallest → largest", ".0f", "smallest", "largest"),
)


def show(run: Run, test_set: EvaluationSet) -> None:
    """Show the errors in groups, and how their digits are written."""
    evaluation = resources.evaluation(run.id, test_set)
    st.header(f"Misclassified test images: {len(evaluation.errors):,}", anchor=False)
    if len(evaluation.errors) == 0:
        st.success("No test image is misclassified.", icon=":material/celebration:")
        return
    _groups(run, test_set, evaluation)
    if np.bincount(test_set.labels, minlength=CLASSES).min() >= QUINTILES:
        _morphology(run, test_set, evaluation)
    else:
        st.caption(
            f"With at least {QUINTILES} images of each digit, this page also compares thin with thick, "
            "leaning and small digits."
        )


def _groups(run: Run, test_set: EvaluationSet, evaluation: Evaluation) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        group = st.segmented_control(
            "Show",
            _GROUPS,
            default="confidence",
            required=True,
            format_func=_GROUPS.__getitem__,
            key="evaluate_group",
            persist_state="session",
            label_visibility="collapsed",
        )
        label, prediction = _choice(f"{run.id}{widgets.suffix(test_set)}", evaluation, group)
    found = evaluation.select(label, prediction, errors_only=True)
    with st.container(key="evaluate_errors"):
        widgets.tiles(
            run,
            test_set,
            evaluation,
            found,
            f"mistakes_{run.id}_{group}_{label}_{prediction}",
            widgets.images_name(label, prediction, errors_only=True),
        )


def _choice(name: str, evaluation: Evaluation, group: str) -> tuple[int | None, int | None]:
    if group == "pair":
        counts = {(one.label, one.prediction): one.count for one in evaluation.confusions}
        chosen: tuple[int, int] = st.selectbox(
            "Class pair, most frequent first",
            counts,
            format_func=lambda cell: f"true {cell[0]} → predicted {cell[1]} · {widgets.images(counts[cell])}",
            key=f"evaluate_pair_{name}",
            width=300,
        )
        return chosen
    if group == "digit":
        wrong = evaluation.confusion_matrix.sum(axis=1) - evaluation.confusion_matrix.diagonal()
        worst = [int(digit) for digit in (-wrong).argsort(kind="stable") if wrong[digit]]
        digit: int = st.selectbox(
            "Class, most errors first",
            worst,
            format_func=lambda digit: f"true {digit} · {widgets.images(wrong[digit])}",
            key=f"evaluate_worst_{name}",
            width=300,
        )
        return digit, None
    return None, None


def _morphology(run: Run, test_set: EvaluationSet, evaluation: Evaluation) -> None:
    st.header("Error rate by stroke thickness, slant and size", anchor=False)
    st.markdown(
        "The images of each class are sorted and split into five equal parts (quintiles). If the way of "
        "writing a digit did not matter, all five bars would be about equally high."
    )
    morphology, wrong = cached.morphology(test_set), ~evaluation.correct
    rows = []
    split = {name: by_quintile(getattr(morphology, name), evaluation.labels, wrong) for name, *_ in _MEASURES}
    top = 1.1 * max(one.errors / one.images for quintiles in split.values() for one in quintiles)
    for column, (name, title, axis, unit, lowest, highest) in zip(st.columns(3), _MEASURES, strict=True):
        values = deviation_from_class_mean(getattr(morphology, name), evaluation.labels)
        quintiles = split[name]
        first, last = quintiles[0], quintiles[-1]
        with column:
            chart = accuracy_charts.quintiles(quintiles, axis, unit, top)
            widgets.chart(
                chart,
                key=f"evaluate_{name}",
                alt=f"Error rate in each quintile of the images by {name}",
            )
            columns = pd.DataFrame(quintiles).rename(columns={"errors": "mistakes"})
            widgets.save(f"strokes_{name}", run, columns, widgets.of_chart(chart))
            st.caption(f"Errors in the {lowest} quintile: {first.errors}, in the {highest}: {last.errors}")
        rows.append(
            {
                "Measure": title,
                "Correct predictions": values[~wrong].mean() if (~wrong).any() else float("nan"),
                "Errors": values[wrong].mean(),
            }
        )
    st.subheader("Mean difference from all images of that class", anchor=False)
    table = pd.DataFrame(rows)
    number = st.column_config.NumberColumn(format="%+.1f")
    st.dataframe(
        table,
        hide_index=True,
        key="evaluate_strokes",
        column_config={"Correct predictions": number, "Errors": number},
        alt="Mean difference in thickness, slant and size from the class, of correct predictions and errors",
    )
    widgets.save("strokes", run, table)
    widgets.explain("strokes")
