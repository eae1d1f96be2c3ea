"""Whose the runs of a class are, also before those who were loaded from a file have come back to it."""

import dataclasses

from sqlalchemy import Connection, select

from core.classroom.classroom import Member, read_members
from core.store.classrooms import is_digest, owner_digest
from core.store.tables import RUNS


def read_recognized(connection: Connection, code: str) -> tuple[Member, ...]:
    """Return the members of a class in the order of their seats, with the owners of their runs.

    Somebody who was loaded from a file is kept with a digest until they open *Class* again, and may train
    before.
    """
    members = read_members(connection, code)
    if not any(is_digest(member.owner) for member in members):
        return members
    owners = {owner_digest(owner): owner for owner in connection.scalars(select(RUNS.c.owner).distinct())}
    return tuple(
        dataclasses.replace(member, owner=owners.get(member.owner, member.owner)) for member in members
    )
