"""The errors of a network in groups, and the morphology of their digits."""

import pandas as pd
import streamlit as st

from core.analysis.morphology import by_quintile, deviation_from_class_mean
from core.data import CLASS_NAMES
from core.evaluation import Evaluation
from core.plots import accuracy_charts
from core.store.run import Run
from ui import resources
from ui.evaluate import cached, guessing, widgets

_GROUPS = {"confidence": "All, surest first", "pair": "By confusion", "digit": "By digit"}
# Name, title with the unit, title of the axis, a format, and the words for both ends.
_MEASURES = (
    (
        "thickness",
        "Thickness of the stroke (pixels)",
        "From the thinnest to the thickest",
        ".1f",
        "thinnest",
        "thickest",
    ),
    (
        "slant",
        "Slant to the right (degrees)",
        "From left-leaning to right-leaning",
        ".0f",
        "most left-leaning",
        "most right-leaning",
    ),
    ("size", "Width times height (pixels)", "From the smallest to the largest", ".0f", "smallest", "largest"),
)


def show(run: Run) -> None:
    """Show the errors in groups, and how their digits are written."""
    evaluation = resources.test_evaluation(run.id)
    st.subheader("The mistakes", anchor=False)
    if len(evaluation.errors) == 0:
        st.success("Not a single mistake.", icon=":material/celebration:")
        return
    _groups(run, evaluation)
    _morphology(run, evaluation)


def _groups(run: Run, evaluation: Evaluation) -> None:
    row = st.container(horizontal=True, vertical_alignment="bottom")
    with row:
        group = st.segmented_control(
            "Show",
            _GROUPS,
            default="confidence",
            required=True,
            format_func=_GROUPS.__getitem__,
            key="evaluate_group",
            persist_state="session",
        )
    # Nobody reads here what is confused most before they have guessed it.
    if group == "pair" and not guessing.done(run, evaluation):
        return
    with row:
        label, prediction = _choice(run, evaluation, group)
    found = evaluation.select(label, prediction, errors_only=True)
    widgets.tiles(
        run,
        evaluation,
        resources.mnist().test_images,
        found,
        f"mistakes_{run.id}_{group}_{label}_{prediction}",
        widgets.images_name(label, prediction, errors_only=True),
    )


def _choice(run: Run, evaluation: Evaluation, group: str) -> tuple[int | None, int | None]:
    if group == "pair":
        counts = {(one.label, one.prediction): one.count for one in evaluation.confusions}
        chosen: tuple[int, int] = st.selectbox(
            "Confusion",
            counts,
            format_func=lambda cell: (
                f"{CLASS_NAMES[cell[0]]} read as {CLASS_NAMES[cell[1]]} · {counts[cell]}"
            ),
            key=f"evaluate_pair_{run.id}",
            width=280,
        )
        return chosen
    if group == "digit":
        wrong = evaluation.confusion_matrix.sum(axis=1) - evaluation.confusion_matrix.diagonal()
        worst = [int(digit) for digit in (-wrong).argsort(kind="stable") if wrong[digit]]
        digit: int = st.selectbox(
            "Digit, the worst first",
            worst,
            format_func=lambda digit: f"{CLASS_NAMES[digit]} · {wrong[digit]}",
            key=f"evaluate_worst_{run.id}",
            width=220,
        )
        return digit, None
    return None, None


def _morphology(run: Run, evaluation: Evaluation) -> None:
    st.subheader("What do they have in common?", anchor=False)
    st.markdown(
        "The images of each digit in five equal parts, from the lowest value to the highest. If the way "
        "of writing a digit did not matter, all five bars would be about as high."
    )
    morphology, wrong = cached.test_morphology(), ~evaluation.correct
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
                alt=f"Share of mistakes in each fifth of the images by {name}",
            )
            columns = pd.DataFrame(quintiles).rename(columns={"errors": "mistakes"})
            widgets.save(f"strokes_{name}", run, columns, widgets.of_chart(chart))
            st.caption(
                f"Mistakes among the {lowest} fifth: {first.errors}, among the {highest}: {last.errors}"
            )
        rows.append(
            {
                "Measure": title,
                "Right answers": values[~wrong].mean() if (~wrong).any() else float("nan"),
                "Mistakes": values[wrong].mean(),
            }
        )
    st.markdown("**On average, beside all images of the same digit**")
    table = pd.DataFrame(rows)
    number = st.column_config.NumberColumn(format="%+.1f")
    st.dataframe(
        table,
        hide_index=True,
        key="evaluate_strokes",
        column_config={"Right answers": number, "Mistakes": number},
        alt="Thickness, slant and size of right answers and mistakes beside the average of their digit",
    )
    widgets.save("strokes", run, table)
    widgets.explain("strokes")
