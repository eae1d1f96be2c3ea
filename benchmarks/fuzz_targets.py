"""Everything that reads bytes of strangers, each with valid ones to begin with; see `benchmarks.fuzz`.

What is read may be used or refused by an exception of ours, with a sentence. Anything else is a bug.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from PIL import Image, ImageDraw

from benchmarks.fuzz_bundles import bundle_arrays, bundle_cards, bundles
from benchmarks.fuzz_stores import backups, class_files, class_texts
from benchmarks.fuzz_target import Target
from core.drawing.photo import PictureError, find_ink, open_picture
from core.drawing.strokes import StrokeError, draw, read_pen_width, read_strokes, strokes_to_mnist
from core.hyperparameters.validation import RecipeError
from core.lessons.lesson import LessonError
from core.lessons.library import LESSONS_FOLDER, read_library
from core.lessons.parse import parse_lesson
from core.lessons.recipe_address import PARTS, recipe_from_parts, recipe_parts
from core.lessons.work_sheet import to_html
from core.presets import PRESETS
from core.recipe import Recipe


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
