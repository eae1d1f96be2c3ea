"""What Streamlit keeps for a second may expire while it is read."""

import functools
from typing import Any

from streamlit.runtime.caching.cache_errors import CacheKeyNotFoundError
from streamlit.runtime.caching.cache_resource_api import ResourceCache
from streamlit.runtime.caching.cached_message_replay import CachedResult


@functools.cache
def expect_expiry() -> None:
    """Let a resource that expires while it is read be one that is not there; once is enough.

    Why: ``st.cache_resource`` asks whether a value is there, and then gets it. Where many sessions ask for
    one that is kept for a second, it sometimes expires in between, and the page breaks off with a
    `KeyError`; ``st.cache_data`` allows for it.
    """
    read_result = ResourceCache.read_result

    def read(self: ResourceCache[Any], value_key: str) -> CachedResult[Any]:
        try:
            return read_result(self, value_key)
        except KeyError as error:
            raise CacheKeyNotFoundError from error

    ResourceCache.read_result = read  # type: ignore[method-assign]
