"""t-SNE in the background: one at a time, in a thread that ends when nothing is left to do."""

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.inspection.layer_map import PARTS, Points, tsne
from core.inspection.network import Array

THREAD_NAME = "digit-lab-tsne"
# Maps that are kept, 16 KB each, and those that may wait: about a minute for the last of them.
_KEPT = 100
_WAITING = 5

_log = logging.getLogger(__name__)


class MapRefused(Exception):
    """Raised when no further map can wait, or one could not be made. The message says what to do."""


@dataclass(frozen=True, eq=False)
class MapState:
    """How far a map has come.

    Attributes
    ----------
    ahead : int
        Maps that are made before it.
    parts : int
        Of `core.inspection.layer_map.PARTS`, those that are done.
    points : ndarray of float32, shape (n, 2), or None
        As they are by now.
    failed : bool
    """

    ahead: int = 0
    parts: int = 0
    points: Points | None = None
    failed: bool = False

    @property
    def finished(self) -> bool:
        """Whether the points stay as they are."""
        return self.parts == PARTS

    @property
    def ended(self) -> bool:
        """Whether nothing more is done for it."""
        return self.finished or self.failed


class TsneWorker:
    """Makes maps one after the other, for all visitors of a server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._states: OrderedDict[str, MapState] = OrderedDict()
        self._waiting: deque[tuple[str, Callable[[], Array]]] = deque()
        self._running: str | None = None
        self._thread: threading.Thread | None = None

    def ask(self, key: str, values: Callable[[], Array]) -> MapState:
        """Return how far a map has come; the first time, begin to make it.

        Parameters
        ----------
        key : str
            Of `core.inspection.layer_map.map_key`.
        values : callable
            Returns the values to arrange, shape (n, values); called in the worker's thread.

        Raises
        ------
        MapRefused
            If too many wait already, or it could not be made.
        """
        with self._lock:
            state = self._states.get(key)
            if state is None:
                return self._begin(key, values)
            if state.failed:
                raise MapRefused("This map could not be made. Try again, or look at PCA.")
            self._states.move_to_end(key)
            return replace(state, ahead=self._ahead(key))

    def is_finished(self, key: str) -> bool:
        """Return whether a map stays as it is, or could not be made."""
        with self._lock:
            return key in self._states and self._states[key].ended

    def forget_failure(self, key: str) -> None:
        """Let a map that could not be made be made again when it is asked for."""
        with self._lock:
            if key in self._states and self._states[key].failed:
                del self._states[key]

    def _begin(self, key: str, values: Callable[[], Array]) -> MapState:
        if len(self._waiting) >= _WAITING:
            raise MapRefused("Other maps are being made now. Try again in a minute, or look at PCA.")
        self._waiting.append((key, values))
        self._states[key] = MapState()
        self._forget()
        if self._thread is None:
            # A daemon: the end of the server does not wait for a map.
            self._thread = threading.Thread(target=self._work, name=THREAD_NAME, daemon=True)
            self._thread.start()
        return MapState(ahead=self._ahead(key))

    def _ahead(self, key: str) -> int:
        """Return how many maps are made before one that waits."""
        waiting = [other for other, _ in self._waiting]
        return waiting.index(key) + (self._running is not None) if key in waiting else 0

    def _forget(self) -> None:
        """Keep no more than the newest maps."""
        ended = [key for key, state in self._states.items() if state.ended]
        for key in ended[: max(0, len(self._states) - _KEPT)]:
            del self._states[key]

    def _work(self) -> None:
        while True:
            with self._lock:
                self._running = None
                if not self._waiting:
                    self._thread = None
                    return
                key, values = self._waiting.popleft()
                self._running = key
            try:
                self._make(key, values)
            except Exception:
                _log.exception("The map %s could not be made.", key)
                self._write(key, MapState(failed=True))

    def _make(self, key: str, values: Callable[[], Array]) -> None:
        tsne(values(), lambda part, points: self._write(key, MapState(parts=part, points=points)))

    def _write(self, key: str, state: MapState) -> None:
        with self._lock:
            self._states[key] = state
