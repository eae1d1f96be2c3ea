"""Measure how much a database grows with a class, and what its size is made of.

    python -m benchmarks.database_growth [--students 30] [--lessons 3]

In each lesson every student trains the article network once: ten epochs, each of which writes its
state in the place of the one before, then the network. The files are those of a real training, which
is done once; all the rest is real. PostgreSQL keeps what was written before until it vacuums, which it
does by itself about once a minute; here it is told to between two lessons.
"""

import argparse
import dataclasses
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from benchmarks.postgres import Postgres
from core.data import load_mnist
from core.history import Checkpoint, Epoch
from core.jobs.queue import RunQueue
from core.model import to_bytes
from core.recipe import ARTICLE
from core.store.engine import file_of
from core.store.runs import RunStore
from core.training import train

MEGABYTE = 10**6


@dataclasses.dataclass(frozen=True)
class Files:
    """What a run leaves."""

    network: bytes
    state: bytes


def train_once() -> Files:
    """Return the files of a trained article network; their size is the same after one epoch as after ten."""
    result = train(dataclasses.replace(ARTICLE, epochs=1), load_mnist())
    return Files(to_bytes(result.model), result.checkpoint.state)


def teach(store: RunStore, students: int, files: Files) -> None:
    """Let everybody train once."""
    queue = RunQueue(store)
    history = tuple(Epoch(number, 0.5, 0.9, None, None, 1.0) for number in range(1, ARTICLE.epochs + 1))
    for student in range(students):
        queue.enqueue(ARTICLE, f"student {student}", "Run")
        lease = queue.lease("worker")
        if lease is None:
            raise RuntimeError("A run was not there to be taken.")
        for done in range(1, ARTICLE.epochs + 1):
            lease.save(Checkpoint(history[:done], files.state))
        lease.finish(files.network, files.state, False, 0.9, 0.9, {})


def size(store: RunStore) -> int:
    """Return how many bytes a database takes on the disk."""
    with store.database.reading() as connection:
        if connection.dialect.name == "postgresql":
            return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
        path = file_of(connection.engine.url)
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*")) if path else 0


def vacuum(store: RunStore) -> None:
    """Do what PostgreSQL does by itself from time to time."""
    if store.database.address.startswith("postgresql"):
        engine = create_engine(store.database.address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")


def measure(name: str, address: str, students: int, lessons: int, files: Files) -> None:
    """Print a line for each lesson."""
    store = RunStore(address)
    store.usage()
    empty = size(store)
    for lesson in range(1, lessons + 1):
        teach(store, students, files)
        usage, whole = store.usage(), size(store) - empty
        print(
            f"| {name} | {lesson} | {usage.runs} | {usage.bytes / MEGABYTE:.0f} | {whole / MEGABYTE:.0f} | "
            f"{whole / usage.runs / MEGABYTE:.1f} |",
            flush=True,
        )
        vacuum(store)
    store.database.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--lessons", type=int, default=3)
    arguments = parser.parse_args()
    files = train_once()
    print(f"network {len(files.network):,} bytes, state {len(files.state):,} bytes\n")
    print("| store | lessons | runs | their files, MB | on the disk, MB | on the disk a run, MB |")
    print("|---|---|---|---|---|---|")
    postgres = Postgres()
    with tempfile.TemporaryDirectory() as folder:
        sqlite = f"sqlite:///{(Path(folder) / 'runs.db').as_posix()}"
        for name, address in {"SQLite": sqlite, "PostgreSQL": postgres.empty()}.items():
            measure(name, address, arguments.students, arguments.lessons, files)
    postgres.stop()


if __name__ == "__main__":
    main()
