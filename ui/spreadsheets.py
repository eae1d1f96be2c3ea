"""Tables for spreadsheets, in which text of visitors never runs as a formula."""

import re
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

# What a spreadsheet takes for the beginning of a formula, also after spaces (OWASP, "CSV injection").
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_WORD_JOINER = "\u2060"


def to_csv(table: pd.DataFrame) -> str:
    """Return a table as CSV; an apostrophe goes before text that would be a formula."""
    safe = table.apply(lambda column: column if is_numeric_dtype(column) else column.map(_quoted))
    # With both characters in the end of a line, each of them is put in quotes within a cell.
    return str(safe.to_csv(index=False, lineterminator="\r\n"))


def _quoted(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def shown(text: str) -> str:
    """Return text for a table on the page, which the browser saves as CSV as it is.

    Nothing is to be seen of what keeps it from being a formula there.
    """
    # The browser puts no quotes around a carriage return, so what follows would be a cell of its own.
    text = text.replace("\r", " ")
    return _WORD_JOINER + text if _FORMULA.match(text) else text
