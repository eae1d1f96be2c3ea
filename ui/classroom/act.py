"""How a teacher changes their class, or is told why not."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.classroom.classroom import ClassroomError
from core.classroom.teaching import TaughtClassroom
from core.store.database import StoreError
from ui import resources, session
from ui.classroom import visit


def desk(code: str) -> TaughtClassroom:
    """Return what lets the visitor change their class."""
    return TaughtClassroom(resources.store().database, code, session.owner())


def act(change: Callable[..., Any], *args: Any, **named: Any) -> None:
    """Change something as a teacher, or say why not."""
    try:
        change(*args, **named)
    except (ClassroomError, StoreError) as error:
        st.toast(str(error), icon=":material/block:")
    visit.progress.clear()
