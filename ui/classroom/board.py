"""The board of a class: what the class does, live, for the projector."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.classroom.board import Board, read_board
from core.classroom.board_pictures import matrix, pixels, wall
from core.classroom.classroom import ClassroomError
from core.classroom.contest import Standing
from core.classroom.fooling import Fooled, points
from core.classroom.invitation import invitation
from core.classroom.progress import read_pool
from core.evaluation import EvaluationError
from core.jobs.eta import Estimate
from core.jobs.tensorflow_loader import tensorflow_loader
from core.plots.learning_curve import learning_curve
from core.store.database import StoreError
from core.store.run import Run, RunError
from core.test_sets.halves import Part, words
from ui import chrome, pictures, resources
from ui.classroom.address import students_address
from ui.classroom.contest import interval, short_lines, standings
from ui.classroom.fool import fooling
from ui.classroom.test_set import evaluated
from ui.lessons import of_class
from ui.words import clock, percent

POLL_SECONDS = 2.0
# The network reads the pool once in this time at most: a CNN takes a second for a full class.
_MATRIX_SECONDS = 15.0
_MAX_QUEUE = 6
# Labels come in all the time, and each look reads the drawings that are new.
_FOOLED_SECONDS = 5.0
_MAX_ROWS = 6
_TILE_SCALE = 9
# Pixels, for what a chart writes.
_CHART_TEXT = 26
_NO_CLASS_MODEL = "article"

# Theme sizes are one for the server; a projector needs its own. All of Streamlit's sizes are in rem, the
# smallest text 0.875.
STYLE = """
<style>
html { font-size: clamp(16px, 1.5vw, 44px) }
[data-testid="stMainBlockContainer"] { padding: 0.5rem 1rem; max-width: none }
[data-testid="stHeader"], .st-key-page_head button { display: none }
h1 { font-size: 1.5rem !important; padding: 0 !important }
h2 { font-size: 1.25rem !important; padding: 0 !important }
[data-testid="stMetricValue"] { font-size: 2.75rem }
[data-testid="stMarkdown"] p, [data-testid="stMarkdown"] li { font-size: 1.15rem }
[data-testid="stMarkdown"] th, [data-testid="stMarkdown"] td { font-size: 1.05rem; padding: 0.1rem 0.5rem }
</style>
"""


def board(code: str) -> None:
    """Show what the teacher has chosen for the board, and keep it up to date."""
    st.fragment(_board, run_every=POLL_SECONDS)(code)


def _board(code: str) -> None:
    try:
        state = _state(code)
    except (ClassroomError, StoreError) as error:
        st.warning(str(error), icon=":material/search_off:")
        return
    parts = [PARTS[name] for name in state.classroom.board]
    if not parts:
        st.markdown("Nothing is chosen for the board. The teacher chooses on *Class*.")
    for start in range(0, len(parts), 2):
        pair = parts[start : start + 2]
        for column, part in zip(st.columns(len(pair), gap="medium"), pair, strict=True):
            with column:
                part(state)


def _joined(state: Board) -> None:
    code = state.classroom.code
    address = students_address(code)
    try:
        picture = invitation(address.url, code)
    except ClassroomError:
        st.header(code, anchor=False)
    else:
        st.image(picture, alt=f"QR code of {address.url}, and the code {code}", width="stretch")
    with st.container(horizontal=True):
        st.metric("Joined", state.members)
        st.metric("Drawings", state.drawings)


def _drawings(state: Board) -> None:
    st.header(_count(state.drawings), anchor=False)
    # As an array, because Streamlit takes a tenth of a second to tell one tuple of thousands from another.
    picture = _wall(state.classroom.code, np.array(state.shown), pictures.style().background)
    st.image(picture, alt=f"{_count(state.drawings)}, a row for each digit", width="stretch")


def _count(drawings: int) -> str:
    return "1 drawing" if drawings == 1 else f"{drawings:,} drawings"


def _queue(state: Board) -> None:
    st.header("Training queue", anchor=False)
    if not state.queue:
        st.markdown("No one is training right now.")
        return
    expected = resources.estimates()
    lines = [f"{_line(name, run, expected)}" for name, run in state.queue[:_MAX_QUEUE]]
    if len(state.queue) > _MAX_QUEUE:
        lines.append(f"… and {len(state.queue) - _MAX_QUEUE} more")
    st.markdown("\n".join(f"1. {line}" for line in lines))


def _line(name: str, run: Run, expected: dict[str, Estimate]) -> str:
    what = f"**{chrome.plain(name)}**, {chrome.plain(run.recipe.words)}"
    if run.epochs_done or run.progress:
        return f"{what}: epoch {min(run.epochs_done + 1, run.recipe.epochs)} of {run.recipe.epochs}"
    estimate = expected.get(run.id)
    return f"{what}: starts in {clock(estimate.starts)}" if estimate else what


def _title(run: Run) -> str:
    """Return what the board calls a run: not its name, which its owner chooses."""
    return f"Run {run.number}: {run.recipe.words}" if run.number else run.name


def _curve(state: Board) -> None:
    run = state.run
    if run is None:
        st.header("Learning curve", anchor=False)
        st.markdown("The curve of the next training appears here.")
        return
    st.header(chrome.plain(_title(run)), anchor=False)
    last = state.history[-1] if state.history else None
    spec = learning_curve(
        state.history,
        run.recipe.epochs,
        "accuracy",
        validation=run.recipe.validation_size > 0,
        height="clamp(windowSize()[1] / 2 - 130, 220, 900)",
        style=pictures.style(),
    )
    st.vega_lite_chart(
        _large(spec),
        key="board_curve",
        alt=f"Accuracy per epoch: {last.accuracy:.1%}" if last else "Accuracy per epoch: no epoch yet",
    )


def _large(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the specification of a chart with text that is legible from the back row."""
    sizes = {"labelFontSize": _CHART_TEXT, "titleFontSize": _CHART_TEXT}
    encoding = spec["encoding"]
    for axis in ("x", "y"):
        encoding[axis]["axis"] |= sizes
    encoding["color"]["legend"] |= {"labelFontSize": _CHART_TEXT, "symbolSize": 400, "labelLimit": 600}
    spec["layer"][0]["mark"]["strokeWidth"] = 6
    return spec


def _answers(state: Board) -> None:
    try:
        of_class.answers(state.classroom.code)
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")


def _matrix(state: Board) -> None:
    st.header("Confusion matrix on our drawings", anchor=False)
    if not state.drawings:
        st.markdown("It appears with the first drawings.")
        return
    if not tensorflow_loader.is_loaded:
        tensorflow_loader.load_in_background()
        st.markdown("Loading the network…")
        return
    run = state.measured
    try:
        run = run or resources.store().get(_NO_CLASS_MODEL)
        picture, alt = _matrix_picture(state.classroom.code, run.id, _title(run), pictures.style().background)
    except (RunError, StoreError, EvaluationError) as error:
        st.warning(str(error), icon=":material/error:")
        return
    st.image(picture, alt=alt, width="stretch")


def _leaderboard(state: Board) -> None:
    classroom = state.classroom
    if classroom.sealed_at is None:
        st.header("Leaderboard", anchor=False)
        st.markdown("The contest has not started yet.")
        return
    half = f"the {words(Part.OPEN)}" if classroom.is_sealed else "both halves"
    st.header(f"Leaderboard on {half}", anchor=False)
    found = standings(classroom.code, not classroom.is_sealed)
    if not found:
        st.markdown("No network takes part yet.")
        return
    lines = short_lines(found)
    # A fourth part of the board holds it all.
    st.markdown("\n".join(_leaderboard_lines(found[: _MAX_ROWS - len(lines)])))
    if lines:
        st.markdown("  \n".join(lines))


def _leaderboard_lines(found: Sequence[Standing]) -> list[str]:
    """Return the lines of a table; those who are equal to the first within chance are marked."""
    opened = found[0].sealed is not None
    second = "Open" if opened else "95% interval"
    lines = [f"| | Student | {'Sealed' if opened else 'Accuracy'} | {second} | |", "|--:|:--|--:|--:|:--|"]
    for one in found:
        score = one.sealed or one.open
        shares = [percent(score.accuracy.proportion, 2)]
        shares += [percent(one.open.accuracy.proportion, 2) if opened else interval(score)]
        chance = "" if score.behind or score.p_value is None else "within chance"
        cells = [str(score.rank), f"**{chrome.plain(one.entry.name)}**", *shares, chance]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _fooled(state: Board) -> None:
    st.header("Fool the network", anchor=False)
    if not tensorflow_loader.is_loaded:
        tensorflow_loader.load_in_background()
        st.markdown("Loading the network…")
        return
    try:
        found = _fooling(state.classroom.code, state.classroom.target)
    except (RunError, StoreError, EvaluationError) as error:
        st.warning(str(error), icon=":material/error:")
        return
    if not found:
        st.markdown(
            "A point for each drawing that two classmates read as you meant it, and the network does "
            "not. Nobody has one yet."
        )
        return
    table = [f"| **{chrome.plain(one.name)}** | {one.points} |" for one in points(found)[:_MAX_ROWS]]
    left, right = st.columns([1, 1])
    with left:
        st.markdown("\n".join(["| Student | Points |", "|:--|--:|", *table]))
    with right:
        last = found[-1]
        st.image(pictures.framed(last.drawing.image, _TILE_SCALE), alt="The last drawing that fooled it")
        st.markdown(f"A **{last.drawing.label}**, read as **{last.prediction}**")


PARTS: dict[str, Callable[[Board], None]] = {
    "joined": _joined,
    "drawings": _drawings,
    "queue": _queue,
    "curve": _curve,
    "matrix": _matrix,
    "answers": _answers,
    "leaderboard": _leaderboard,
    "fooled": _fooled,
}


@st.cache_resource(ttl=1.0, max_entries=20, show_spinner=False)
def _state(code: str) -> Board:
    """Return the state of a board: one look a second for all boards."""
    return read_board(resources.whole_store(), code)


@st.cache_resource(ttl=_FOOLED_SECONDS, max_entries=20, show_spinner=False)
def _fooling(code: str, target: str) -> tuple[Fooled, ...]:
    return fooling(code, target)


@st.cache_data(max_entries=20, show_spinner=False)
def _wall(code: str, shown: npt.NDArray[np.int64], background: str) -> bytes:
    """Return the picture of these drawings and no others, whatever is hidden at this moment."""
    del background  # Of the theme: the picture is another one.
    pool = read_pool(resources.store().database, code, hidden=True)
    chosen = set(shown.tolist())
    drawings = [drawing for drawing in pool if drawing.id in chosen]
    labels = np.array([drawing.label for drawing in drawings], dtype=np.uint8)
    return wall(pixels([drawing.image for drawing in drawings]), labels, pictures.style())


@st.cache_data(ttl=_MATRIX_SECONDS, max_entries=20, show_spinner=False)
def _matrix_picture(code: str, run_id: str, label: str, background: str) -> tuple[bytes, str]:
    del background
    evaluation = evaluated(run_id, read_pool(resources.store().database, code))
    errors, count = len(evaluation.errors), len(evaluation.labels)
    lines = [f"{evaluation.accuracy:.0%}", f"{count - errors} of {count} correct", label]
    picture = matrix(evaluation.confusion_matrix, lines, pictures.style())
    return picture, f"Confusion matrix of {label} on {count} drawings, {errors} of them errors"
