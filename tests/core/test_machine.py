from pathlib import Path

import psutil

from core.machine import free_memory, has_bfloat16

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


def test_units_for_bfloat16_are_found_in_what_linux_says_of_the_processor(tmp_path: Path):
    cpuinfo = tmp_path / "cpuinfo"
    assert not has_bfloat16(cpuinfo), "there is no such file elsewhere"
    cpuinfo.write_text("flags\t\t: fpu sse2 avx2 avx512f avx512_vnni\n")
    assert not has_bfloat16(cpuinfo)
    cpuinfo.write_text("flags\t\t: fpu sse2 avx2 avx512f avx512_bf16\n")
    assert has_bfloat16(cpuinfo)
