"""What was changed between runs, and how they learned."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.hyperparameters.words import differing
from core.plots import comparison_charts
from core.store.run import Run
from ui import pictures, projector, resources

_SEED = "Random seed"
_NUMBERS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}


def show(runs: Mapping[str, Run]) -> None:
    """Show what differs in the settings of the runs, what that allows to conclude, and their curves."""
    settings = differing([run.recipe for run in runs.values()]) | _beyond_the_recipe(runs)
    with st.container(key="compare_verdict"):
        st.info(verdict(list(settings)), icon=":material/science:")
    if settings:
        _table(runs, settings)
    _curves(runs)


def verdict(changed: list[str]) -> str:
    """Return what can be concluded if these settings were changed."""
    seed, rest = _SEED in changed, [name for name in changed if name != _SEED]
    if not changed:
        return "All settings are the same, so these runs differ in nothing that was chosen."
    if not rest:
        return (
            "Only the random seed differs. What you see is chance: remember how large it is when you "
            "compare other runs."
        )
    if len(rest) == 1:
        chance = " The random seed differs, too, so a part of the difference is chance." if seed else ""
        return (
            f"You changed one thing: **{rest[0]}**. If the difference is larger than chance, this made it."
            f"{chance}"
        )
    count = _NUMBERS.get(len(rest), "Many").lower()
    return (
        f"You changed {count} things: **{', '.join(rest)}**. Nobody can tell which of them did it. "
        "Train again and change one at a time."
    )


def _beyond_the_recipe(runs: Mapping[str, Run]) -> dict[str, tuple[str, ...]]:
    """Return what else happened to the runs, where it is not the same for all."""
    told = [_history_of(run) for run in runs.values()]
    columns = {name: tuple(one[name] for one in told) for name in told[0]}
    return {name: values for name, values in columns.items() if len(set(values)) > 1}


def _history_of(run: Run) -> dict[str, str]:
    """Return what happened to a run besides its recipe."""
    whole = run.epochs_done == run.recipe.epochs
    continued = run.parent and not (run.operation or run.fine_tuning)
    return {
        "Ended after": "all epochs" if whole else f"epoch {run.epochs_done}",
        "Continued after": f"epoch {run.parent_epochs}" if continued else "–",
        "Steered": "yes" if run.rate_changes else "no",
        "Fine-tuned on": f"{run.fine_tuning.train_size} drawings" if run.fine_tuning else "–",
        "Operated on": str(run.operation or "–"),
    }


def _table(runs: Mapping[str, Run], settings: Mapping[str, tuple[str, ...]]) -> None:
    columns = zip(*settings.values(), strict=True)
    table = pd.DataFrame({"Setting": list(settings)} | dict(zip(runs, map(list, columns), strict=True)))
    st.dataframe(
        table,
        hide_index=True,
        key="compare_settings",
        alt="The settings in which the runs differ, and no others",
    )


def _curves(runs: Mapping[str, Run]) -> None:
    store = resources.store()
    histories = {letter: store.history(run.id) for letter, run in runs.items()}
    if not any(histories.values()):
        st.markdown("None of these runs has finished an epoch yet.")
        return
    with st.container(horizontal=True):
        metric = st.segmented_control(
            "Curve",
            ["accuracy", "loss"],
            default="accuracy",
            required=True,
            format_func=str.capitalize,
            key="compare_metric",
            persist_state="session",
            label_visibility="collapsed",
        )
        over = st.segmented_control(
            "Over",
            ["epoch", "seconds"],
            default="epoch",
            required=True,
            format_func=lambda over: f"By {over}",
            key="compare_over",
            persist_state="session",
            label_visibility="collapsed",
        )
    last = ", ".join(
        f"{letter} ends at {getattr(history[-1], metric):.3f}"
        for letter, history in histories.items()
        if history
    )
    st.vega_lite_chart(
        projector.sized(comparison_charts.curves(histories, metric, over, pictures.style())),
        key="compare_curves",
        alt=f"{metric.capitalize()} of each run by {over}: {last}",
    )
    st.markdown(
        "Measured during training; dashes are the validation split."
        + (" Seconds depend on what else the server was doing." if over == "seconds" else "")
    )
