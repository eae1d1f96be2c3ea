"""A guess at what a network confuses most, before one looks."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.evaluation import Pair

MOST_POINTS = 3
# A guess among so many most frequent confusions is close.
_CLOSE = 5


@dataclass(frozen=True)
class Guess:
    """What a guess is worth.

    Attributes
    ----------
    digit, answer : int
        The guessed confusion.
    count : int
        How often it happens.
    points : int
        3 if no confusion is more frequent, 2 if fewer than five are, 1 if it happens
        at all, 0 if it does not.
    """

    digit: int
    answer: int
    count: int
    points: int


def judge(pairs: Sequence[Pair], digit: int, answer: int) -> Guess:
    """Compare a guess with the confusions that occur, the most frequent first."""
    count = next((pair.count for pair in pairs if (pair.digit, pair.answer) == (digit, answer)), 0)
    more_frequent = sum(pair.count > count for pair in pairs)
    if count == 0:
        points = 0
    elif more_frequent == 0:
        points = MOST_POINTS
    else:
        points = 2 if more_frequent < _CLOSE else 1
    return Guess(digit, answer, count, points)
