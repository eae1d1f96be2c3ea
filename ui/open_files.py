"""How many files and connections the server may have open."""

import contextlib
import functools
import logging

# For some thousand sessions: each takes about three. macOS allows no more, and gives 256.
ENOUGH = 10_240

_log = logging.getLogger(__name__)


@functools.cache
def raise_limit() -> None:
    """Let this process have `ENOUGH` files open, or as many as the system allows; once is enough."""
    try:
        # Windows has no such limit.
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        _log.info("This server may have %d files open, instead of %d.", wanted, soft)
        return
    _log.warning("This server may have only %d files open: about %d sessions.", soft, soft // 3)
