"""Whether a visitor knows the key of this server."""

import contextlib

from core.store.database import StoreError
from ui import resources, session


def check_key(said: str) -> None:
    """Return if what the visitor said is the key; raises `core.jobs.teacher_key.KeyRefusedError`."""
    known = False
    with contextlib.suppress(StoreError):
        known = resources.store().is_known(session.owner())
    resources.key_guard().check(said, resources.teacher_key(), session.owner(), known)
