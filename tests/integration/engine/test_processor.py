from __future__ import annotations

import os
from pathlib import Path

import pytest

from countenance.engine.processor import processor_features, processor_name, usable_cores


@pytest.fixture
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


@pytest.mark.usefixtures("eight_cores")
@pytest.mark.parametrize(
    ("limit", "cores"),
    [
        ("max 100000\n", 8),
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("50000 100000\n", 1),
        ("9900000 100000\n", 8),
        ("nonsense", 8),
        ("1 0", 8),
    ],
)
def test_a_containers_quota_limits_the_cores(tmp_path: Path, limit: str, cores: int) -> None:
    (tmp_path / "cpu.max").write_text(limit)
    assert usable_cores(tmp_path / "cpu.max") == cores


@pytest.mark.usefixtures("eight_cores")
def test_without_a_quota_every_core_of_the_affinity_counts(tmp_path: Path) -> None:
    assert usable_cores(tmp_path / "missing") == 8


def test_the_processor_is_named_with_the_features_that_matter(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text("model name\t: Some CPU @ 2 GHz\nflags\t\t: fpu sse avx2 avx512f avx512_bf16 sha_ni\n")
    assert processor_name(info) == "Some CPU @ 2 GHz"
    assert processor_features(info) == ("avx2", "avx512f", "avx512_bf16")


def test_a_system_that_does_not_tell_is_named_by_its_architecture(tmp_path: Path) -> None:
    assert processor_name(tmp_path / "missing")
    assert processor_features(tmp_path / "missing") == ()
