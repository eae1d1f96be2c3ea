"""Everything that reads bytes of strangers, each with valid ones to begin with; see `benchmarks.fuzz`.

What is read may be used or refused by an exception of ours, with a sentence. Anything else is a bug.
"""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
from PIL import Image, ImageDraw

from core.classroom.archive import load_class, save_class
from core.classroom.classroom import ClassroomError
from core.classroom.membership import Membership, join
from core.classroom.progress import read_pool
from core.classroom.second_readings import read_drawings, save_reading
from core.classroom.teaching import TaughtClassroom, open_classroom
from core.drawing.photo import PictureError, find_ink, open_picture
from core.drawing.strokes import StrokeError, draw, read_pen_width, read_strokes, strokes_to_mnist
from core.export.run_bundle import CARD, FORMAT, VERSION, read_bundle, weight_shapes
from core.hyperparameters.validation import RecipeError
from core.inspection.operation import Operation
from core.lessons.lesson import LessonError
from core.lessons.library import LESSONS_FOLDER, read_library
from core.lessons.parse import parse_lesson
from core.lessons.recipe_address import PARTS, recipe_from_parts, recipe_parts
from core.lessons.work_sheet import to_html
from core.presets import PRESETS
from core.recipe import Recipe
from core.store import disk_space
from core.store.backup import BackupError, back_up, restore
from core.store.database import Database, StoreError
from core.store.drawings import DrawingStore
from core.store.run import RunError
from core.store.runs import RunStore

TINY = Recipe(hidden_units=(4,), epochs=2)


@dataclass(frozen=True)
class Target:
    """Something that reads bytes.

    Attributes
    ----------
    read : callable
        Takes bytes, and does with them what the app does.
    seeds : sequence of bytes
        Valid ones, to begin with.
    refusals : tuple of exception types
        What it may raise.
    is_json : bool
        Whether it reads a JSON text.
    """

    read: Callable[[bytes], object]
    seeds: Sequence[bytes]
    refusals: tuple[type[Exception], ...]
    is_json: bool = False

    def feed(self, content: bytes) -> bool:
        """Let it read; return whether it took the bytes. Raises whatever it should not raise."""
        try:
            self.read(content)
        except self.refusals as error:
            if not str(error).endswith((".", ")")):
                raise AssertionError(f"This is no sentence: {error}") from error
            return False
        return True


def pictures(_: Path) -> Target:
    """Return what opens a photo, and finds its ink."""
    gray = Image.new("L", (40, 28), 250)
    ImageDraw.Draw(gray).line([(8, 4), (30, 8), (14, 24)], fill=10, width=4)
    rotated = Image.Exif()
    rotated[0x0112] = 6
    files = [
        _saved(gray, "PNG"),
        _saved(gray.convert("RGBA"), "PNG"),
        _saved(gray.convert("P"), "PNG", transparency=0),
        _saved(gray.convert("I;16"), "PNG"),
        _saved(gray.convert("RGB"), "JPEG", exif=rotated),
        _saved(gray.convert("CMYK"), "JPEG", progressive=True),
        _saved(gray.convert("RGB"), "WEBP"),
        _saved(gray, "BMP"),
        _saved(gray, "GIF", save_all=True, append_images=[gray.rotate(90, expand=True)]),
    ]
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    files.append(_saved(gray.convert("RGB").resize((64, 64)), "HEIF"))
    return Target(lambda content: find_ink(open_picture(content)), files, (PictureError,))


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def strokes(_: Path) -> Target:
    """Return what reads the strokes of a canvas."""
    path = [["M", 10.5, 20], ["Q", 12, 20, 30, 40], ["L", 31, 41]]
    objects = [{"path": path, "strokeWidth": 20}, {"path": [["M", 100, 20]], "strokeWidth": 8.5}]

    def read(content: bytes) -> None:
        found = _json(content)
        # As `ui.drawing`: what is no list counts as nothing drawn.
        if isinstance(found, list):
            pen, paths = read_pen_width(found), read_strokes(found)
            draw(paths, pen, 42, 42)
            strokes_to_mnist(paths)

    return Target(read, [json.dumps(objects).encode(), b"[]"], (StrokeError,), is_json=True)


def _json(content: bytes) -> Any:
    """Return what Streamlit's own protocol would have let through, or None."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _card() -> dict[str, Any]:
    epoch = {"number": 1, "loss": 0.5, "accuracy": 0.9, "val_loss": None, "val_accuracy": None, "seconds": 1}
    tuning = {"learned": 30, "held_out": 10, "before": 0.5, "after": 0.9, "test_before": 0.9}
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": "Zoë",
        "note": "one\ntwo",
        "created": "2026-01-02T03:04:05+00:00",
        "state": "stopped",
        "recipe": json.loads(TINY.to_json()),
        "history": [epoch],
        "train_accuracy": 0.9,
        "test_accuracy": None,
        "versions": {"python": "3.11.7", "precision": "float32"},
        "fine_tuning": tuning | {"rehearsed": json.loads(TINY.to_json())},
        "operation": json.loads(Operation((("hidden_1", 3),), prune=0.5).to_json()),
        "rate_changes": [{"step": 60, "factor": 0.1}],
    }


def _bundle(card: bytes, **arrays: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(CARD), card)
        for name, shape in weight_shapes(TINY).items():
            archive.writestr(zipfile.ZipInfo(name), arrays.get(name) or _npy(shape))
    return content.getvalue()


def _npy(shape: tuple[int, ...]) -> bytes:
    content = io.BytesIO()
    np.save(content, np.zeros(shape, np.float32), allow_pickle=False)
    return content.getvalue()


def bundles(_: Path) -> Target:
    """Return what reads a run bundle, as a file."""
    return Target(read_bundle, [_bundle(json.dumps(_card()).encode())], (RunError,))


def bundle_cards(_: Path) -> Target:
    """Return what reads the JSON text in a whole bundle."""
    card = _card() | {"fine_tuning": None, "operation": None, "rate_changes": []}
    seeds = [json.dumps(_card()).encode(), json.dumps(card).encode(), b"[" * 100_000]
    return Target(lambda content: read_bundle(_bundle(content)), seeds, (RunError,), is_json=True)


def bundle_arrays(_: Path) -> Target:
    """Return what reads an array in a whole bundle."""
    name, shape = list(weight_shapes(TINY).items())[-1]
    card = json.dumps(_card()).encode()
    return Target(lambda content: read_bundle(_bundle(card, **{name: content})), [_npy(shape)], (RunError,))


def recipes(_: Path) -> Target:
    """Return what reads a recipe as JSON."""
    chosen = Recipe(
        writers="students", left_out=(9,), label_noise=0.1, noise_pair=(3, 5), validation_share=0.1
    )
    seeds = [recipe.to_json().encode() for recipe in (*PRESETS.values(), chosen)]

    def read(content: bytes) -> None:
        recipe = Recipe.from_json(content.decode("utf-8", "replace"))
        if Recipe.from_json(recipe.to_json()) != recipe:
            raise AssertionError("This recipe is another one when it is read again.")

    return Target(read, [*seeds, b"[" * 100_000], (RecipeError,), is_json=True)


def recipe_links(_: Path) -> Target:
    """Return what reads the settings in an address of Train; it never raises."""
    seeds = [
        "&".join(f"{name}={value}" for name, value in recipe_parts(recipe).items()).encode()
        for recipe in (
            *PRESETS.values(),
            Recipe(epochs=3, hidden_units=(64, 32), left_out=(1, 2), decay=True),
        )
    ]

    def read(content: bytes) -> None:
        asked = parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True)
        # As `ui.recipe_link`: what is no setting is not looked at.
        recipe_from_parts({name: value for name, value in asked if name in PARTS})

    return Target(read, seeds, ())


def lessons(_: Path) -> Target:
    """Return what reads a lesson that somebody has pasted in, and prints its work sheet."""
    seeds = [(LESSONS_FOLDER / f"{name}.md").read_bytes() for name in read_library()]
    return Target(
        lambda content: to_html(parse_lesson(content.decode("utf-8", "replace"))), seeds, (LessonError,)
    )


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


TARGETS: dict[str, Callable[[Path], Target]] = {
    "pictures": pictures,
    "strokes": strokes,
    "bundles": bundles,
    "bundle_cards": bundle_cards,
    "bundle_arrays": bundle_arrays,
    "recipes": recipes,
    "recipe_links": recipe_links,
    "lessons": lessons,
    "class_files": class_files,
    "class_texts": class_texts,
    "backups": backups,
}
