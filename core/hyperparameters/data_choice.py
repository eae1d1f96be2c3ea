"""Which training images a recipe asks for, in words and in numbers; no image is needed for that."""

from collections.abc import Collection
from types import MappingProxyType

from core.data import CLASSES

# Whose digits a network learns from: NIST's hsf_0 and hsf_4.
WRITER_GROUPS = ("everyone", "employees", "students")
# What a validation split holds out: the last images, or all digits of some people.
VALIDATION_UNITS = ("images", "writers")
# At least two classes must be left to tell apart.
MAX_LEFT_OUT = CLASSES - 2

# MNIST's training digits 0 to 9 by the group of their writers.
GROUP_COUNTS = MappingProxyType(
    {
        "employees": (3193, 3469, 3051, 3252, 2969, 2675, 3018, 3228, 3053, 3042),
        "students": (2730, 3273, 2907, 2879, 2873, 2746, 2900, 3037, 2798, 2907),
    }
)


def image_count(writers: str, train_size: int, balanced: bool, left_out: Collection[int]) -> int:
    """Return how many training images a choice gives: at most ``train_size``.

    Parameters
    ----------
    writers : str
        One of `WRITER_GROUPS`.
    train_size : int
    balanced : bool
        Whether there are equally many images of each digit.
    left_out : collection of int
        Digits of which there are none.

    Examples
    --------
    >>> image_count("everyone", 60_000, False, ()), image_count("students", 60_000, True, (9,))
    (60000, 24570)
    """
    groups = GROUP_COUNTS.values() if writers == "everyone" else [GROUP_COUNTS[writers]]
    counts = [sum(group[digit] for group in groups) for digit in range(CLASSES) if digit not in left_out]
    if balanced:
        return len(counts) * min(train_size // len(counts), *counts)
    return min(train_size, sum(counts))
