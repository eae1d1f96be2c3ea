"""Measured baselines: those that come with Digit Lab, and those that were measured here."""

import csv
import functools
import logging
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import delete, insert, select

from core.analysis.measured_baselines import CLASSIFIERS, MeasuredBaseline
from core.store.bundled import BUNDLED_FOLDER
from core.store.database import Database
from core.store.queries import now
from core.store.tables import BASELINES

# Written by `scripts.measure_baselines`.
BUNDLED_BASELINES = BUNDLED_FOLDER / "baselines.csv"
# Rows that a store keeps, the newest: of a few hundred choices of training images.
MAX_ROWS = 1000

_log = logging.getLogger(__name__)


def read_baselines(database: Database, selection: str) -> tuple[MeasuredBaseline, ...]:
    """Return what has been measured for some training images, in the order of `CLASSIFIERS`.

    Parameters
    ----------
    database : Database
    selection : str
        As `core.sampling.selection_key` gives it.
    """
    found = dict(bundled_baselines(BUNDLED_BASELINES).get(selection, {}))
    query = select(BASELINES).where(BASELINES.c.selection == selection)
    with database.reading() as connection:
        for row in connection.execute(query):
            found.setdefault(row.name, MeasuredBaseline(row.name, row.images, row.accuracy, row.seconds))
    return tuple(found[name] for name in CLASSIFIERS if name in found)


def save_baseline(database: Database, selection: str, measured: MeasuredBaseline) -> None:
    """Write what was measured, in place of an earlier measurement."""
    values = {"images": measured.images, "accuracy": measured.accuracy, "seconds": measured.seconds}
    same = (BASELINES.c.selection == selection, BASELINES.c.name == measured.name)
    with database.writing() as connection:
        connection.execute(delete(BASELINES).where(*same))
        connection.execute(
            insert(BASELINES).values(selection=selection, name=measured.name, created=now(), **values)
        )
        beyond = select(BASELINES.c.created).order_by(BASELINES.c.created.desc()).offset(MAX_ROWS).limit(1)
        if (oldest := connection.scalar(beyond)) is not None:
            connection.execute(delete(BASELINES).where(BASELINES.c.created <= oldest))


@functools.lru_cache(maxsize=1)
def bundled_baselines(path: Path) -> Mapping[str, Mapping[str, MeasuredBaseline]]:
    """Return the baselines in a file by the training images and by name; none if it cannot be read."""
    found: dict[str, dict[str, MeasuredBaseline]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                measured = MeasuredBaseline(
                    row["name"], int(row["images"]), float(row["accuracy"]), float(row["seconds"])
                )
                found.setdefault(row["selection"], {})[measured.name] = measured
    except (OSError, ValueError, TypeError, KeyError, csv.Error) as error:
        # Without the file they are measured here.
        _log.warning("The baselines cannot be read from %s: %s", path.name, error)
        return {}
    return found
