"""What members of a class are called: an animal and a number, or a nickname."""

import random
import unicodedata
from collections.abc import Collection

from core.classroom.classroom import ClassroomError

MAX_NAME = 20
# Short, friendly, and no insult in any language that we know.
ANIMALS = (
    *("Badger", "Beaver", "Bison", "Camel", "Crane", "Dolphin", "Eagle", "Falcon", "Finch", "Fox"),
    *("Gecko", "Heron", "Ibex", "Jaguar", "Kestrel", "Koala", "Lemur", "Lynx", "Marten", "Otter"),
    *("Owl", "Panda", "Penguin", "Puffin", "Puma", "Raven", "Robin", "Seal", "Swift", "Tiger"),
    *("Toucan", "Turtle", "Walrus", "Wolf", "Wombat", "Zebra"),
)
_NUMBERS = range(1, 100)
# Invisible characters, and those that turn text around. Joiners stay: some scripts need them.
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d"}
# Marks on one letter; more of them would cover the lines above and below.
_MAX_MARKS = 2


def suggest_name(taken: Collection[str]) -> str:
    """Return an animal and a number that no member has."""
    used = set(map(_folded, taken))
    while True:
        name = f"{random.choice(ANIMALS)} {random.choice(_NUMBERS)}"
        if _folded(name) not in used:
            return name


def check_name(said: str, taken: Collection[str]) -> str:
    """Return a name as it is kept: in one line, without what is invisible.

    Raises
    ------
    ClassroomError
        If it is empty, too long, or another member's.
    """
    name = _visible(said)
    if not name:
        raise ClassroomError("Type a nickname with at least one visible character.")
    if len(name) > MAX_NAME:
        raise ClassroomError(f"A nickname can have at most {MAX_NAME} characters.")
    if _folded(name) in map(_folded, taken):
        raise ClassroomError("Somebody in this class has this name already. Choose another one.")
    return name


def _visible(text: str) -> str:
    kept: list[str] = []
    marks = 0
    # Nobody's name is longer than this, also before it is cleaned.
    for character in unicodedata.normalize("NFC", text[:1000]):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character in _JOINERS or (marks <= _MAX_MARKS and category not in _DROPPED):
            kept.append(character)
        elif category == "Cc":
            kept.append(" ")
    name = " ".join("".join(kept).split())
    # What is only marks and joiners shows nothing.
    return name if any(unicodedata.category(character)[0] in "LNSP" for character in name) else ""


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
