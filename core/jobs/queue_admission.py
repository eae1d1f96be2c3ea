"""Which new runs may join the queue, and where."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from core.jobs.queue_order import lock, next_order
from core.recipe import Recipe
from core.store.classrooms import owner_digest
from core.store.queries import is_known, now
from core.store.retention import (
    MAX_BYTES,
    OWNER_BYTES,
    evict,
    read_owner_usage,
    read_queued_bytes,
    read_usage,
)
from core.store.run import RunState
from core.store.tables import CLASSROOM_MEMBERS, CLASSROOMS, COUNTER, RUNS

# Owners who may wait, each with a run or with a series, whose runs begin one after the other, behind
# everyone who came meanwhile: two for each student of a class. Anyone who comes later is told at once.
MAX_WAITING = 60
# Runs of all of them with which a series may wait: six for each student. More would make each look at
# the queue slow.
MAX_SERIES_RUNS = 180
# Places beside these for owners who have trained or drawn here before, one for each student of a
# class: whoever makes up owners cannot take these.
RESERVED_WAITING = 30
# Of owners who come without a cookie and have not: each connection of theirs is another owner. A class
# whose school blocks cookies still has a place for each student.
MAX_COOKIELESS = 30
# What runs that wait may have brought with them, to continue or to fine-tune a network: it cannot be
# evicted, and must leave room for others.
MAX_WAITING_BYTES = MAX_BYTES // 4
# What a run saves: the network, its optimizer's two moments, and the weights to continue from.
_BYTES_PER_PARAMETER = 17


class RunRefused(Exception):
    """Raised when a run cannot be queued now. The message says why."""


def admit(
    connection: Connection,
    owner: str,
    name: str,
    nickname: str,
    recipes: Sequence[Recipe],
    has_cookie: bool = True,
    brings: int = 0,
    **values: Any,
) -> list[str]:
    """Add new runs of one owner at the end of the queue, and return their ids.

    Parameters
    ----------
    connection : Connection
    owner, name, nickname : str
    recipes : sequence of Recipe
        Of the runs, which share one place in the queue's order.
    has_cookie : bool
        Whether the owner's browser keeps a cookie, by which it is the same owner again.
    brings : int
        Bytes of the files that they come with.
    **values
        Other columns, the same for all of them.

    Raises
    ------
    RunRefused
    """
    number = lock(connection)
    check_pause(connection, owner)
    cookieless = check_waiting(connection, owner, len(recipes), has_cookie)
    _check_repeated(connection, owner, recipes, values.get("fine_tuning"))
    _check_quota(connection, owner, recipes)
    _check_space(connection, brings)
    order = next_order(connection, cookieless)
    ids = []
    for recipe in recipes:
        number += 1
        ids.append(secrets.token_hex(4))
        connection.execute(
            insert(RUNS).values(
                id=ids[-1],
                number=number,
                queue_order=order,
                name=name,
                owner=owner,
                nickname=nickname,
                recipe=recipe.to_json(),
                state=RunState.QUEUED,
                created=now(),
                cookieless=cookieless,
                **values,
            )
        )
    connection.execute(update(COUNTER).values(number=number))
    return ids


def check_waiting(connection: Connection, owner: str, runs: int = 1, has_cookie: bool = True) -> bool:
    """Return whether this owner is one of those without a cookie who share a part of the queue.

    Raises
    ------
    RunRefused
        If they cannot queue this number of runs now.
    """
    is_queued = RUNS.c.state == RunState.QUEUED
    queued = select(func.count()).select_from(RUNS).where(is_queued)
    owners = select(func.count(RUNS.c.owner.distinct())).where(is_queued)
    if connection.scalar(queued.where(RUNS.c.owner == owner)):
        raise RunRefused("You already have a queued run. Cancel it, or wait until it starts.")
    known = is_known(connection, owner)
    if (connection.scalar(owners) or 0) >= MAX_WAITING + (RESERVED_WAITING if known else 0):
        raise RunRefused("The queue is full. Try again in a few minutes.")
    if runs > 1 and (connection.scalar(queued) or 0) + runs > MAX_SERIES_RUNS:
        raise RunRefused("The queue is full of series. Start a single run, or try again in a few minutes.")
    if known or has_cookie:
        return False
    if (connection.scalar(owners.where(RUNS.c.cookieless)) or 0) >= MAX_COOKIELESS:
        raise RunRefused(
            "Too many visitors whose browsers keep no cookies are waiting. Allow cookies for this page and "
            "reload it, or try again in a few minutes."
        )
    return True


def check_pause(connection: Connection, owner: str) -> None:
    """Refuse while the teacher of a class that the owner attends has paused trainings."""
    paused = (
        select(CLASSROOMS.c.code)
        .join(CLASSROOM_MEMBERS, CLASSROOM_MEMBERS.c.code == CLASSROOMS.c.code)
        .where(
            CLASSROOM_MEMBERS.c.owner.in_((owner, owner_digest(owner))),
            CLASSROOMS.c.trainings_paused,
            CLASSROOMS.c.ends_at > now(),
        )
    )
    if code := connection.scalar(paused.limit(1)):
        # One may be in several classes, of which an earlier one is still paused.
        raise RunRefused(
            f"Your teacher has paused trainings in the class {code}. Start again when it goes on, or leave "
            "it on the page Class."
        )


def _check_repeated(
    connection: Connection, owner: str, recipes: Sequence[Recipe], fine_tuning: str | None
) -> None:
    """Refuse what is being trained at this moment for the same owner: a second click."""
    running = select(RUNS.c.recipe).where(
        RUNS.c.state == RunState.RUNNING, RUNS.c.owner == owner, RUNS.c.fine_tuning == fine_tuning
    )
    if {recipe.to_json() for recipe in recipes} & set(connection.scalars(running)):
        raise RunRefused(
            "You are already training this exact recipe. Change a setting, or wait for it to finish."
        )


def _check_quota(connection: Connection, owner: str, recipes: Sequence[Recipe]) -> None:
    """Refuse what would find no room beside the owner's own pinned models."""
    pinned = read_owner_usage(connection, owner).pinned_bytes
    largest = max(recipe.parameters for recipe in recipes) * _BYTES_PER_PARAMETER
    if pinned and pinned + largest > OWNER_BYTES:
        raise RunRefused(
            f"Your pinned models leave too little of your {OWNER_BYTES // 2**20} MB for this network. "
            "Unpin or delete one on Runs, then start again."
        )


def _check_space(connection: Connection, brings: int) -> None:
    evict(connection)
    queued = read_queued_bytes(connection)
    if brings and queued and queued + brings > MAX_WAITING_BYTES:
        raise RunRefused("Too many queued runs continue other runs. Try again in a few minutes.")
    if read_usage(connection).bytes > MAX_BYTES:
        raise RunRefused("The server has no space for another model now. Try again in a few minutes.")
