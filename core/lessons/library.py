"""The lessons that come with Digit Lab, and those that a teacher has put into the folder ``lessons``."""

import functools
import logging
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from core.lessons.lesson import Lesson, LessonError
from core.lessons.parse import parse_lesson

LESSONS_FOLDER = Path(__file__).resolve().parents[2] / "lessons"
# In the order in which a class takes them.
_ORDER = (
    "from-pixel-to-prediction",
    "is-94-good",
    "how-does-it-learn",
    "inside-the-network",
    "whose-handwriting",
    "train-it-on-our-digits",
)
_NOT_LESSONS = {"README.md", "45-minutes-from-now.md"}
_log = logging.getLogger(__name__)


@functools.lru_cache(maxsize=4)
def read_library(folder: Path = LESSONS_FOLDER) -> Mapping[str, Lesson]:
    """Return the lessons of a folder by the names of their files; one that is none is left out.

    The log says why it is.
    """
    lessons = {}
    for path in sorted(folder.glob("*.md"), key=_place):
        if path.name in _NOT_LESSONS:
            continue
        try:
            lessons[path.stem] = parse_lesson(path.read_text(encoding="utf-8"))
        except (LessonError, OSError, UnicodeDecodeError) as error:
            _log.warning("%s is no lesson: %s", path, error)
    return MappingProxyType(lessons)


def _place(path: Path) -> tuple[int, str]:
    return _ORDER.index(path.stem) if path.stem in _ORDER else len(_ORDER), path.stem
