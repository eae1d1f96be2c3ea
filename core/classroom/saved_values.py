"""Checks of what stands in the file of a class, which was in a stranger's hands."""

from datetime import UTC, datetime
from typing import Any

from core.store.queries import as_text as in_store


def as_list(value: Any, most: int) -> list[Any]:
    """Return a value that must be a list of at most so many entries. Raises `ValueError`."""
    if not isinstance(value, list) or len(value) > most:
        raise ValueError("no such list")
    return value


def as_text(value: Any) -> str:
    """Return a value that must be a text. Raises `TypeError`, or `ValueError` if no database takes it."""
    if not isinstance(value, str):
        raise TypeError("no text")
    value.encode()  # Not half of a character in UTF-16.
    if "\0" in value:
        raise ValueError("no character")
    return value


def as_moment(value: Any) -> str:
    """Return a value that must be date and time, as the store writes them.

    Raises `TypeError`, `ValueError` or `OverflowError`.
    """
    # Anything may stand between the two.
    return in_store(datetime.fromisoformat(as_text(value)).astimezone(UTC))


def as_whole(value: Any, most: int) -> int:
    """Return a value that must be a whole number from 0 to ``most``. Raises `ValueError`."""
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError("no such number")
    return value


def check_distinct(values: list[Any]) -> None:
    """Raise `ValueError` if one of the values is given twice."""
    if len(set(values)) < len(values):
        raise ValueError("given twice")
