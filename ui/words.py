"""Numbers as words, and sentences, that every page writes the same way."""

import math

WRITERS_MISSING = (
    "Who wrote the digits is not known here: the file that says so is missing or does not match MNIST. "
    "Restore it from the repository: `git checkout -- data/mnist_writers.npz`. Then start the server again."
)


def percent(share: float, digits: int = 1) -> str:
    """Return a share as a percentage that never claims certainty.

    Parameters
    ----------
    share : float
        0 to 1.
    digits : int, default 1
        Behind the decimal point.

    Returns
    -------
    str
        ``">99.9%"`` for what would be rounded up to 100%, and ``"<0.1%"`` for what would be
        rounded down to 0%, also if it is exactly that: what a finite number of images or a
        32-bit float shows is never certain.

    Examples
    --------
    >>> percent(0.937), percent(0.99997), percent(0.0)
    ('93.7%', '>99.9%', '<0.1%')
    """
    smallest = 10.0**-digits
    text = f"{share:.{digits}%}"
    if float(text[:-1]) >= 100:
        return f">{100 - smallest:.{digits}f}%"
    if float(text[:-1]) <= 0:
        return f"<{smallest:.{digits}f}%"
    return text


def counted(number: int, name: str) -> str:
    """Return a number of things, whose plural ends with an s: ``1 drawing``, ``2,000 drawings``."""
    return f"1 {name}" if number == 1 else f"{number:,} {name}s"


def clock(seconds: float) -> str:
    """Return a length of time for people: ``8 s``, ``2 min 5 s``; a dash if nobody knows it."""
    if math.isinf(seconds):
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
