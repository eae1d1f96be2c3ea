"""Load TensorFlow and what uses it once in a server, beside what is being done.

It takes seconds. A server loads it in the background as soon as the first page has been sent,
so that nobody waits for it later.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable

from core.jobs import process_memory

_log = logging.getLogger(__name__)


class TensorFlowLoadError(Exception):
    """Raised when TensorFlow cannot be loaded. The message says what to do."""


class TensorFlowLoader:
    """Loads TensorFlow; each process has one, `tensorflow_loader`."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._starting = threading.Lock()
        self._loaded = threading.Event()
        self._thread: threading.Thread | None = None
        self._then: Callable[[], None] | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether it has been loaded."""
        return self._loaded.is_set()

    def then(self, do: Callable[[], None]) -> None:
        """Call this as soon as it has been loaded, in whichever thread loads it; at once if it has."""
        with self._loading:
            self._then = do
            if self.is_loaded:
                do()

    def load(self) -> None:
        """Load it for a server; if another thread is loading it, wait for that.

        Every thread of a server asks for it here before it uses a network: two threads that
        import parts of TensorFlow side by side can find these half made.

        Raises
        ------
        TensorFlowLoadError
            If TensorFlow is not installed, or not for this processor, or there is no memory
            for it.
        """
        with self._loading:
            if self.is_loaded:
                return
            try:
                with process_memory.importing():
                    _load()
            except Exception as error:  # Importing TensorFlow can fail in many ways.
                raise TensorFlowLoadError(
                    "TensorFlow cannot be loaded: it is missing or damaged, or this server has too little "
                    "memory. Install what requirements.txt lists, and restart the server."
                ) from error
            if self._then:
                self._then()
            self._loaded.set()

    def load_in_background(self, after: float = 0.0) -> threading.Thread:
        """Load it in a thread, which ends then; never in two at the same time.

        Parameters
        ----------
        after : float
            Seconds to wait before, for others who are in a hurry.

        Returns
        -------
        threading.Thread
            That one, or the one that is loading it already.
        """
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._try_to_load, args=(after,), name="digit-lab-tensorflow", daemon=True
                )
                self._thread.start()
            return self._thread

    def _try_to_load(self, after: float) -> None:
        time.sleep(after)
        try:
            self.load()
        except TensorFlowLoadError:
            # Anyone who needs it tries again, and is told.
            _log.exception("TensorFlow cannot be loaded.")


def _load() -> None:
    process_memory.limit_arenas()
    import joblib
    import numpy as np
    import tensorflow as tf
    from threadpoolctl import threadpool_limits

    from core import evaluation, training  # noqa: F401
    from core.analysis import interpretability  # noqa: F401
    from core.data import IMAGE_SIZE
    from core.model import build_model
    from core.recipe import ARTICLE

    # In a container TensorFlow takes the cores of the whole machine for its own and starts a
    # thread for each; joblib knows how many the container may use.
    with contextlib.suppress(RuntimeError):  # Somebody has calculated already, as tests do.
        tf.config.threading.set_intra_op_parallelism_threads(joblib.cpu_count())
    # NumPy's matrix products here are small. The other threads of OpenBLAS run in a loop between two of
    # them, and so take a core from whoever else needs it: also from the browser on two free cores.
    threadpool_limits(1, user_api="blas")
    # The first prediction of a process takes longer than others.
    evaluation.predict(build_model(ARTICLE), np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.uint8))


tensorflow_loader = TensorFlowLoader()
