from pathlib import Path

import psutil

from ui.server_memory import free_memory

MEGABYTE = 2**20


def test_the_machine_decides_where_there_is_no_container(tmp_path: Path):
    free = psutil.virtual_memory().available
    assert abs(free_memory(tmp_path) - free) < 500 * MEGABYTE
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("1000\n")
    assert abs(free_memory(tmp_path) - free) < 500 * MEGABYTE


def test_a_container_has_less(tmp_path: Path):
    (tmp_path / "memory.max").write_text(f"{100 * MEGABYTE}\n")
    (tmp_path / "memory.current").write_text(f"{60 * MEGABYTE}\n")
    assert free_memory(tmp_path) == 40 * MEGABYTE
    (tmp_path / "memory.current").write_text(f"{160 * MEGABYTE}\n")
    assert free_memory(tmp_path) == 0
