"""What the views of the Evaluate page share."""

import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st
from matplotlib.figure import Figure

from core.analysis.glossary import METRICS
from core.data import DataError, damaged, read_text
from core.evaluation import Evaluation, EvaluationError
from core.plots import charts, figures, theme
from core.store.database import StoreError
from core.store.run import Run, RunError
from core.test_sets.evaluation_sets import EvaluationSet
from ui import chrome, pictures, projector, resources
from ui.evaluate import activations
from ui.run_picker import model_label, model_labels
from ui.spreadsheets import to_csv
from ui.words import counted, percent

# Returns the file of a picture of a kind, "png" or "svg".
Picture = Callable[[str], bytes]

_CELLS = Path(__file__).resolve().parents[2] / "examples" / "metrics.py"
_OTHER = "evaluate_other"
_SAVE_HELP = {
    "png": "Save the picture",
    "svg": "Save the picture, for printing at any size",
    "csv": "Save the table",
}
TILES = 12
TILE_SCALE = 4
LARGE_SCALE = 10


def explain(name: str) -> None:
    """Show a metric's formula, what it says, and the lines that compute it, on demand."""
    metric = METRICS[name]
    with st.expander(
        f"{metric.title} · formula and code", icon=":material/functions:", key=f"explain_{name}"
    ):
        st.latex(metric.formula)
        st.markdown(metric.text)
        try:
            st.code(cell("answers") + "\n\n" + cell(name), language="python")
        except DataError as error:
            st.warning(str(error), icon=":material/draft:")


@cache
def _cells() -> dict[str, str]:
    parts = re.split(r"^# %% (\w+)\n", read_text(_CELLS), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], map(str.strip, parts[1::2]), strict=True))


def cell(name: str) -> str:
    """Return the lines of ``examples/metrics.py`` that compute a metric.

    Raises `DataError` if they are not there.
    """
    try:
        return _cells()[name]
    except KeyError as error:
        raise damaged(_CELLS) from error


def chart(drawn: Any, key: str, alt: str) -> None:
    """Show an Altair chart of `core.plots`; the page and the browser find it by its key."""
    # The browser gets the key of a chart only if the chart reports clicks.
    with st.container(key=key):
        st.altair_chart(
            projector.sized_chart(theme.legible(drawn, pictures.style())), key=f"{key}_chart", alt=alt
        )


def save(
    name: str,
    run: Run,
    table: pd.DataFrame | None = None,
    picture: Picture | None = None,
    key: str | None = None,
) -> None:
    """Offer a table as CSV and a picture as PNG and SVG, each made at the click.

    Parameters
    ----------
    name : str
        Of the file.
    run : Run
    table : DataFrame, optional
    picture : callable, optional
        Returns the file of a kind, ``"png"`` or ``"svg"``; see `of_chart` and `of_figure`.
    key : str, optional
        Of the buttons; the name if there is none.
    """
    files: dict[str, tuple[str, Callable[[], bytes | str]]] = {}
    if picture is not None:
        files["png"] = "image/png", partial(picture, "png")
        files["svg"] = "image/svg+xml", partial(picture, "svg")
    if table is not None:
        files["csv"] = "text/csv", partial(to_csv, table)
    key = key or name
    with st.container(horizontal=True, key=f"save_{key}"):
        for kind, (mime, content) in files.items():
            st.download_button(
                kind.upper(),
                content,
                f"{name}-{run.id}.{kind}",
                mime,
                key=f"download_{key}_{kind}",
                help=_SAVE_HELP[kind],
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )


def of_chart(drawn: Any) -> Picture:
    """Return the files of a chart in the colors of the light theme."""
    return partial(theme.render, drawn)


def of_figure(draw: Callable[..., Figure], *args: Any, **kwargs: Any) -> Picture:
    """Return the files of a figure of `core.plots.figures`, in the colors of the light theme."""

    def render(kind: str) -> bytes:
        figure = draw(*args, style=figures.LIGHT, **kwargs)
        return figures.to_svg(figure) if kind == "svg" else figures.to_png(figure)

    return render


def suffix(test_set: EvaluationSet) -> str:
    """Return what is added to the key of a widget that another test set has another one of."""
    return "" if test_set.is_mnist else f"_{test_set.key}"


def images(count: int) -> str:
    """Return a number of images in words."""
    return counted(count, "image")


def images_name(label: int | None, prediction: int | None, errors_only: bool) -> str:
    """Return the name of a file of test images, such as ``errors_of_4_predicted_9``."""
    return "".join(
        (
            "errors" if errors_only else "images",
            "" if label is None else f"_of_{label}",
            "" if prediction is None else f"_predicted_{prediction}",
        )
    )


def tiles(
    run: Run,
    test_set: EvaluationSet,
    evaluation: Evaluation,
    indices: npt.NDArray[np.int64],
    key: str,
    name: str,
) -> None:
    """Show test images a page at a time, each with a button that opens it; all are in the table.

    Parameters
    ----------
    run : Run
    test_set : EvaluationSet
    evaluation : Evaluation
        Of the run on the test set.
    indices : ndarray of int
        The images to show, in this order.
    key : str
        Another one for each choice of images, so that each begins at its first page.
    name : str
        Of the files.
    """
    images, key = test_set.images, f"{key}{suffix(test_set)}"
    pages = -(-len(indices) // TILES)
    page = st.pagination(pages, key=f"{key}_page") if pages > 1 else 1
    shown = indices[(page - 1) * TILES : page * TILES]
    st.caption("True label → predicted label · confidence. **Click** to enlarge.")
    with st.grid(6, min_column_width=76, key=f"{key}_tiles"):
        for index in shown:
            prediction, label = int(evaluation.predictions[index]), int(evaluation.labels[index])
            confidence = percent(evaluation.confidences[index], 0)
            with st.container(horizontal_alignment="center", gap=None):
                st.image(
                    pictures.enlarged(images[index], TILE_SCALE),
                    alt=f"Test image {test_set.number(index)}, true label {label}, "
                    f"predicted label {prediction}",
                )
                words = f"{label} → {prediction} · {confidence}"
                if st.button(words, key=f"{key}_open_{index}", type="tertiary"):
                    _open_image(run, test_set, int(index))
    captions = [f"{evaluation.labels[index]} → {evaluation.predictions[index]}" for index in shown]
    table = pd.DataFrame(
        {
            "index": [test_set.number(index) for index in indices],
            "true_digit": evaluation.labels[indices],
            "answer": evaluation.predictions[indices],
            "confidence": evaluation.confidences[indices].round(4),
        }
    )
    save(name, run, table, of_figure(figures.digit_grid, images[shown], captions, columns=4), key)


@st.dialog("Test image", width="large")
def _open_image(run: Run, test_set: EvaluationSet, index: int) -> None:
    try:
        _show_image(run, test_set, index)
    except (RunError, StoreError, EvaluationError) as error:
        # The dialog runs by itself, and the model may be gone by now.
        st.error(str(error), icon=":material/error:")


def _show_image(run: Run, test_set: EvaluationSet, index: int) -> None:
    evaluation = resources.evaluation(run.id, test_set)
    image, label = test_set.images[index], int(evaluation.labels[index])
    prediction, number = int(evaluation.predictions[index]), test_set.number(index)
    picture, bars = st.columns(2)
    with picture:
        st.image(pictures.enlarged(image, LARGE_SCALE), alt=f"Test image {number} enlarged", width=280)
        st.markdown(
            f"Test image {number}: true label **{label}**, predicted label **{prediction}**, "
            f"confidence {percent(evaluation.confidences[index])}"
        )
        if test_set.is_mnist:
            chrome.page_link("4_predict.py", "Draw it yourself", model=run.id, image=str(number))
            chrome.page_link("8_inside.py", "Look inside the network", model=run.id, image=str(number))
    with bars:
        st.markdown("**Class probabilities (softmax)**")
        st.vega_lite_chart(
            projector.sized(charts.probabilities(evaluation.probabilities[index], pictures.style().text)),
            key="evaluate_open_probabilities",
            alt=f"Ten class probabilities; that of {prediction} is the highest",
        )
    if st.toggle("Show activations", key="evaluate_inside", persist_state="session"):
        activations.show(run, image)


def other_model(run: Run) -> Run | None:
    """Return the second model that the visitor chooses to compare with; None if there is no other."""
    others = {other.id: other for other in resources.models() if other.id != run.id}
    if not others:
        return None
    state = st.session_state
    if state.get(_OTHER) not in others:
        default = "article" if "article" in others else next(iter(others))
        state[_OTHER] = "relu" if run.id == "article" and "relu" in others else default
    chosen = st.selectbox(
        "Second model",
        others,
        format_func=model_labels(others.values()).__getitem__,
        key=_OTHER,
        persist_state="session",
        width=360,
    )
    return others[chosen]


def names(run: Run, other: Run, with_accuracy: bool = True) -> tuple[str, str]:
    """Return what a chart calls two models: never the same."""
    first, second = model_label(run, [other], with_accuracy), model_label(other, [run], with_accuracy)
    return (first, second) if first != second else (f"{first} (1)", f"{second} (2)")
