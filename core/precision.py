"""What a recipe is trained in on this machine: float32 or bfloat16."""

import os
from pathlib import Path

from core.recipe import Recipe

# Where Linux says what its processor can do.
_CPUINFO = Path("/proc/cpuinfo")
# What x86 processors with units for bfloat16 call them.
_BFLOAT16_UNITS = {"avx512_bf16", "amx_bf16"}
# Cost of a batch (see `core.cost.NetworkSize.cost_per_image`) from which on bfloat16 is faster
# where there are units for it. Measured, as shares of the time in float32: 1.02 at 0.9e8, 0.87 at
# 5e8, 0.62 to 0.78 from 7e8 on.
_BFLOAT16_PAYS = 2e8


def precision_of(recipe: Recipe) -> str:
    """Return the precision that a recipe is trained in on this machine.

    Returns
    -------
    str
        ``bfloat16`` if the processor has units for it, and the recipe asks for it or leaves
        it open and its batches are large enough to be faster; else ``float32``. Without such
        units it would take up to ten times as long.
    """
    batch_cost = recipe.network.cost_per_image * min(recipe.batch_size, recipe.fit_size)
    pays = recipe.precision == "auto" and batch_cost >= _BFLOAT16_PAYS
    # Only oneDNN uses the units.
    onednn = os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1").lower() not in ("0", "false")
    return "bfloat16" if (recipe.precision == "bfloat16" or pays) and onednn and has_bfloat16() else "float32"


def has_bfloat16(cpuinfo: Path = _CPUINFO) -> bool:
    """Whether the processor has units that multiply ``bfloat16``.

    Parameters
    ----------
    cpuinfo : Path
        The file in which Linux describes the processor; may be missing.
    """
    try:
        return not _BFLOAT16_UNITS.isdisjoint(cpuinfo.read_text().split())
    except OSError:
        return False
