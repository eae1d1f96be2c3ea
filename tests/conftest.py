"""What the tests share: the real data, and networks that are trained once."""

import functools
import gc
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from threadpoolctl import threadpool_limits
from xdist.scheduler import LoadScopeScheduling

from benchmarks.postgres import Postgres
from core.data import Dataset, load_mnist
from core.recipe import Recipe
from core.store.database import Database
from core.store.runs import RunStore
from core.store.user_messages import ADDRESS_VARIABLE

# Until everything is imported: see `pytest_collection_finish`.
gc.disable()

# Several processes share the cores. The threads of a matrix product would spin while they wait for one: that
# took ten times as much of the processors. NumPy's library is loaded by now; those of SciPy and scikit-learn,
# and of the servers that tests start, read the environment.
threadpool_limits(1)
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# Small enough to train in a second, large enough to learn something.
SMALL = Recipe(hidden_units=(32,), activation="relu", epochs=3, batch_size=100, train_size=3000)

# Tests that share what takes long to make, by how their ids begin: each group has one process. The pages
# share the bundled networks, their answers, and all that pages keep; the browser its server. It has two of
# each: with one, all other processes would wait for it.
TOGETHER = {
    "pages": ("tests/pages/",),
    "drawings and trainings in a browser": tuple(
        f"tests/browser/test_{name}"
        for name in ("0_early", "class", "compare", "pocket", "predict", "text_of_users", "train", "z_end")
    ),
    "browser": ("tests/browser/",),
}
# What takes longest otherwise, and is to be begun before the rest, so that all processes end together.
LONG = tuple(
    f"tests/{name}"
    for name in (
        "core/jobs/test_dask_cluster",
        "core/test_training",
        "core/jobs/test_worker_process",
        "core/test_examples",
        "core/jobs/test_scheduler",
        "test_servers",
    )
)


def address_of(folder: Path) -> str:
    """The address of a run store in a folder."""
    return f"sqlite:///{(folder / 'runs.db').as_posix()}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Let one process have all tests of a file, or of a group in `TOGETHER`: what they share is made once.

    Not by ``xdist_group``: pytest-xdist 3.8 writes the group into the ids of the tests, where
    pytest 9.2 does not look for it.
    """
    # It would begin with what has the most tests.
    config.option.loadscopereorder = False
    return _ByFile(config, log)


class _ByFile(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid) or nodeid.partition("::")[0]


def group_of(nodeid: str) -> str | None:
    return next((group for group, starts in TOGETHER.items() if nodeid.startswith(starts)), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each of several processes begin with what takes longest."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: (group_of(item.nodeid) is None, not item.nodeid.startswith(LONG)))


def pytest_collection_finish() -> None:
    """Let no garbage collection look at all that the tests have imported: it lives as long as they."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def new_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store in which nothing is: a copy of it takes much less time than the migrations."""
    folder = tmp_path_factory.mktemp("new_store")
    database = Database(address_of(folder))
    with database.reading():
        pass
    database.close()
    return folder / "runs.db"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def log_again() -> Iterator[None]:
    """A command turns the log off, for its own process."""
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def address(
    request: pytest.FixtureRequest, tmp_path: Path, new_store: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Where the run store of this test is, in which nothing is: never the one of whoever works here.

    In a file of SQLite, or in another database if the test is marked with one of `tests.postgres`.
    """
    if getattr(request, "param", "sqlite") == "postgresql":
        address = request.getfixturevalue("postgres").fresh()
    else:
        address = address_of(tmp_path)
        shutil.copyfile(new_store, tmp_path / new_store.name)
    monkeypatch.setenv(ADDRESS_VARIABLE, address)
    # Hundreds of stores need no room each to delete on a full disk.
    monkeypatch.setattr("core.store.disk_space.RESERVE_BYTES", 0)
    return address


@pytest.fixture
def store(address: str) -> Iterator[RunStore]:
    store = RunStore(address)
    yield store
    store.database.close()


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    return load_mnist()


@pytest.fixture(scope="session")
def small_recipe() -> Recipe:
    return SMALL


@pytest.fixture(scope="session")
def bundled_model() -> Callable[[str], Any]:
    """The networks that come with Digit Lab, by their preset."""
    return functools.cache(RunStore().load_model)


@pytest.fixture(scope="session")
def bundled_evaluation(mnist: Dataset, bundled_model) -> Callable[[str], Any]:
    """The answers of the bundled networks on the test images, by their preset."""
    from core.evaluation import evaluate

    return functools.cache(lambda name: evaluate(bundled_model(name), mnist.test_images, mnist.test_labels))
