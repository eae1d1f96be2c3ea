"""Run a command on the default store; whatever goes wrong is one sentence and an exit status."""

import logging
import os
import sys
from collections.abc import Callable

from core.commands.terminal import CommandError
from core.data import DataError
from core.jobs.queue_admission import RunRefused
from core.jobs.tensorflow_loader import TensorFlowLoadError
from core.store.classrooms import sealed_owners
from core.store.database import StoreError
from core.store.run import RunError
from core.store.runs import RunStore
from core.test_sets.halves import Part, words

_SEALED = f"A class has sealed half of the test set: test results are on the {words(Part.OPEN)}.\n"
FAILED, BAD_INPUT = 1, 2


def with_store(command: Callable[[RunStore], int]) -> int:
    """Return the exit status of a command, see `core.__main__.main`."""
    logging.disable()  # What is wrong is said in a sentence, without its traceback.
    store = RunStore()
    try:
        if sealed_owners(store.database):
            sys.stderr.write(_SEALED)
            store = store.seen(Part.OPEN)
        status = command(store)
        sys.stdout.flush()
    except CommandError as error:
        return _say(error, BAD_INPUT)
    except (DataError, RunError, RunRefused, StoreError, TensorFlowLoadError) as error:
        return _say(error, FAILED)
    except MemoryError:
        return _say("This computer has too little free memory for it.", FAILED)
    except BrokenPipeError:
        # Who reads has seen enough, as `head` has. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    finally:
        store.database.close()
    return status


def _say(what: object, status: int) -> int:
    sys.stderr.write(f"{what}\n")
    return status
