"""What a lesson is made of, as values."""

import re
from dataclasses import dataclass
from typing import Literal

# Guess and number are numbers; a guess is asked for before one looks, so no answer to it is wrong.
Kind = Literal["guess", "choice", "number", "text"]
MAX_TEXT = 1000
_NUMBER = re.compile(r"([-+]?\d[\d,]*(?:\.\d+)?|[-+]?\.\d+)\s*%?")


class LessonError(Exception):
    """Raised when a text is no lesson, or an answer none to its question. The message says what to do."""


@dataclass(frozen=True)
class Question:
    """A question of a lesson.

    Attributes
    ----------
    id : str
        Of the question in its lesson: the numbers of its step and of its place there, ``"2.1"``.
    kind : {"guess", "choice", "number", "text"}
    text : str
    options : tuple of str
        Of a choice; else empty.
    right : int or None
        The option that is right, from 0; None if it is no choice.
    low, high : float or None
        Between which a number is right, both included; None if every number will do.
    """

    id: str
    kind: Kind
    text: str
    options: tuple[str, ...] = ()
    right: int | None = None
    low: float | None = None
    high: float | None = None

    def read(self, said: str) -> str:
        """Return an answer as it is kept.

        Parameters
        ----------
        said : str
            An option, a number (``93.7``, ``1,000`` or ``93.7%``), or a text.

        Raises
        ------
        LessonError
            If it is no answer to this question.
        """
        said = said.strip()
        if self.kind == "choice":
            if said not in self.options:
                raise LessonError("Choose one of the options.")
            return said
        if self.kind == "text":
            return said[:MAX_TEXT]
        found = _NUMBER.fullmatch(said)
        if found is None:
            raise LessonError("Type a number, such as 12 or 93.7.")
        return f"{float(found.group(1).replace(',', '')):.10g}"


@dataclass(frozen=True)
class Link:
    """A link from a step to a page, in the state that the step needs.

    Attributes
    ----------
    label : str
    page : str
        Its name in the address: ``"evaluate"``.
    query : tuple of (str, str)
    """

    label: str
    page: str
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Step:
    """A step of a lesson.

    Attributes
    ----------
    title : str
    minutes : int
    parts : tuple of str, Link, and Question
        In the order of reading; texts are Markdown without HTML, links, and pictures.
    notice : str
        What to notice, for when the questions have been answered; Markdown, may be empty.
    answer : str
        What the teacher must know; Markdown, may be empty.
    """

    title: str
    minutes: int
    parts: tuple[str | Link | Question, ...]
    notice: str = ""
    answer: str = ""

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions of the step, in their order."""
        return tuple(part for part in self.parts if isinstance(part, Question))

    @property
    def links(self) -> tuple[Link, ...]:
        """The links of the step, in their order."""
        return tuple(part for part in self.parts if isinstance(part, Link))


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Attributes
    ----------
    title : str
    about : str
        What it is about, a sentence.
    aims, materials, preparation : str
        Markdown; the last is for the teacher.
    steps : tuple of Step
    """

    title: str
    about: str
    aims: str
    materials: str
    preparation: str
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> int:
        """How long its steps take together."""
        return sum(step.minutes for step in self.steps)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions of all steps."""
        return tuple(question for step in self.steps for question in step.questions)
