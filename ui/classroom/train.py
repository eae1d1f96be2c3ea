"""Train a network on MNIST, on the drawings of the class, or on both, and compare what came of it."""

import streamlit as st

from core.classroom.classroom import Classroom
from core.classroom.pooled import class_runs, to_drawings
from core.classroom.progress import read_pool
from core.fine_tuning.drawings import MIN_DRAWINGS
from core.jobs.tuning import tune_for_class
from core.store.run import Run, RunState
from ui import resources, session, spreadsheets, watching
from ui.classroom import visit
from ui.queue_watch import watch_line
from ui.run_picker import pick
from ui.runs_table import STATES
from ui.train.panel import training_panel
from ui.train.start import start, start_button
from ui.words import percent

_DATA = {"mnist": "MNIST", "class": "Our drawings", "both": "Both"}
_STARTS = {True: "From scratch", False: "Fine-tune"}


def train(classroom: Classroom) -> None:
    """Show what can be trained, and the runs of the class. Raises `StoreError`."""
    runs = class_runs(resources.store(), classroom.code)
    settings, results = st.columns([2, 3], gap="large")
    with settings, st.container(key="class_train"):
        _settings(classroom)
    with results, st.container(key="class_results"):
        st.header("Results of this class", anchor=False)
        _results(runs)
    watched = watching.watched_run(resources.store())
    if watched and watched.id in {run.id for run in runs}:
        training_panel(watched)
    ids = {run.id for run in runs}
    watch_line(
        [run for run in resources.store().active() if run.id in ids], lambda run: _is_of(run, classroom)
    )


def _is_of(run: Run, classroom: Classroom) -> bool:
    mixture = run.fine_tuning.mixture if run.fine_tuning else None
    return mixture is not None and mixture.classroom == classroom.code


# A class looks at the page together, and the drawings of all are a fifth of what the page takes.
@st.cache_resource(ttl=2.0, max_entries=20, show_spinner=False)
def _split(code: str) -> tuple[int, int]:
    """Return how many drawings there are to train on, and how many are held out."""
    training, holdout = to_drawings(read_pool(resources.store().database, code)).split()
    return len(training), len(holdout)


def _settings(classroom: Classroom) -> None:
    training, holdout = _split(classroom.code)
    enough = training >= MIN_DRAWINGS and holdout > 0
    if not enough:
        _split.clear(classroom.code)  # The drawing that makes it enough opens Start at once.
    run = pick("class_model", default="relu", width="stretch")
    data = st.segmented_control(
        "Training data",
        _DATA,
        format_func=_DATA.__getitem__,
        default="both",
        required=True,
        key="class_data",
        persist_state="session",
        help="*Both* mixes MNIST images with the drawings, each repeated so that it counts.",
    )
    from_scratch = data == "mnist" or st.segmented_control(
        "Start",
        _STARTS,
        format_func=_STARTS.__getitem__,
        default=True,
        required=True,
        key="class_from_scratch",
        persist_state="session",
        help="*From scratch* takes the settings of the model above and random weights: all three kinds of "
        "data then get as many weight updates. *Fine-tune* trains the model above further.",
    )
    start_button(
        "Start training",
        ":material/play_arrow:",
        "class_start",
        enough,
        _start,
        (run, classroom.code, data, from_scratch),
    )
    if enough:
        st.markdown(
            f"**{training}** drawings to train on · **{holdout}** held out. The split is by "
            "person: nobody's drawings are on both sides, and every network is measured on the same people."
        )
    else:
        st.info(
            f"Two people must have drawn, the first at least {MIN_DRAWINGS} digits: the drawings of the "
            "second, and then of every fourth person, are held out to measure on.",
            icon=":material/draw:",
        )


def _start(run: Run, code: str, data: str, from_scratch: bool) -> None:
    start(lambda: _enqueue(run, code, data, from_scratch))


def _enqueue(run: Run, code: str, data: str, from_scratch: bool) -> Run:
    store = resources.store()
    visit.check(code)
    drawings = to_drawings(read_pool(store.database, code))
    tuning = tune_for_class(store, run.id, drawings, code, data, from_scratch)
    return resources.queue().enqueue_tuning(tuning, session.owner(), session.nickname(), session.has_cookie())


def _results(runs: tuple[Run, ...]) -> None:
    if not runs:
        st.markdown(
            "Train the same network on MNIST, on your drawings, and on both. Which of the three is most "
            "accurate on drawings by people it has never seen?"
        )
        return
    ended = [run for run in runs if run.fine_tuning and run.fine_tuning.after is not None]
    ended.sort(key=lambda run: -(run.fine_tuning.after or 0.0) if run.fine_tuning else 0.0)
    shown = [*ended, *(run for run in runs if run.state is not RunState.FINISHED and run not in ended)]
    outcomes = [run.fine_tuning for run in shown if run.fine_tuning]
    st.dataframe(
        {
            "Run": [spreadsheets.shown(run.label) for run in shown],
            "Held-out people": [_share(one.after) for one in outcomes],
            "MNIST test": [_share(run.test_accuracy) for run in shown],
            "Before": [_share(one.before) for one in outcomes],
            "Status": [STATES[run.state] for run in shown],
        },
        column_config={
            "Held-out people": st.column_config.TextColumn(
                help="Accuracy on drawings by people that no network of this class was trained on",
                alignment="right",
            ),
            "Before": st.column_config.TextColumn(
                help="On the same drawings, before fine-tuning", alignment="right"
            ),
            "MNIST test": st.column_config.TextColumn(alignment="right"),
        },
        hide_index=True,
        key="class_runs",
        alt="Runs of the class with their accuracy on held-out people's drawings",
    )
    st.markdown(
        "With few held-out drawings, one more or less changes the accuracy by several percentage points."
    )


def _share(accuracy: float | None) -> str:
    """Return an accuracy on few drawings, of which decimals would say nothing."""
    return "–" if accuracy is None else percent(accuracy, 0)
