"""The engine of the lab: TensorFlow and what uses it, loaded once in a server, with progress.

It takes seconds. A server loads it in the background as soon as the first page has been sent,
so that nobody waits for it later.
"""

import contextlib
import logging
import sys
import threading
import time

# So many modules come with the engine; the progress that is shown depends on it, nothing else.
# (TensorFlow 2.21, Keras 3.15, scikit-learn 1.9.)
_MODULES = 2_800
_PACKAGES = ("tensorflow", "keras", "sklearn", "scipy", "core")

_log = logging.getLogger(__name__)


class EngineError(Exception):
    """TensorFlow cannot be loaded. The message says what to do."""


class Engine:
    """Loads TensorFlow; there is one in each process, `engine`."""

    def __init__(self) -> None:
        self._one_loads = threading.Lock()
        self._one_starts = threading.Lock()
        self._loaded = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether it has been loaded."""
        return self._loaded.is_set()

    @property
    def progress(self) -> float:
        """How much of it has been loaded, 0.0 to 1.0."""
        if self.is_loaded:
            return 1.0
        modules = sum(name.partition(".")[0] in _PACKAGES for name in list(sys.modules))
        return min(modules / _MODULES, 0.99)

    def load(self) -> None:
        """Load it for a server; if another thread is at it, wait for that.

        Every thread of a server asks for it here before it uses a network: two threads that
        import parts of TensorFlow side by side can find these half made.

        Raises
        ------
        EngineError
            If TensorFlow is not installed, or not for this processor, or there is no memory
            for it.
        """
        with self._one_loads:
            if self.is_loaded:
                return
            try:
                _load()
            except Exception as error:  # Importing TensorFlow can fail in many ways.
                raise EngineError(
                    "The engine cannot be started: TensorFlow is missing on this server, damaged, or "
                    "finds too little memory. Install what requirements.txt lists, and start the "
                    "server again."
                ) from error
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
            That one, or the one that is at it already.
        """
        with self._one_starts:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._try_to_load, args=(after,), name="digit-lab-engine", daemon=True
                )
                self._thread.start()
            return self._thread

    def _try_to_load(self, after: float) -> None:
        time.sleep(after)
        try:
            self.load()
        except EngineError:
            # Whoever needs the engine tries again, and is told.
            _log.exception("The engine cannot be loaded.")


def _load() -> None:
    import joblib
    import numpy as np
    import tensorflow as tf

    from core import evaluation, insight, training  # noqa: F401
    from core.data import IMAGE_SIZE
    from core.model import build_model, keep_compiled
    from core.recipe import ARTICLE

    # In a container TensorFlow takes the cores of the whole machine for its own and starts a
    # thread for each; joblib knows how many the container may use.
    with contextlib.suppress(RuntimeError):  # Somebody has calculated already, as tests do.
        tf.config.threading.set_intra_op_parallelism_threads(joblib.cpu_count())
    keep_compiled()
    # The first answer of a process takes longer than others.
    evaluation.predict(build_model(ARTICLE), np.zeros((1, IMAGE_SIZE, IMAGE_SIZE), np.uint8))


engine = Engine()
