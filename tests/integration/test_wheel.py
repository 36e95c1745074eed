"""What is installed is whole: the built wheel holds every file that the program reads."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603  our own build
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_the_wheel_holds_every_file_that_lies_beside_the_code(wheel: zipfile.ZipFile) -> None:
    beside = {
        str(path.relative_to(SOURCE))
        for path in (SOURCE / "countenance").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }

    assert beside <= set(wheel.namelist())
    assert {Path(name).suffix for name in beside} >= {".py", ".cedar", ".toml", ".json", ".html", ".css"}


def test_the_wheel_holds_nothing_but_the_program(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0].partition("-")[0] for name in wheel.namelist()}

    assert tops == {"countenance"}
    assert not [name for name in wheel.namelist() if name.endswith((".onnx", ".jpg", ".db", ".key"))]
