"""`countenance models` and `countenance doctor`, on a real installation in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from countenance.app.installation import Installation
from countenance.app.use_cases import Countenance
from countenance.engine.catalogue import DEFAULT_DETECTOR, load_catalogue
from countenance.engine.model_sources import open_sources
from countenance.entrypoints.cli import models
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.doctor import doctor
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.errors import ModelLicenceError, ModelMissingError
from countenance.settings import Settings

app = typer.Typer()
app.add_typer(models.app, name="models")
app.command("doctor")(doctor)


def run(home: Path, command: str, *arguments: str, **settings: object) -> Any:  # noqa: ANN401  typer's own
    line = CommandLine(opener=lambda: Countenance(Installation(Settings(home=home, **settings))))
    return CliRunner().invoke(app, [command, *arguments], obj=line, env={"COLUMNS": "200"})


def spoil_detector(home: Path) -> None:
    entry = load_catalogue().get(DEFAULT_DETECTOR)
    content = bytearray(open_sources(load_catalogue(), None).find(entry).read())
    content[1000] ^= 4
    (home / "models").mkdir(parents=True)
    (home / "models" / entry.file).write_bytes(content)


def test_models_are_listed_for_people_and_for_scripts(tmp_path: Path) -> None:
    told = run(tmp_path, "models", "list")
    assert told.exit_code == 0
    for word in (
        "yunet-2023mar-int8bq",
        "sface-2021dec-int8bq",
        "MIT",
        "Apache-2.0",
        "detector",
        "recogniser",
    ):
        assert word in told.stdout
    listed = json.loads(run(tmp_path, "models", "list", "--json").stdout)["models"]
    default = next(model for model in listed if model["id"] == "sface-2021dec-int8bq")
    assert default["sha256"] == "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee"
    assert (default["state"], default["used_as"], default["commercial_use"]) == (
        "present",
        "recogniser",
        True,
    )


def test_a_model_is_shown_with_its_training_data(tmp_path: Path) -> None:
    told = run(tmp_path, "models", "show", "yunet-2023mar-int8bq")
    assert "WIDER FACE" in told.stdout
    assert "digest right" in told.stdout
    shown = json.loads(run(tmp_path, "models", "show", "yunet-2023mar-int8bq", "--json").stdout)
    assert shown["state"] == "verified"


def test_verifying_ends_well_only_where_every_digest_is_right(tmp_path: Path) -> None:
    assert run(tmp_path, "models", "verify").exit_code == 0
    spoil_detector(tmp_path)
    told = run(tmp_path, "models", "verify")
    assert told.exit_code == ExitCode.SET_UP
    assert "DIGEST WRONG" in told.stdout
    listed = json.loads(run(tmp_path, "models", "verify", "--json").stdout)["models"]
    assert [model["id"] for model in listed if model["state"] == "wrong_digest"] == [DEFAULT_DETECTOR]


def test_fetching_what_is_here_says_where_it_is_and_reaches_out_to_nobody(tmp_path: Path) -> None:
    told = run(tmp_path, "models", "fetch", DEFAULT_DETECTOR, "--json")
    assert told.exit_code == 0
    assert json.loads(told.stdout)["state"] == "verified"


def test_an_unknown_or_undescribed_model_is_an_error(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path, "models", "show", "arcface").exception, ModelMissingError)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "arcface.onnx").write_bytes(b"?")
    assert isinstance(run(tmp_path, "models", "show", "arcface").exception, ModelLicenceError)


def test_the_doctor_tells_provider_precision_and_threads_as_they_really_are(tmp_path: Path) -> None:
    told = run(tmp_path, "doctor", threads=1)
    assert told.exit_code == 0
    for word in ("provider CPU", "f32, 1 thread, 1 stream", "sface-2021dec-int8bq", "Apache-2.0"):
        assert word in told.stdout
    diagnosis = json.loads(run(tmp_path, "doctor", "--json", threads=1).stdout)
    assert diagnosis["ok"]
    assert [network["threads"] for network in diagnosis["networks"]] == [1, 1]
    assert all(network["from_cache"] for network in diagnosis["networks"])
    assert diagnosis["versions"]["openvino"]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"detection_model": "sface-2021dec-int8bq"}, "configuration"),
        ({"recognition_model": "sface-2021dec"}, "model_missing"),
        ({"runtime": "onnxruntime-cuda"}, "configuration"),
    ],
)
def test_what_cannot_run_as_asked_is_a_fault_and_not_replaced(
    tmp_path: Path, settings: dict[str, object], code: str
) -> None:
    told = run(tmp_path, "doctor", "--json", **settings)
    assert told.exit_code == ExitCode.SET_UP
    diagnosis = json.loads(told.stdout)
    assert not diagnosis["ok"]
    assert code in [fault["code"] for fault in diagnosis["faults"]]
    assert diagnosis["networks"] == []
    told = run(tmp_path, "doctor", **settings)
    assert f"[{code}]" in told.stderr
    assert "All is well" not in told.stdout


def test_the_doctor_says_where_no_threshold_could_be_had(tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text("{}", encoding="utf-8")

    told = json.loads(run(tmp_path, "doctor", "--json", calibration_record=record).stdout)

    assert told["ok"]
    assert any("no threshold" in warning for warning in told["warnings"])


def test_the_doctor_says_where_nobody_who_complains_can_reach_the_operator(tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, "doctor", "--json").stdout)
    assert any("COUNTENANCE_CONTACT_EMAIL" in warning for warning in told["warnings"])
    assert told["ok"]
    for settings in ({"contact_email": "faces@example.org"}, {"contact_address": "Main Street 1"}):
        told = json.loads(run(tmp_path, "doctor", "--json", **settings).stdout)
        assert not any("COUNTENANCE_CONTACT" in warning for warning in told["warnings"])
