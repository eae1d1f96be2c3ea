"""A bound on the uploaded files that the server holds in memory.

Streamlit keeps each file until its session ends, minutes after the browser was closed, and takes any
number of them, also from a client that sends them without an uploader on a page (streamlit#9218).
"""

import threading
from collections.abc import Iterator

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

# Of one session: the photo that it looks at, and the one that takes its place.
MAX_SESSION_BYTES = 50 * 2**20
# Of all sessions: a class of thirty with a photo of 5 MB each.
MAX_BYTES = 150 * 2**20

_add_file = MemoryUploadedFileManager.add_file
_lock = threading.Lock()


def bound_uploads() -> None:
    """Forget the oldest files of a session that uploads more than its share.

    And those of the session that holds the most, as long as all sessions hold too much. Such a
    session finds its uploader empty; the file that has come last is never the one that goes.
    """
    MemoryUploadedFileManager.add_file = _add_bounded_file  # type: ignore[method-assign, assignment]


def _add_bounded_file(manager: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec) -> None:
    with _lock:
        _add_file(manager, session_id, file)
        for owner, oldest in _excess(manager, session_id, file.file_id):
            manager.remove_file(owner, oldest)


def _excess(manager: MemoryUploadedFileManager, session_id: str, newest: str) -> Iterator[tuple[str, str]]:
    """Return the files that are too many, each as its session and its id."""
    held = {
        session: {file.file_id: len(file.data) for file in list(files.values())}
        for session, files in list(manager.file_storage.items())
    }
    if newest not in held.get(session_id, {}):
        return  # The session has ended meanwhile.
    # Clients name their files: another session may have one of the same name.
    size_of_newest = held[session_id].pop(newest)

    def total(session: str) -> int:
        return sum(held[session].values()) + (size_of_newest if session == session_id else 0)

    while held[session_id] and total(session_id) > MAX_SESSION_BYTES:
        oldest = next(iter(held[session_id]))
        del held[session_id][oldest]
        yield session_id, oldest
    while sum(map(total, held)) > MAX_BYTES:
        largest = max(filter(held.__getitem__, held), key=total)
        oldest = next(iter(held[largest]))
        del held[largest][oldest]
        yield largest, oldest
