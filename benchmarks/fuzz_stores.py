"""Fuzz targets: what is put back into a store, a class from its file and a backup."""

import gzip
import json
from pathlib import Path

import numpy as np

from benchmarks.fuzz_target import Target
from core.classroom.archive import load_class, save_class
from core.classroom.classroom import ClassroomError
from core.classroom.membership import Membership, join
from core.classroom.progress import read_pool
from core.classroom.second_readings import read_drawings, save_reading
from core.classroom.teaching import TaughtClassroom, open_classroom
from core.lessons.library import LESSONS_FOLDER, read_library
from core.recipe import Recipe
from core.store import disk_space
from core.store.backup import BackupError, back_up, restore
from core.store.database import Database, StoreError
from core.store.drawings import DrawingStore
from core.store.run import RunError
from core.store.runs import RunStore


def _class(folder: Path) -> tuple[Database, bytes]:
    """Return a store, and the file of a class that was in it."""
    database = RunStore(f"sqlite:///{(folder / 'runs.db').as_posix()}").database
    code = open_classroom(database, "teacher")[0].code
    for name in ("Ann", "Bob"):
        image = np.zeros((28, 28), np.uint8)
        image[4:24, 10 + len(name) : 16] = ord(name[0])
        Membership(database, join(database, code, name, name)).save(image, 7, [np.array([[1.0, 2], [3, 4]])])
    save_reading(database, join(database, code, "eve"), read_pool(database, code)[0].id, 1)
    lesson = (LESSONS_FOLDER / "is-94-good.md").read_text(encoding="utf-8")
    file = save_class(database, code)
    saved = json.loads(gzip.decompress(file)) | {
        "lessons": [lesson],
        "sealed_at": "2026-01-02T03:04:05+00:00",
        "answers": [[1, "is-94-good", one.id, "7"] for one in read_library()["is-94-good"].questions],
        "reached": [[1, "is-94-good", 2]],
    }
    TaughtClassroom(database, code, "teacher").delete()
    return database, json.dumps(saved).encode()


def _load(database: Database, file: bytes) -> None:
    classroom, _ = load_class(database, file, "teacher")
    try:
        read_drawings(database, classroom.code)
        save_class(database, classroom.code)
    finally:
        TaughtClassroom(database, classroom.code, "teacher").delete()


def class_files(folder: Path) -> Target:
    """Return what loads a class from a file."""
    database, saved = _class(folder)
    file = gzip.compress(saved, mtime=0)
    return Target(lambda content: _load(database, content), [file], (ClassroomError,))


def class_texts(folder: Path) -> Target:
    """Return what loads a class from the JSON text in a whole file."""
    database, saved = _class(folder)
    return Target(
        lambda content: _load(database, gzip.compress(content, 1)),
        [saved, b"[" * 100_000],
        (ClassroomError,),
        is_json=True,
    )


def backups(folder: Path) -> Target:
    """Return what puts a copy of a store back, and reads what is in it then."""
    from tests.stored import finished_run

    disk_space.RESERVE_BYTES = 0
    source, copy = RunStore(f"sqlite:///{(folder / 'source.db').as_posix()}"), folder / "copy.db"
    for number in range(3):
        finished_run(source, Recipe(epochs=2, seed=number), nickname="Ann", network=b"n" * 3000)
    DrawingStore(source.database, "ann").save(np.full((28, 28), 9, np.uint8), 7)
    open_classroom(source.database, "teacher")
    back_up(source.database, copy)
    content = copy.read_bytes()
    source.database.close()
    store = RunStore(f"sqlite:///{(folder / 'runs.db').as_posix()}")

    def read(content: bytes) -> None:
        copy.write_bytes(content)
        restored = restore(store.database, copy)
        if restored.before:
            restored.before.unlink()
        for run in store.runs():
            store.history(run.id)
        store.active()
        store.usage()
        DrawingStore(store.database, "ann").drawings()

    return Target(read, [content], (BackupError, StoreError, RunError))
