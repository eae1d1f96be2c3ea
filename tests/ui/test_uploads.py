"""What visitors upload does not fill the server's memory."""

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from ui.uploads import MAX_BYTES, MAX_SESSION_BYTES, bound_uploads

# All files share one content: the test needs no more memory than one of them.
CONTENT = bytes(9 * 2**20)


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> MemoryUploadedFileManager:
    monkeypatch.setattr(MemoryUploadedFileManager, "add_file", MemoryUploadedFileManager.add_file)
    bound_uploads()
    return MemoryUploadedFileManager("/upload")


def upload(manager: MemoryUploadedFileManager, session: str, name: str) -> None:
    manager.add_file(session, UploadedFileRec(name, name, "image/png", CONTENT))
    assert has(manager, session, name), "the file that came last is there"


def has(manager: MemoryUploadedFileManager, session: str, name: str) -> bool:
    return bool(manager.get_files(session, [name]))


def held(manager: MemoryUploadedFileManager) -> int:
    return sum(stat.byte_length for stats in manager.get_stats().values() for stat in stats)


def test_sixty_files_of_one_visitor_leave_the_last_five(manager: MemoryUploadedFileManager):
    for number in range(60):
        upload(manager, "ann", f"{number}")
    total = held(manager)
    assert total <= MAX_SESSION_BYTES
    assert [has(manager, "ann", f"{number}") for number in (54, 55, 59)] == [False, True, True]


def test_sixty_visitors_hold_no_more_than_the_bound_for_all(manager: MemoryUploadedFileManager):
    for number in range(60):
        upload(manager, f"visitor {number}", "photo")
        total = held(manager)
        assert total <= MAX_BYTES


def test_who_holds_more_gives_first(manager: MemoryUploadedFileManager):
    upload(manager, "cem", "photo")
    for number in range(15):
        upload(manager, "ann" if number % 2 else f"visitor {number}", f"{number}")
    for number in range(6):
        upload(manager, f"late {number}", "photo")
    assert has(manager, "cem", "photo"), "one with one file stays while one with two is there"
    total = held(manager)
    assert total <= MAX_BYTES
