"""How much memory the server may still take, for operators."""

from pathlib import Path

import psutil

# Where Linux says what a container may take (cgroups, version 2).
_CGROUP = Path("/sys/fs/cgroup")


def free_memory(cgroup: Path = _CGROUP) -> int:
    """Bytes that this process may still take: of the machine, or of its container if that is less.

    Parameters
    ----------
    cgroup : Path
        Folder with the files ``memory.max`` and ``memory.current``; may be missing.
    """
    free = psutil.virtual_memory().available
    try:
        limit = int((cgroup / "memory.max").read_text())
        used = int((cgroup / "memory.current").read_text())
    except (OSError, ValueError):
        # Not in a container, or one without a limit, which says "max".
        return free
    return max(0, min(free, limit - used))
