"""What the machine has: how much memory is left, and what its processor can do."""

from pathlib import Path

import psutil

# Where Linux says what a container may take (cgroups, version 2).
_CGROUP = Path("/sys/fs/cgroup")
# Where Linux says what its processor can do.
_CPUINFO = Path("/proc/cpuinfo")
# What x86 processors with units for bfloat16 call them.
_BFLOAT16_UNITS = {"avx512_bf16", "amx_bf16"}


def free_memory(cgroup: Path = _CGROUP) -> int:
    """Bytes that this process may still take: of the machine, or of its container if that is less.

    Parameters
    ----------
    cgroup : Path
        Folder with the files ``memory.max`` and ``memory.current``; may be missing.
    """
    free = psutil.virtual_memory().available
    try:
        most = int((cgroup / "memory.max").read_text())
        taken = int((cgroup / "memory.current").read_text())
    except (OSError, ValueError):
        # Not in a container, or one without a bound, which says "max".
        return free
    return max(0, min(free, most - taken))


def has_bfloat16(cpuinfo: Path = _CPUINFO) -> bool:
    """Whether the processor has units that multiply ``bfloat16``; without, it is slower than ``float32``.

    Parameters
    ----------
    cpuinfo : Path
        The file in which Linux describes the processor; may be missing.
    """
    try:
        return not _BFLOAT16_UNITS.isdisjoint(cpuinfo.read_text().split())
    except OSError:
        return False
