"""The state of a class for its board: one look at the store for all who watch."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from core.classroom.classroom import Classroom, Member, find_classroom
from core.classroom.owners import read_recognized
from core.classroom.pooled import class_runs
from core.history import Epoch
from core.store.queries import read_history, run_from_row
from core.store.run import ACTIVE, Run, RunState
from core.store.runs import RunStore
from core.store.tables import CLASSROOM_DRAWINGS, CLASSROOM_TEACHERS, RUNS


@dataclass(frozen=True)
class Board:
    """What the board of a class shows.

    Attributes
    ----------
    classroom : Classroom
    members : int
    shown : tuple of int
        The ids of the drawings that are not hidden, oldest first: what a drawing is never changes.
    queue : tuple of (str, Run)
        Active runs of the class with the name of who started them, those in training first.
    run : Run or None
        The one whose curve is shown: in training, or else the newest that has epochs.
    history : tuple of Epoch
        Of that run.
    measured : Run or None
        The newest finished run that was trained for the class: its network is measured.
    """

    classroom: Classroom
    members: int
    shown: tuple[int, ...]
    queue: tuple[tuple[str, Run], ...]
    run: Run | None
    history: tuple[Epoch, ...]
    measured: Run | None

    @property
    def drawings(self) -> int:
        """How many drawings are not hidden."""
        return len(self.shown)


def read_board(store: RunStore, code: str) -> Board:
    """Return what the board of a class shows now.

    Raises
    ------
    ClassroomError
        If there is no such class.
    """
    with store.database.reading() as connection:
        classroom = find_classroom(connection, code)
        members = read_recognized(connection, code)
        shown = _shown(connection, code)
        names = _names(connection, classroom, members)
        runs = [run.seen(store.part) for run in _runs(connection, classroom, names)]
        active = [run for run in runs if run.state.active]
        active.sort(key=lambda run: (run.state is RunState.QUEUED, run.queue_order, run.number))
        run = next((one for one in [*active, *runs] if one.state is not RunState.QUEUED), None)
        history = read_history(connection, run.id) if run else ()
    measured = next((one for one in class_runs(store, code) if one.has_model), None)
    return Board(
        classroom,
        len(members),
        shown,
        tuple((names[one.owner], one) for one in active),
        run,
        history,
        measured,
    )


def _shown(connection: Connection, code: str) -> tuple[int, ...]:
    drawing = CLASSROOM_DRAWINGS.c
    query = select(drawing.id).where(drawing.code == code, drawing.hidden.is_(False)).order_by(drawing.id)
    return tuple(connection.scalars(query))


def _names(connection: Connection, classroom: Classroom, members: tuple[Member, ...]) -> Mapping[str, str]:
    """Return what owners are called on the board, teachers included."""
    teachers = select(CLASSROOM_TEACHERS.c.owner).where(CLASSROOM_TEACHERS.c.code == classroom.code)
    names = dict.fromkeys(connection.scalars(teachers), "Teacher")
    return {**names, **{member.owner: member.shown_name for member in members}}


def _runs(connection: Connection, classroom: Classroom, names: Mapping[str, str]) -> list[Run]:
    """Return the runs of a class since it was opened, newest first."""
    query = (
        select(RUNS)
        .where(
            RUNS.c.owner.in_(list(names)),
            RUNS.c.created >= classroom.opened_at,
            or_(RUNS.c.state.in_(ACTIVE), RUNS.c.epochs_done > 0),
        )
        .order_by(RUNS.c.number.desc())
        .limit(100)
    )
    return [run for row in connection.execute(query) if (run := run_from_row(row))]
