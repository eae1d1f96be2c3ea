"""How many cases Hypothesis tries: a few, always the same, or as many as a long run takes.

    HYPOTHESIS_PROFILE=long .venv/bin/pytest -o timeout=0 tests/core/jobs/test_promises.py

tries 10,000, or as many as ``HYPOTHESIS_CASES`` says; ``make fuzz`` does so with all that has cases.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hypothesis import settings

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
LONG_CASES = int(os.environ.get("HYPOTHESIS_CASES", "10000"))


def cases(few: int) -> "settings":
    """Settings for a few cases in CI, the same ones each time, and many random ones in a long run."""
    # Imported here: each process of the tests reads this file, and Hypothesis takes it a second.
    from hypothesis import HealthCheck, settings

    return settings(
        max_examples=LONG_CASES if LONG else few,
        derandomize=not LONG,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
