"""What somebody has answered in lessons, and how far they are; it stays with them."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from core.lessons.lesson import Lesson, Question
from core.store.database import Database
from core.store.queries import now
from core.store.tables import LESSON_ANSWERS, LESSON_STEPS

# On one server. Beyond that the oldest are forgotten: 50 MB at most.
MAX_ANSWERS = 50_000


class LessonBook:
    """The answers of one student to one lesson.

    Parameters
    ----------
    database : Database
    owner : str
    member : int
        Which of the students who share a tablet it is; 0 outside of a class.
    lesson : str
        By its name.
    """

    def __init__(self, database: Database, owner: str, member: int, lesson: str) -> None:
        self.member = member
        self.lesson = lesson
        self._database = database
        self._own = {"owner": owner, "member": member, "lesson": lesson}

    def answers(self) -> Mapping[str, str]:
        """Return the answers by the ids of their questions."""
        query = select(LESSON_ANSWERS.c.question, LESSON_ANSWERS.c.answer).filter_by(**self._own)
        with self._database.reading() as connection:
            return dict(connection.execute(query).all())

    def answer(self, question: Question, said: str) -> None:
        """Keep an answer in place of an earlier one; an empty one takes it back.

        Raises
        ------
        LessonError
            If it is no answer to the question.
        """
        key = {**self._own, "question": question.id}
        text = question.read(said) if said.strip() else ""
        with self._database.writing() as connection:
            connection.execute(delete(LESSON_ANSWERS).filter_by(**key))
            if text:
                connection.execute(insert(LESSON_ANSWERS).values(**key, answer=text, changed=now()))
                evict(connection, LESSON_ANSWERS)

    def reach(self, step: int) -> None:
        """Write down that the student has come to a step, from 1; they keep the farthest."""
        with self._database.writing() as connection:
            found = connection.scalar(select(LESSON_STEPS.c.step).filter_by(**self._own))
            if found is None:
                connection.execute(insert(LESSON_STEPS).values(**self._own, step=step, changed=now()))
                evict(connection, LESSON_STEPS)
            elif found < step:
                changes = {"step": step, "changed": now()}
                connection.execute(update(LESSON_STEPS).filter_by(**self._own).values(**changes))

    def hand_to(self, member: int) -> None:
        """Give all of it to a student who has just joined a class: they began before they joined."""
        with self._database.writing() as connection:
            for table in (LESSON_ANSWERS, LESSON_STEPS):
                connection.execute(update(table).filter_by(**self._own).values(member=member))


def evict(connection: Connection, table: Table) -> None:
    """Forget the oldest rows if there are too many, some more than must be: so it is rare."""
    count = connection.scalar(select(func.count()).select_from(table)) or 0
    if count > MAX_ANSWERS:
        excess = count - MAX_ANSWERS + MAX_ANSWERS // 100
        last = connection.scalar(select(table.c.changed).order_by(table.c.changed).offset(excess).limit(1))
        connection.execute(delete(table).where(table.c.changed < last))


def read_answers(
    database: Database, owner: str, members: Collection[int], lessons: Mapping[str, Lesson]
) -> tuple[tuple[str, str], ...]:
    """Return what an owner has answered in lessons as one or several members: questions with answers."""
    query = (
        select(LESSON_ANSWERS)
        .where(LESSON_ANSWERS.c.owner == owner, LESSON_ANSWERS.c.member.in_(members))
        .order_by(LESSON_ANSWERS.c.changed)
    )
    with database.reading() as connection:
        answers = {(row.lesson, row.question): row.answer for row in connection.execute(query)}
    return tuple(
        (f"{lesson.title}: {question.text}", answers[name, question.id])
        for name, lesson in lessons.items()
        for question in lesson.questions
        if (name, question.id) in answers
    )
