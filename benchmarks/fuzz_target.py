"""Something that reads bytes of strangers, as `benchmarks.fuzz` and the tests feed it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """Something that reads bytes.

    Attributes
    ----------
    read : callable
        Takes bytes, and does with them what the app does.
    seeds : sequence of bytes
        Valid ones, to begin with.
    refusals : tuple of exception types
        What it may raise.
    is_json : bool
        Whether it reads a JSON text.
    """

    read: Callable[[bytes], object]
    seeds: Sequence[bytes]
    refusals: tuple[type[Exception], ...]
    is_json: bool = False

    def feed(self, content: bytes) -> bool:
        """Let it read; return whether it took the bytes. Raises whatever it should not raise."""
        try:
            self.read(content)
        except self.refusals as error:
            if not str(error).endswith((".", ")")):
                raise AssertionError(f"This is no sentence: {error}") from error
            return False
        return True
