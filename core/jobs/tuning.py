"""Runs that train on drawings: what such a run is called, trained by, and brings along."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.fine_tuning.drawings import MIN_DRAWINGS, Drawings
from core.fine_tuning.outcome import FineTuning
from core.fine_tuning.rehearsal import fine_tuning_recipe, mixture_recipe, rehearsed_recipe
from core.jobs.queue_admission import RunRefused
from core.mixture import Mixture, plan
from core.recipe import Recipe
from core.store.runs import RunStore

# What the name of a fine-tuned network ends with.
_FINE_TUNED = " · fine-tuned"
_DATA = {"mnist": "MNIST only", "class": "class only", "both": "MNIST + class"}


@dataclass(frozen=True)
class Tuning:
    """A run that trains on drawings, before it is queued.

    Attributes
    ----------
    name : str
    recipe : Recipe
    fine_tuning : FineTuning
        Without its measurements.
    parent : str or None
        The run whose network it begins with.
    files : mapping of str to bytes
        By their kind, see `core.store.tables.FILES`.
    """

    name: str
    recipe: Recipe
    fine_tuning: FineTuning
    parent: str | None
    files: Mapping[str, bytes]

    @property
    def size(self) -> int:
        """What the files take, in bytes."""
        return sum(map(len, self.files.values()))


def tune(store: RunStore, run_id: str, drawings: Drawings) -> Tuning:
    """Return what fine-tunes a network on drawings of one person.

    Raises
    ------
    RunRefused
        If there are too few drawings.
    RunError
        If that run has no network.
    """
    if len(drawings) < MIN_DRAWINGS:
        raise RunRefused(f"Save at least {MIN_DRAWINGS} drawings first, then fine-tune on them.")
    start, parent = store.model_file(run_id), store.get(run_id)
    training, holdout = drawings.split()
    return Tuning(
        parent.name if parent.fine_tuning else f"{parent.name}{_FINE_TUNED}",
        fine_tuning_recipe(parent.recipe, len(training)),
        FineTuning(
            len(training), len(holdout), rehearsed=rehearsed_recipe(parent.recipe, parent.fine_tuning)
        ),
        run_id,
        {"start": start, "drawings": drawings.to_bytes()},
    )


def tune_for_class(
    store: RunStore, run_id: str, drawings: Drawings, classroom: str, data: str, from_scratch: bool
) -> Tuning:
    """Return what trains a network for a class.

    Parameters
    ----------
    store : RunStore
    run_id : str
        The run whose network is fine-tuned, or whose recipe is trained from scratch.
    drawings : Drawings
        Of the class, with who drew them.
    classroom : str
        The code of the class.
    data : str
        One of `core.mixture.DATA`.
    from_scratch : bool

    Raises
    ------
    RunRefused
        If too few people have drawn too little.
    RunError
        If there is no such run, or it has no network to fine-tune.
    """
    training, holdout = drawings.split()
    if len(training) < MIN_DRAWINGS or not len(holdout):
        raise RunRefused(
            f"Too few drawings: two people must have drawn, the first at least {MIN_DRAWINGS} digits. "
            "The drawings of the second, and then of every fourth person, are held out."
        )
    parent = store.get(run_id)
    images, repeats = plan(parent.recipe, data, from_scratch, len(training))
    mixture = Mixture(classroom, data, from_scratch, images, repeats, _people(training), _people(holdout))
    files = {} if from_scratch else {"start": store.model_file(run_id)}
    rehearsed = None if from_scratch else rehearsed_recipe(parent.recipe, parent.fine_tuning)
    base = parent.name.partition(" · ")[0] if parent.fine_tuning else parent.name
    return Tuning(
        f"{base} · {_DATA[data]}{'' if from_scratch else _FINE_TUNED}",
        mixture_recipe(parent.recipe, mixture, len(training)),
        FineTuning(len(training), len(holdout), mixture=mixture, rehearsed=rehearsed),
        None if from_scratch else run_id,
        {**files, "drawings": drawings.to_bytes()},
    )


def _people(drawings: Drawings) -> int:
    return 0 if drawings.people is None else len(np.unique(drawings.people))
