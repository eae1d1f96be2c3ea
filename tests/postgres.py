"""Marks for tests that run on PostgreSQL, see benchmarks/postgres.py."""

import pytest

# On a module, a class or a function: its tests run once on each kind of database.
ON_EVERY_DATABASE = pytest.mark.parametrize("address", ["sqlite", "postgresql"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("address", ["postgresql"], indirect=True)
