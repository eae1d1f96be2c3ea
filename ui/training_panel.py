"""A training as it waits, as it goes on, and its result."""

import contextlib
import math
from collections.abc import Callable, Sequence

import streamlit as st

from core.analysis.verdict import training_verdict
from core.history import Epoch
from core.jobs.eta import Estimate, seconds_per_epoch
from core.jobs.queue_admission import RunRefused
from core.jobs.tensorflow_loader import tensorflow_loader
from core.plots.learning_curve import learning_curve
from core.recipe import Recipe
from core.recipe_validation import LIMITS, RecipeError
from core.store.database import StoreError
from core.store.run import Run, RunError, RunState
from ui import chrome, guess, pictures, recipe_form, resources, session
from ui.announcement import announce
from ui.fine_tuning_result import fine_tuning_result

# Seconds between two looks. Only the owner looks fast, and only at a run whose next change is
# near: a class of thirty that watches must not slow down the one run that it watches.
POLL_FAST = 0.25
POLL_RUNNING = 1.0
POLL_SOON = 5.0
POLL_LATER = 10.0
# From this position in the queue on it is "later".
LATER = 5
# A training that takes less than this is over before a slower pace would have been worth it.
SHORT_SECONDS = 10.0
# From an epoch of this length on, one wants to see its batches go by.
SLOW_EPOCH_SECONDS = 2.0
# What is left of the window for the chart, below the page's head, the run's and its numbers; on a
# phone these take more rows. Vega asks the browser, whose window the server does not know, and asks
# again whenever the chart's width changes.
CHART_HEIGHT = "width > 560 ? clamp(windowSize()[1] - 340, 260, 600) : clamp(windowSize()[1] - 500, 220, 420)"
LOSS_HEIGHT = 240
_ZOOM = "train_zoom"
_QUEUED = "Queued: it starts automatically, and you can leave this page."
_NO_WORKER = "Queued: no worker is running now. It starts when one is, and you can leave this page."


def training_panel(run: Run) -> None:
    """Show a run, kept up to date while something happens to it."""
    # Asked once: what is shown, announced and polled must agree, or nothing would mend it later.
    expected = _waits(run)
    pace = _pace(run, expected)
    st.fragment(_panel, run_every=pace)(run.id, pace)
    # Outside the fragment: the page itself runs when a training starts and when it ends, and
    # nobody wants to be told of every epoch.
    announce(_news(run, expected), key="train_announcement")


def _news(run: Run, expected: Estimate | None) -> str:
    """Return what has happened last to a run, for those who do not see it."""
    if run.state is RunState.FINISHED and run.test_accuracy is not None:
        return f"Training finished. Test accuracy {run.test_accuracy:.1%}."
    if run.state is RunState.QUEUED:
        return "Training queued." if expected else "Training started."
    news = {RunState.RUNNING: "started", RunState.STOPPED: "stopped early"}
    return f"Training {news.get(run.state, 'ended without a result')}."


def _pace(run: Run, expected: Estimate | None) -> float | None:
    """Seconds between two looks at a run; None if it is at rest."""
    own = run.owner == session.owner()
    if run.state is RunState.RUNNING:
        return POLL_FAST if own and _soon_changes(run) else POLL_RUNNING
    if run.state is RunState.QUEUED:
        if expected is None:
            return POLL_FAST if own else POLL_RUNNING
        if expected.position == 0:
            return POLL_RUNNING
        return POLL_SOON if expected.position < LATER else POLL_LATER
    return None


def _soon_changes(run: Run) -> bool:
    """Whether the first epoch is still to come, or the whole training is short."""
    done = run.epochs_done - run.parent_epochs
    return done <= 0 or run.seconds / run.epochs_done * run.recipe.epochs < SHORT_SECONDS


def _waits(run: Run) -> Estimate | None:
    """Return what to expect of a queued run; None if it starts at once, or is not queued."""
    if run.state is not RunState.QUEUED:
        return None
    with contextlib.suppress(StoreError):
        expected = resources.estimates().get(run.id)
        if expected and expected.waits and (expected.position > 0 or expected.starts > 0):
            return expected
    return None


def _panel(run_id: str, shown_pace: float | None) -> None:
    try:
        run = resources.store().get(run_id)
        expected = _waits(run)
        _show(run, resources.store().history(run_id), expected)
    except RunError:
        st.rerun()  # It is gone; the page says so.
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
    else:
        if _pace(run, expected) != shown_pace:
            # Nothing else changes the clock of a fragment than a run of the page. What has
            # changed is on the screen already.
            st.rerun()


def _show(run: Run, history: Sequence[Epoch], expected: Estimate | None) -> None:
    _head(run)
    if run.state.active and (notice := resources.store().database.notice):
        st.warning(f"{notice} What you see here may be out of date.", icon=":material/database_off:")
    if run.state is RunState.FAILED:
        st.error(run.failure, icon=":material/error:")
    elif run.state is RunState.INTERRUPTED:
        st.warning(
            run.failure or "The server restarted during this run. The epochs so far are saved.",
            icon=":material/power_off:",
        )
    with st.grid(4, min_column_width=150, key="train_numbers"):
        if expected:
            _queue(expected)
        else:
            _numbers(run, history)
    _accuracy(run, history)
    curve, meaning = st.columns(2, gap="large")
    with meaning:
        _meaning(run, history)
        _settings(run)
    with curve:
        _loss(run, history)


def _head(run: Run) -> None:
    """Show what is watched, how far it is, and what one may do with it: all in one row."""
    with st.container(horizontal=True, vertical_alignment="center", key="train_run"):
        st.header(chrome.plain(run.label), anchor=False, width="content")
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            with st.container(key="train_progress"):
                if run.state.active:
                    share, text = _progress(run)
                    st.progress(share, text=_whose(run) + text)
                else:
                    st.markdown(f":small[{_ended(run)}]")
            _actions(run)


def _actions(run: Run) -> None:
    """Offer what this visitor may do with a run."""
    own = run.owner == session.owner()
    if run.state.active and own:
        queued = run.state is RunState.QUEUED
        st.button(
            "Cancel" if queued else "Stop",
            icon=":material/stop:",
            key="train_stop",
            on_click=_cancel,
            args=(run.id,),
            disabled=run.stopping or run.progress >= 1,
            help="Takes the run out of the queue."
            if queued
            else "Ends the training now. The model so far is saved.",
        )
    elif run.state is RunState.INTERRUPTED and own:
        st.button(
            "Resume",
            icon=":material/play_arrow:",
            key="train_resume",
            on_click=_act,
            args=(resources.queue().resume, run.id),
            help="Continues from the last completed epoch.",
        )
    # In the place of the button that ended the training, so that nothing moves when it ends.
    _continue(run)


def _whose(run: Run) -> str:
    if run.bundled or run.owner == session.owner():
        return ""
    name = chrome.plain(run.nickname) if run.nickname else "someone else"
    return f"Started by {name}. You can look, but not change it. "


def _ended(run: Run) -> str:
    if run.bundled:
        return "Comes with Digit Lab."
    done = {RunState.FINISHED: "Finished", RunState.STOPPED: "Stopped early"}.get(run.state)
    return f"{_whose(run)}{done} after {clock(run.seconds)}." if done else _whose(run)


def _settings(run: Run) -> None:
    """Show what was trained, and let the form start from it."""
    st.markdown(run.recipe.settings)
    if not run.fine_tuning and not _in_form(run):
        st.button(
            "Use these settings",
            icon=":material/input:",
            key="train_use",
            on_click=_use,
            args=(run.recipe,),
            help="Fills the form with the settings of this run.",
        )


def _use(recipe: Recipe) -> None:
    recipe_form.use(recipe)
    st.rerun()  # The form is outside the fragment.


def _in_form(run: Run) -> bool:
    """Whether the form has the settings of this run; pages that have no form need none."""
    if not recipe_form.is_open():
        return True
    with contextlib.suppress(RecipeError):
        return recipe_form.current() == run.recipe
    return False


def _progress(run: Run) -> tuple[float, str]:
    """Return the share that is done, and what happens now."""
    epochs, steps = run.recipe.epochs, run.recipe.steps_per_epoch
    # The epochs are known at once, the progress within an epoch with the next heartbeat.
    share = min(max(run.progress, run.epochs_done / epochs), 1.0)
    if run.state is RunState.QUEUED:
        return share, _waiting(_waits(run))
    if run.stopping:
        return share, "Stopping after this batch…"
    if run.epochs_done >= epochs:
        return 1.0, "Evaluating on the test set…"
    if run.progress == 0 and resources.own_workers() and not tensorflow_loader.is_loaded:
        return 0.0, resources.STARTING
    if share == run.parent_epochs / epochs:
        return share, "Building the model…"
    per_epoch = seconds_per_epoch(run, ())
    text = f"Epoch {run.epochs_done + 1} of {epochs}"
    if not per_epoch or per_epoch >= SLOW_EPOCH_SECONDS:
        batch = round(share * epochs * steps) - run.epochs_done * steps
        text += f", batch {min(max(batch, 1), steps):,} of {steps:,}"
    return share, f"{text} · {clock((1 - share) * epochs * per_epoch)} left" if per_epoch else text


def _waiting(expected: Estimate | None) -> str:
    """Return what a queued run waits for."""
    if expected is None:
        return "Starting…"
    return _QUEUED if math.isfinite(expected.starts) else _NO_WORKER


def _queue(expected: Estimate) -> None:
    with contextlib.suppress(StoreError):
        waiting = sum(other.waits for other in resources.estimates().values())
        st.metric("Position in queue", f"{expected.position + 1} / {waiting}")
        st.metric("Starts in about", clock(expected.starts))
        st.metric("Done in about", clock(expected.ends))


def _numbers(run: Run, history: Sequence[Epoch]) -> None:
    """Show the numbers of a training: the same four in the same places while it runs and afterwards."""
    last = history[-1] if history else None
    st.metric("Epoch", f"{len(history)} / {run.recipe.epochs}")
    planted = " Measured against the labels it learns from, of which some are wrong on purpose."
    planted = planted if run.recipe.label_noise else ""
    if run.train_accuracy is not None:
        st.metric(
            "Training accuracy",
            f"{run.train_accuracy:.2%}",
            help=f"Share of the training images that the finished network classifies correctly.{planted}",
        )
    else:
        st.metric(
            "Training accuracy",
            f"{last.accuracy:.1%}" if last else "–",
            help="Running average over the last epoch, while the weights were still changing. "
            f"Dropout and data augmentation make it lower than that of the finished network.{planted}",
        )
    validated = last is not None and last.val_accuracy is not None
    st.metric(
        "Validation accuracy",
        f"{last.val_accuracy:.1%}" if last and validated else "–",
        help="Share of the images of the validation split classified correctly after the last epoch. "
        "Without a validation split (see *Data* in the settings) there is none.",
    )
    st.metric(
        "Test accuracy",
        f"{run.test_accuracy:.2%}" if run.test_accuracy is not None else "–",
        delta=None if (guessed := guess.of(run)) is None else f"Your guess: {100 * guessed:g}%",
        delta_color="off",
        delta_arrow="off",
        help="Share of the 10,000 test images classified correctly, measured once after the last epoch.",
    )


def _accuracy(run: Run, history: Sequence[Epoch]) -> None:
    last = f"{history[-1].accuracy:.1%} after epoch {history[-1].number}" if history else "no epoch yet"
    with st.container(key="train_chart"):
        st.vega_lite_chart(
            learning_curve(
                history,
                run.recipe.epochs,
                "accuracy",
                validation=run.recipe.validation_size > 0,
                zoom=bool(st.session_state.get(_ZOOM)),
                height=CHART_HEIGHT,
                style=pictures.style(),
            ),
            key="train_accuracy_curve",
            alt=f"Accuracy per epoch: {last}",
        )


def _loss(run: Run, history: Sequence[Epoch]) -> None:
    last = f"{history[-1].loss:.2f} after epoch {history[-1].number}" if history else "no epoch yet"
    st.toggle(
        "Zoom the accuracy axis",
        key=_ZOOM,
        help="Without zoom the axis is the same for every run, 0 to 100%, so that curves can be compared.",
    )
    st.subheader(
        "Loss: sparse categorical cross-entropy",
        anchor=False,
        help="What training minimizes: −ln of the probability that the network gives to the true label, "
        "averaged over the images. Guessing has a loss of ln 10 = 2.3.",
    )
    st.vega_lite_chart(
        learning_curve(
            history,
            run.recipe.epochs,
            "loss",
            validation=run.recipe.validation_size > 0,
            height=LOSS_HEIGHT,
            style=pictures.style(),
        ),
        key="train_loss_curve",
        alt=f"Loss per epoch: {last}",
    )


def _meaning(run: Run, history: Sequence[Epoch]) -> None:
    """Say what the result means, and where to go from there."""
    with st.container(key="train_result"):
        if run.operation:
            st.info(
                f"Not trained further, but operated on: {run.operation}. The curves are those of the "
                "training before, the test accuracy is that of the model as it is now.",
                icon=":material/cut:",
            )
        elif run.train_accuracy is None or run.test_accuracy is None:
            if run.state.active:
                st.info("The result will appear here when training ends.", icon=":material/monitoring:")
            return
        elif run.fine_tuning:
            fine_tuning_result(run.fine_tuning, run.test_accuracy)
        else:
            verdict = training_verdict(run.recipe, history, run.train_accuracy, run.test_accuracy)
            stopped = "Stopped early; the model so far is saved. " if run.state is RunState.STOPPED else ""
            st.info(stopped + verdict, icon=":material/flag:")
            if (guessed := guess.of(run)) is not None:
                st.markdown(guess.verdict(guessed, run.test_accuracy))
        if not run.has_model:
            if run.eviction:
                st.info(run.eviction, icon=":material/auto_delete:")
            return
        chrome.page_link("3_evaluate.py", "Evaluate this model", model=run.id)
        chrome.page_link("4_predict.py", "Try it on your drawing", model=run.id)


def _continue(run: Run) -> None:
    """Offer more epochs, in a new run."""
    most = int(LIMITS["epochs"].high) - run.epochs_done
    if not run.has_model or run.bundled or run.fine_tuning or run.operation or most < 1:
        return
    with st.popover("Continue training", icon=":material/forward:", key="train_further"):
        st.markdown("A new run continues from here with the same settings; this one is kept.")
        more = st.number_input("Additional epochs", 1, most, min(5, most), key=f"train_more_{run.id}")
        if st.button(chrome.on_primary("Continue"), type="primary", key="train_extend"):
            try:
                further = resources.queue().extend(
                    run.id, more, session.owner(), session.nickname(), session.has_cookie()
                )
            except (RunError, RunRefused, RecipeError, StoreError) as error:
                st.toast(str(error), icon=":material/block:")
            else:
                resources.estimates.clear()
                session.watch(further.id)
                st.rerun()


def _act(action: Callable[[str, str], None], run_id: str) -> None:
    """Do something with a run of this visitor, or say why not."""
    try:
        action(run_id, session.owner())
        resources.estimates.clear()
    except (RunError, RunRefused, StoreError) as error:
        st.toast(str(error), icon=":material/block:")


def _cancel(run_id: str) -> None:
    _act(resources.queue().stop, run_id)
    with contextlib.suppress(StoreError):
        try:
            resources.store().get(run_id)
        except RunError:
            session.forget()
            st.toast("Your run was cancelled.", icon=":material/check:")


def clock(seconds: float) -> str:
    """A length of time for people: ``8 s``, ``2 min 5 s``; a dash if nobody knows it."""
    if math.isinf(seconds):
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
