"""An experiment: a question, a guess, a series of runs, and what it means."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from core.series.series import Results, Series


@dataclass(frozen=True)
class Finding:
    """What a series has found.

    Attributes
    ----------
    answer : str
        Which of the guesses is right.
    sentence : str
        The result in numbers.
    """

    answer: str
    sentence: str


@dataclass(frozen=True)
class Experiment:
    """A question that a series of runs answers.

    Attributes
    ----------
    title, question : str
    guesses : tuple of str
        Answers to choose from before one knows.
    series : Series
    find : callable
        Returns the `Finding` from what came of all its runs: takes the series and the results.
    meaning : str
        What it means, in a few sentences.
    """

    title: str
    question: str
    guesses: tuple[str, ...]
    series: Series
    find: Callable[[Series, Results], Finding]
    meaning: str


@dataclass(frozen=True)
class Trial:
    """An experiment that somebody has started.

    Attributes
    ----------
    name : str
        Of the experiment, one of `core.series.experiments.EXPERIMENTS`.
    guess : str
        What they guessed before; may be empty.
    """

    name: str
    guess: str = ""

    @property
    def kind(self) -> str:
        """What the store calls it."""
        return self.name

    def to_json(self) -> str:
        """Return the trial as a JSON object."""
        return json.dumps({"name": self.name, "guess": self.guess})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the trial that `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If the text is something else.
        """
        fields = json.loads(text)
        return cls(str(fields["name"]), str(fields["guess"]))
