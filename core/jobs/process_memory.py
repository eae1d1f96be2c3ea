"""The memory of this process: what trainings and pages leave behind goes back to the system."""

import contextlib
import ctypes
import functools
import gc
import sys
from collections.abc import Iterator

# Of glibc's ``mallopt``.
_M_ARENA_MAX = -8
# Threads of pages and of TensorFlow would have up to eight arenas a core, and what is free in one is of
# no use to the others.
_ARENAS = 2


@functools.cache
def limit_arenas() -> None:
    """Let the C library keep less that is free; early, since threads that there are have their arenas.

    Once is enough.
    """
    _call("mallopt", _M_ARENA_MAX, _ARENAS)


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Collect no garbage meanwhile, and `freeze` at the end.

    Of the six seconds that TensorFlow takes, Python would look for one through what has been imported so
    far, again and again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    freeze()


def freeze() -> None:
    """Take all that there is out of Python's collections of garbage: what was imported stays.

    With TensorFlow, one that looks through it takes half a second, in which no page is answered, so
    Python does it seldom, and what pages and trainings leave behind piles up.
    """
    gc.collect()
    gc.freeze()


def release() -> None:
    """Return what is no longer used to the system; the C library would keep most of it."""
    gc.collect()
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    """Call a function of glibc; other C libraries do not have it, and need none."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            getattr(ctypes.CDLL(None), name)(*arguments)
