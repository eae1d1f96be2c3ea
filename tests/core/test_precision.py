import dataclasses
from pathlib import Path

import pytest

from core import precision as core_precision
from core.precision import has_bfloat16, precision_of
from core.recipe import ARTICLE, PRECISIONS, Recipe


def test_units_for_bfloat16_are_found_in_what_linux_says_of_the_processor(tmp_path: Path):
    cpuinfo = tmp_path / "cpuinfo"
    assert not has_bfloat16(cpuinfo), "there is no such file elsewhere"
    cpuinfo.write_text("flags\t\t: fpu sse2 avx2 avx512f avx512_vnni\n")
    assert not has_bfloat16(cpuinfo)
    cpuinfo.write_text("flags\t\t: fpu sse2 avx2 avx512f avx512_bf16\n")
    assert has_bfloat16(cpuinfo)


def test_precision_is_what_the_recipe_asks_for_or_what_pays_if_there_are_units(
    monkeypatch: pytest.MonkeyPatch,
):
    small = Recipe(batch_size=10)
    slowly_written = Recipe(hidden_units=(), batch_size=64, handwriting=True)
    monkeypatch.setattr(core_precision, "has_bfloat16", lambda: True)
    assert precision_of(ARTICLE) == "bfloat16"
    assert precision_of(small) == precision_of(slowly_written) == "float32"
    assert precision_of(dataclasses.replace(small, precision="bfloat16")) == "bfloat16"
    assert precision_of(dataclasses.replace(ARTICLE, precision="float32")) == "float32"
    with monkeypatch.context() as without_onednn:
        without_onednn.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
        assert precision_of(ARTICLE) == "float32"
    monkeypatch.setattr(core_precision, "has_bfloat16", lambda: False)
    for precision in PRECISIONS:
        assert precision_of(dataclasses.replace(ARTICLE, precision=precision)) == "float32"
