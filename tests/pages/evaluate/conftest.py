"""Views of the bundled models, opened once for all tests that only look at them."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

_OPENED: dict[tuple[str, str], AppTest] = {}


@pytest.fixture
def seen(open_page: Callable[..., AppTest]) -> Callable[[str, str], AppTest]:
    """Return a view of a bundled model as it is when it has been opened; a test must not touch it."""

    def seen(model: str, view: str) -> AppTest:
        if (model, view) not in _OPENED:
            _OPENED[model, view] = open_page("3_evaluate", model=model, view=view)
        return _OPENED[model, view]

    return seen


@pytest.fixture
def taken(seen: Callable[[str, str], AppTest]) -> Callable[[str, str], AppTest]:
    """Return such a view for a test that goes on with it."""

    def taken(model: str, view: str) -> AppTest:
        app = seen(model, view)
        del _OPENED[model, view]
        return app

    return taken
