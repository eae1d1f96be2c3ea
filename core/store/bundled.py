"""The runs that come with Digit Lab: cards and networks in the folder ``models``."""

import dataclasses
import io
import json
import logging
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from core.history import Epoch
from core.recipe import Recipe
from core.snapshot import Snapshot
from core.store.queries import checksum
from core.store.run import Run, RunError, RunState

_log = logging.getLogger(__name__)

BUNDLED_FOLDER = Path(__file__).resolve().parents[2] / "models"
_RESTORE = "Choose another model, or restore the folder models/ from the repository."


@dataclass(frozen=True)
class BundledRun:
    """A run that comes with Digit Lab: what its card ``<id>.json`` says.

    Attributes
    ----------
    run : Run
    history : tuple of Epoch
    sha256 : str
        Of the file ``<id>.keras``.
    snapshots_sha256 : str
        Of the file ``<id>.snapshots.npz``; empty if there is none.
    """

    run: Run
    history: tuple[Epoch, ...]
    sha256: str
    snapshots_sha256: str = ""

    def to_json(self) -> str:
        """Return the text of the card."""
        run = self.run
        card = {
            "id": run.id,
            "name": run.name,
            "recipe": json.loads(run.recipe.to_json()),
            "created": run.created,
            "history": [dataclasses.asdict(epoch) for epoch in self.history],
            "train_accuracy": run.train_accuracy,
            "test_accuracy": run.test_accuracy,
            "open_accuracy": run.open_accuracy,
            "versions": dict(run.versions),
            "sha256": self.sha256,
        }
        if self.snapshots_sha256:
            card["snapshots_sha256"] = self.snapshots_sha256
        return json.dumps(card, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the run of a card that `to_json` wrote.

        Raises
        ------
        ValueError, LookupError, TypeError, AttributeError, RecursionError
            If the text is not a card.
        """
        card = json.loads(text)
        history = tuple(Epoch(**epoch) for epoch in card.pop("history"))
        sha256, snapshots_sha256 = card.pop("sha256"), card.pop("snapshots_sha256", "")
        card["recipe"] = Recipe.from_json(json.dumps(card["recipe"]))
        run = Run(
            **card,
            state=RunState.FINISHED,
            progress=1.0,
            epochs_done=len(history),
            seconds=sum(epoch.seconds for epoch in history),
            has_model=True,
        )
        return cls(run, history, sha256, snapshots_sha256)


def read_cards(folder: Path) -> dict[str, BundledRun]:
    """Return the bundled runs of a folder by their ids."""
    cards = {}
    for path in sorted(folder.glob("*.json")):
        try:
            card = BundledRun.from_json(path.read_text(encoding="utf-8"))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError) as error:
            # One damaged card must not hide the others; the page lists what is left.
            _log.warning("The card of the bundled model %s cannot be read: %s", path.name, error)
        else:
            cards[card.run.id] = card
    return cards


def network_path(folder: Path, card: BundledRun) -> Path:
    """Return where the network of a bundled run is."""
    return folder / f"{card.run.id}.keras"


def read_network(folder: Path, card: BundledRun) -> bytes:
    """Return the network of a bundled run as a ``.keras`` file.

    Raises
    ------
    RunError
        If the file is missing or damaged.
    """
    try:
        content = network_path(folder, card).read_bytes()
    except OSError as error:
        raise RunError(f"The model file is missing. {_RESTORE}") from error
    if checksum(content) != card.sha256:
        raise RunError(f"The model file is damaged. {_RESTORE}")
    return content


def snapshots_path(folder: Path, card: BundledRun) -> Path:
    """Return where the snapshots of a bundled run are."""
    return folder / f"{card.run.id}.snapshots.npz"


def pack_snapshots(snapshots: Iterable[Snapshot]) -> bytes:
    """Return snapshots as one compressed file, for `read_snapshots`."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for snapshot in snapshots:
            # Without the time of day, the same snapshots are the same file.
            name = zipfile.ZipInfo(f"{snapshot.epoch}.npz")
            archive.writestr(name, snapshot.content, zipfile.ZIP_DEFLATED, compresslevel=9)
    return content.getvalue()


def read_snapshots(folder: Path, card: BundledRun) -> dict[int, bytes]:
    """Return the snapshots of a bundled run by their epochs; none if it comes without them.

    Raises
    ------
    RunError
        If the file is missing or damaged.
    """
    if not card.snapshots_sha256:
        return {}
    try:
        content = snapshots_path(folder, card).read_bytes()
    except OSError as error:
        raise RunError(f"The file of its snapshots is missing. {_RESTORE}") from error
    if checksum(content) != card.snapshots_sha256:
        raise RunError(f"The file of its snapshots is damaged. {_RESTORE}")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {int(name.partition(".")[0]): archive.read(name) for name in archive.namelist()}
