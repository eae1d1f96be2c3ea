"""Who may read the file of the run store: its owner, and whom the operator lets."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.recipe import Recipe
from core.store.runs import RunStore
from tests.conftest import address_of
from tests.stored import finished_run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions.")


@pytest.fixture(autouse=True)
def everybody_may_read() -> Iterator[None]:
    """The default of most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def use(folder: Path) -> None:
    store = RunStore(address_of(folder))
    finished_run(store, Recipe(epochs=1))
    files = [path for path in folder.iterdir() if path.name in ("runs.db", "runs.db-wal", "runs.db-shm")]
    assert len(files) == 3
    assert {mode(path) for path in files} == {mode(folder / "runs.db")}
    store.database.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_store_is_its_owner_s_only(tmp_path: Path):
    folder = tmp_path / "new" / "store"
    use(folder)
    assert mode(folder) == 0o700
    assert mode(folder / "runs.db") == 0o600


@pytest.mark.parametrize(
    ("before", "after"), [(0o644, 0o600), (0o666, 0o600), (0o660, 0o660), (0o600, 0o600)]
)
def test_an_older_store_is_taken_from_others_and_a_group_keeps_it(tmp_path: Path, before: int, after: int):
    folder = tmp_path / "store"
    use(folder)
    folder.chmod(0o755)
    (folder / "runs.db").chmod(before)
    use(folder)
    assert mode(folder / "runs.db") == after
    assert mode(folder) == 0o755, "the folder may hold other things"
