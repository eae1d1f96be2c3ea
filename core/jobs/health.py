"""The health of everything that shares a store, for operators: ``python -m core health``."""

import dataclasses
import json
import logging
import platform
import time
import tomllib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import text

from core.jobs.heartbeat import heartbeats
from core.jobs.registry import registered_workers
from core.jobs.scheduler import STALE_SECONDS
from core.store.backup import damage
from core.store.database import StoreError
from core.store.retention import MAX_BYTES
from core.store.run import RunState
from core.store.runs import RunStore
from core.store.user_messages import DAMAGED, shown_address

# How often it looks whether heartbeats have moved; those of trainings do so every half second.
LOOK_SECONDS = 0.2
# What decides how a training runs, and who speaks with the store and the cluster.
_PACKAGES = (
    "streamlit",
    "tensorflow-cpu",
    "tensorflow",
    "keras",
    "numpy",
    "sqlalchemy",
    "psycopg",
    "distributed",
)
_PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
_NOBODY = "{} not trained by anybody now. Start a worker: python -m core worker."


@dataclasses.dataclass(frozen=True)
class Beat:
    """A heartbeat that was watched for a while.

    Attributes
    ----------
    worker : str
        Who counts it up.
    run_id : str
        What it trains; empty for that of a worker process itself.
    started : str
        Since when the worker process is there, UTC, ISO 8601; empty for that of a run.
    count : int
    alive : bool
        Whether it moved while it was watched.
    """

    worker: str
    run_id: str
    started: str
    count: int
    alive: bool = False


@dataclasses.dataclass(frozen=True)
class Health:
    """What a look at a store has found. Of a store that cannot be used only the first and last two fields.

    Attributes
    ----------
    problems : tuple of str
        What an operator has to do something about, as sentences; empty if all is well.
    database, tables : str
        Its kind and version, and the last migration of its tables.
    runs, megabytes, max_megabytes : int
        What is in the store, and how much fits.
    queued : int
    oldest_queued : str
        Since when the first of them waits, UTC, ISO 8601; empty if none does.
    workers, leases : tuple of Beat
        Worker processes, and runs in training. A web server that trains itself is no worker process.
    store : str
        Its address, without the password.
    versions : mapping of str
        Of this installation.
    """

    problems: tuple[str, ...] = ()
    database: str = ""
    tables: str = ""
    runs: int = 0
    megabytes: int = 0
    max_megabytes: int = 0
    queued: int = 0
    oldest_queued: str = ""
    workers: tuple[Beat, ...] = ()
    leases: tuple[Beat, ...] = ()
    store: str = ""
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)


def report_health(as_json: bool) -> int:
    """Print the health of the default store; return the exit status of the process."""
    logging.disable()  # What is wrong with the store is in the report.
    store = RunStore()
    health = check_health(store)
    if not health.problems and damage(store.database):
        health = dataclasses.replace(health, problems=(DAMAGED,))
    print(json.dumps(dataclasses.asdict(health), indent=2) if as_json else as_text(health))
    return 1 if health.problems else 0


def check_health(store: RunStore, patience: float = STALE_SECONDS) -> Health:
    """Return the health of a store, of its queue, and of all who train for it.

    Parameters
    ----------
    store : RunStore
    patience : float
        How long, in seconds, to wait for heartbeats to move. Those who are alive move theirs within
        about two, unless TensorFlow is being imported.
    """
    try:
        found = _watch(store, patience)
    except StoreError as error:
        found = Health(problems=(str(error),))
    return dataclasses.replace(found, store=shown_address(store.database.address), versions=_versions())


def _watch(store: RunStore, patience: float) -> Health:
    """Look until all heartbeats have moved and all who wait have somebody, or patience is at its end."""
    before, deadline = _read(store), time.monotonic() + patience
    found = before
    while not _is_well(found) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        found = _moved(before, _read(store))
    return found if _is_someone_there(found) else dataclasses.replace(found, problems=(_nobody(found),))


def _is_well(found: Health) -> bool:
    return all(beat.alive for beat in (*found.workers, *found.leases)) and _is_someone_there(found)


def _is_someone_there(found: Health) -> bool:
    beats = (*found.workers, *found.leases)
    return any(beat.alive for beat in beats) or not (found.queued or found.leases)


def _nobody(found: Health) -> str:
    count = found.queued + len(found.leases)
    return _NOBODY.format("1 run is" if count == 1 else f"{count} runs are")


def _moved(before: Health, after: Health) -> Health:
    """Return the later look, in which those heartbeats are alive that are not of the earlier one."""
    still = {*before.workers, *before.leases}

    def compare(beats: tuple[Beat, ...]) -> tuple[Beat, ...]:
        return tuple(dataclasses.replace(beat, alive=beat not in still) for beat in beats)

    return dataclasses.replace(after, workers=compare(after.workers), leases=compare(after.leases))


def _read(store: RunStore) -> Health:
    with store.database.reading() as connection:
        tables = connection.scalar(text("SELECT version_num FROM alembic_version")) or ""
        numbers = connection.dialect.server_version_info or ()
        name = connection.dialect.name
    queued = [run.created for run in store.active() if run.state is RunState.QUEUED]
    usage = store.usage()
    return Health(
        database=f"{name} {'.'.join(map(str, numbers))}",
        tables=tables,
        runs=usage.runs,
        megabytes=usage.bytes // 2**20,
        max_megabytes=MAX_BYTES // 2**20,
        queued=len(queued),
        oldest_queued=min(queued, default=""),
        workers=tuple(
            Beat(worker.id, "", worker.started, worker.heartbeat) for worker in registered_workers(store)
        ),
        leases=tuple(Beat(beat.worker, beat.run_id, "", beat.count) for beat in heartbeats(store)),
    )


def _versions() -> dict[str, str]:
    """Return the versions of this installation, without an import of what takes seconds."""
    found = {"python": platform.python_version()}
    try:
        project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))
        found = {"digit-lab": project["project"]["version"], **found}
    except (OSError, tomllib.TOMLDecodeError, KeyError):
        pass
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def as_text(health: Health) -> str:
    """Return a report for people to read."""
    lines = [f"Problem   {problem}" for problem in health.problems] or ["Healthy"]
    lines.append(f"Store     {health.store}")
    if health.database:
        lines += [
            f"          {health.database}, tables {health.tables}, {health.runs} runs, "
            f"{health.megabytes} of {health.max_megabytes} MB",
            f"Queue     {health.queued} queued{_since(health.oldest_queued)}",
            f"Workers   {len(health.workers)}",
        ]
    lines += [f"          {_state(beat)} {beat.worker}{_since(beat.started)}" for beat in health.workers]
    lines += [f"Training  {_state(beat)} {beat.run_id} by {beat.worker}" for beat in health.leases]
    lines.append("Versions  " + ", ".join(f"{name} {number}" for name, number in health.versions.items()))
    return "\n".join(lines)


def _since(moment: str) -> str:
    return f" since {moment}" if moment else ""


def _state(beat: Beat) -> str:
    return f"{'alive ' if beat.alive else 'silent'} {beat.count:>7}"
