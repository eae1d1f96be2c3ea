"""What visitors are told when the run store cannot be used: a sentence for each kind of error."""

import re
import sqlite3
from urllib.parse import unquote

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# Names the store, as a SQLAlchemy URL.
ADDRESS_VARIABLE = "DIGIT_LAB_STORE"

READ_ONLY = (
    "The run store is read-only. Make its file and folder writable, "
    f"or set {ADDRESS_VARIABLE} to another store."
)
LOCKED = "The run store is locked by another program. Close it, or try again later."
FULL = "The disk of this server is full. Delete some runs or free some space, then try again."
CANNOT_OPEN = (
    "The file of the run store cannot be opened. Check its folder, "
    f"or set {ADDRESS_VARIABLE} to another store."
)
BUSY = "The run store is busy. Try again in a moment."
AWAY = "The database of the run store does not answer now. It is tried again every few seconds."
UNKNOWN = "The run store cannot be used right now. Try again later; the server's log says why."
NOT_A_URL = f"{ADDRESS_VARIABLE} is not a database URL. Correct it, or leave it empty."
DAMAGED = (
    "The file of the run store is damaged in places. Put a backup back "
    "(python -m core restore FILE), or move the file away."
)
_BY_SQLITE_CODE = {
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_NOTADB: "The file of the run store is not a database. Move it away, "
    f"or set {ADDRESS_VARIABLE} to another store.",
    sqlite3.SQLITE_CORRUPT: "The file of the run store is damaged. Move it away, "
    f"or set {ADDRESS_VARIABLE} to another store.",
    sqlite3.SQLITE_CANTOPEN: CANNOT_OPEN,
}
# The codes of the SQL standard, and PostgreSQL's own.
_BY_SQLSTATE = {
    "25006": READ_ONLY,  # read_only_sql_transaction
    "40001": BUSY,  # serialization_failure
    "40P01": BUSY,  # deadlock_detected
    "53100": FULL,  # disk_full
    "53300": AWAY,  # too_many_connections
    "55P03": BUSY,  # lock_not_available
}
# After these the connections are as good as before.
PASSING = {LOCKED, FULL, BUSY}
MENDED_BY_HAND = {READ_ONLY, CANNOT_OPEN}


def user_message(error: Exception) -> str:
    """Return what to tell visitors of an error of SQLAlchemy or of a driver."""
    if isinstance(error, ArgumentError):
        return NOT_A_URL
    if isinstance(error, PoolTimeoutError):
        return BUSY
    cause = error.orig if isinstance(error, DBAPIError) else error
    if (state := getattr(cause, "sqlstate", None)) in _BY_SQLSTATE:
        return _BY_SQLSTATE[state]
    # The lowest byte is the kind; the others say more than a message needs.
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return _BY_SQLITE_CODE.get(code & 0xFF, UNKNOWN)
    if type(cause).__name__ == "OperationalError" and not isinstance(cause, sqlite3.Error):
        return AWAY
    return UNKNOWN


def without_password(text: str, address: str) -> str:
    """Return a text for the log in which nothing of the password in an address is left.

    Also not parts of it: a driver takes what follows an ``@`` in a password for the host.
    """
    credentials, _, _ = address.partition("://")[2].rpartition("@")
    password = credentials.partition(":")[2]
    parts = {password, unquote(password), *re.split(r"[@:/?#]", password)}
    for part in sorted(filter(None, parts), key=len, reverse=True):
        text = text.replace(part, "***")
    return text


def shown_address(address: str) -> str:
    """Return an address for operators to read: without its password, and empty if it is not a URL."""
    try:
        # Without its options, too: some drivers take a password from there.
        shown = make_url(address).set(query={}).render_as_string(hide_password=True)
        return without_password(shown, address)
    except (ArgumentError, ValueError):
        return ""  # Anything may be in what is not a URL.
