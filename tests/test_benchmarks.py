"""Every benchmark can still be imported. `make bench` runs them: what they measure takes minutes."""

import importlib
import pkgutil

import pytest

import benchmarks
from benchmarks.__main__ import BENCHMARKS, ROOT

MODULES = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_a_benchmark_can_be_imported(name: str):
    importlib.import_module(f"benchmarks.{name}")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_of_make_bench_can_be_run_and_has_its_results(name: str):
    module = importlib.import_module(f"benchmarks.{name}")
    assert callable(module.main)
    assert f"`benchmarks.{name}`" in (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
