"""What may not stand in any file under version control."""

from __future__ import annotations

import re
from pathlib import Path

from architecture.source import ROOT, tracked_files

MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:root|work|home|farm)/")


def readable(path: Path) -> str:
    data = path.read_bytes()
    return "" if b"\0" in data else data.decode("utf-8", errors="replace")


def machine_paths(name: str, text: str) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:80]}"
        for number, line in enumerate(text.splitlines(), start=1)
        if MACHINE_PATH.search(line)
    ]


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    faults = [
        fault
        for path in tracked_files()
        for fault in machine_paths(path.relative_to(ROOT).as_posix(), readable(path))
    ]
    assert faults == []


def test_a_path_of_a_machine_is_noticed() -> None:
    assert machine_paths("a", "open('/" + "root/x')")
    assert machine_paths("a", "see /" + "home/alice/x")
    assert not machine_paths("a", "GET /v1/galleries; docs/" + "work/x; at ~/" + "home/x")


def test_no_file_under_version_control_is_a_model_a_database_or_a_photograph_of_somebody() -> None:
    heavy = {".onnx", ".npy", ".npz", ".pkl", ".db", ".sqlite", ".pt", ".bin", ".xml"}
    assert [path.name for path in tracked_files() if path.suffix in heavy] == []


def test_no_file_under_version_control_is_larger_than_a_megabyte() -> None:
    assert [path.name for path in tracked_files() if path.stat().st_size > 1 << 20] == []


def test_every_text_file_ends_in_one_newline() -> None:
    texts = [
        path
        for path in tracked_files()
        if path.suffix in {".py", ".md", ".toml", ".in", ".txt", ".json", ".cedar"}
    ]
    assert [
        path.name for path in texts if readable(path) and not re.search(r"[^\n]\n\Z", readable(path))
    ] == []
