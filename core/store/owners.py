"""What belongs to an owner beside single runs: their browsers, their nickname, and all of it at once."""

from sqlalchemy import Connection, delete, func, insert, select, update

from core.store.database import Database
from core.store.queries import delete_run, now
from core.store.tables import BROWSERS, DRAWINGS, RUNS, SERIES

# Beyond that the oldest are forgotten, and are owners of their own again.
MAX_BROWSERS = 10_000


def linked_owner(database: Database, browser: str) -> str | None:
    """Return whom a browser belongs to by a personal link, or None."""
    with database.reading() as connection:
        return connection.scalar(select(BROWSERS.c.owner).where(BROWSERS.c.browser == browser))


def link_browser(database: Database, browser: str, owner: str) -> None:
    """Let a browser belong to an owner from now on, in all its tabs and at every visit."""
    with database.writing() as connection:
        _unlink(connection, browser)
        if browser != owner:
            connection.execute(insert(BROWSERS).values(browser=browser, owner=owner, created=now()))
        _evict(connection)


def change_nickname(database: Database, owner: str, nickname: str) -> None:
    """Give all runs of an owner another nickname; an empty one takes it off."""
    with database.writing() as connection:
        connection.execute(update(RUNS).where(RUNS.c.owner == owner).values(nickname=nickname))


def delete_all(database: Database, owner: str) -> None:
    """Delete all that is an owner's: runs with models, drawings, series, and links of browsers.

    A run in training is stopped: its worker finds at its next heartbeat that it is gone.
    """

    def delete_rows(connection: Connection) -> None:
        for run_id in connection.scalars(select(RUNS.c.id).where(RUNS.c.owner == owner)).all():
            delete_run(connection, run_id)
        for table in (DRAWINGS, SERIES, BROWSERS):
            connection.execute(delete(table).where(table.c.owner == owner))

    database.free(delete_rows)


def _unlink(connection: Connection, browser: str) -> None:
    connection.execute(delete(BROWSERS).where(BROWSERS.c.browser == browser))


def _evict(connection: Connection) -> None:
    excess = (connection.scalar(select(func.count()).select_from(BROWSERS)) or 0) - MAX_BROWSERS
    if excess > 0:
        oldest = select(BROWSERS.c.browser).order_by(BROWSERS.c.created).limit(excess)
        connection.execute(delete(BROWSERS).where(BROWSERS.c.browser.in_(list(connection.scalars(oldest)))))
