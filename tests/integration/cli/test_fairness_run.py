"""`countenance fairness run` from the terminal: files on disk, the real gate, an engine of sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from applying import AUDITOR
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.main import app
from countenance.fairness.measurement import document_digest
from fakes_engine import LARGEST, photograph
from world import World

SUBJECTS = 40


@pytest.fixture
def world() -> World:
    made = World()
    made.max_image_bytes = LARGEST
    return made


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Forty subjects with two photographs each, in two groups; two photographs show no face."""
    folder = tmp_path / "people"
    folder.mkdir()
    lines = ["image,subject,sex,age"]
    for i in range(SUBJECTS):
        for number in (1, 2):
            (folder / f"{i}-{number}.jpg").write_bytes(photograph(f"subject {i}", number))
            lines.append(f"{i}-{number}.jpg,s{i},{'ab'[i % 2]},{20 + i}")
    (folder / "0-1.jpg").write_bytes(b"no face")
    (folder / "1-1.jpg").unlink()
    path = folder / "manifest.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def run(world: World, manifest: Path, *more: str) -> Any:  # noqa: ANN401  typer's own
    line = CommandLine(opener=lambda: world.acts)
    return CliRunner().invoke(app, ["fairness", "run", str(manifest), *more], obj=line)


def test_what_was_settled_is_on_the_ledger_before_the_first_image_is_read(
    world: World, manifest: Path
) -> None:
    told = run(world, manifest, "--group", "sex", "--json")
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    events = world.events()[-3:]
    assert [event["type"] for event in events] == [
        "measurement:permitted", "measurement:registered", "measurement:completed",
    ]  # fmt: skip
    assert events[1]["plan"] == events[2]["plan"] == document["plan_digest"]
    assert events[2]["fairness"] == document["record"]["digest"]
    measured = {key: value for key, value in document.items() if key not in {"record", "failures"}}
    assert document_digest(measured) == document["record"]["digest"]
    world.check_ledger()


def test_groups_are_those_of_the_manifest_with_failures_counted_by_group(
    world: World, manifest: Path
) -> None:
    document = json.loads(run(world, manifest, "--group", "sex", "--json").stdout)
    a, b = document["groups"]["a"], document["groups"]["b"]
    assert (a["mated"], a["nonmated"]) == (19, 39 * 38 // 2 - 19)
    assert (a["fta"], a["fnmr"], a["frr"]) == (1 / 40, 0.0, 1 / 40)
    assert (b["images"], b["fte"]) == (40, 0.0)
    assert document["not_acquired"] == {"a": {"face_not_found": 1}, "b": {"file_missing": 1}}
    assert document["kinds"]["random"]["nonmated"] == 78 * 77 // 2 - 38
    assert document["kinds"]["yoked"]["nonmated"] == a["nonmated"] + b["nonmated"]
    assert {row["image"] for row in document["failures"]} == {"0-1.jpg", "1-1.jpg"}
    assert document["threshold"] == 0.5


def test_bands_and_columns_intersect_and_each_column_stands_beside(world: World, manifest: Path) -> None:
    document = json.loads(
        run(world, manifest, "--band", "age=40", "--source", "sex=self-reported", "--json").stdout
    )
    assert sorted(document["groups"]) == [
        "a & 40 and above", "a & below 40", "b & 40 and above", "b & below 40",
    ]  # fmt: skip
    assert sorted(document["by_column"]) == ["age", "sex"]
    assert [column["source"] for column in document["columns"]] == ["self-reported", "not stated"]
    assert document["by_column"]["sex"]["groups"]["a"]["nonmated"] == 39 * 38 // 2 - 19


def test_thin_evidence_passes_no_cap(world: World, manifest: Path) -> None:
    told = run(world, manifest, "--group", "sex", "--fmr-cap", "0.0001", "--fnmr-cap", "0.5")
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("insufficient evidence")
    assert world.events()[-1]["verdict"] == "insufficient evidence"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--band", "age"], "COLUMN=VALUE"),
        (["--band", "age=x"], "no list of numbers"),
        (["--fmr", "0.001", "--threshold", "0.4"], "not by both"),
        (["--fmr", "2"], "between 0 and 1"),
        (["--fmr-cap", "1.5"], "no cap"),
        (["--group", "colour"], "`colour`"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_before_anything_is_asked(
    world: World, manifest: Path, more: list[str], message: str
) -> None:
    told = run(world, manifest, *more, "--json")
    assert told.exit_code == ExitCode.USAGE
    assert message in json.loads(told.stdout)["error"]["message"]
    assert world.types() == []


def test_a_measurement_of_nothing_is_a_recorded_failure(world: World, manifest: Path) -> None:
    for image in manifest.parent.glob("*.jpg"):
        image.unlink()
    told = run(world, manifest, "--group", "sex", "--json")
    assert "nothing to compare" in json.loads(told.stdout)["error"]["message"]
    assert world.types()[-1] == "measurement:failed"


def test_a_manifest_that_says_who_is_enrolled_gives_searches_by_group(world: World, manifest: Path) -> None:
    lines = manifest.read_text(encoding="utf-8").splitlines()
    parts = ["part", *("enrol" if at % 2 == 0 and at < 60 else "probe" for at in range(2 * SUBJECTS))]
    manifest.write_text(
        "\n".join(f"{line},{part}" for line, part in zip(lines, parts, strict=True)), encoding="utf-8"
    )
    document = json.loads(run(world, manifest, "--group", "sex", "--json").stdout)
    found = document["one_to_many"]
    assert found["gallery"] == {"subjects": 28, "references": 28, "by_group": {"a": 14, "b": 14}}
    group = found["groups"]["a"]
    assert (group["mated_searches"], group["nonmated_searches"]) == (15, 10)
    assert (group["false_negatives"], group["false_positives"]) == (1, 0)
    assert group["without_template"] == 1
    assert document["projection"]["groups"]["a"]["fpir"] == [0.0] * 5
    capped = run(world, manifest, "--group", "sex", "--fpir-cap", "0.5", "--gallery-size", "10")
    assert "strangers named (FPIR)" in capped.stdout
    completed = world.events()[-1]
    assert completed["caps"]["fpir"]["cap_ppb"] == 500_000_000
    assert completed["n_max"] > 10
    alone = run(world, manifest, "--group", "sex", "--fpir-cap", "0.5", "--json")
    assert "named together" in json.loads(alone.stdout)["error"]["message"]


def test_a_run_that_fails_a_cap_settled_beforehand_opens_an_incident_and_a_trial_of_a_score_does_not(
    world: World, manifest: Path
) -> None:
    tried = run(world, manifest, "--group", "sex", "--threshold", "-1", "--fmr-cap", "1e-3", "--json")
    assert json.loads(tried.stdout)["verdict"] == "fail"
    assert not world.acts.gate.read_incidents(AUDITOR)
    for path in manifest.parent.glob("*-2.jpg"):
        path.write_bytes(photograph(f"somebody {path.name}"))
    failed = json.loads(run(world, manifest, "--group", "sex", "--fnmr-cap", "0.1", "--json").stdout)
    assert failed["verdict"] == "fail"
    (incident,) = world.acts.gate.read_incidents(AUDITOR)
    assert (incident.kind, incident.by, incident.stops) == ("fairness_cap_failed", "laboratory", None)
    assert incident.evidence == failed["record"]["digest"]
    assert incident.reason.endswith("over the cap of fnmr")
    assert world.types()[-1] == "incident:opened"
    run(world, manifest, "--group", "sex", "--fnmr-cap", "0.1", "--json")
    assert len(world.acts.gate.read_incidents(AUDITOR)) == 1
    world.check_ledger()


def test_what_searches_measured_stands_on_the_ledger_for_the_gate(world: World, manifest: Path) -> None:
    rows = manifest.read_text(encoding="utf-8").splitlines()
    parts = ["part", *("probe" if "-2" in row or i > 60 else "enrol" for i, row in enumerate(rows[1:]))]
    told = [f"{row},{part}" for row, part in zip(rows, parts, strict=True)]
    manifest.write_text("\n".join(told), encoding="utf-8")
    document = json.loads(run(world, manifest, "--group", "sex", "--json").stdout)
    searched = document["one_to_many"]
    worst = max(one["fpir_worst_upper"] for one in searched["groups"].values())
    entry = world.events()[-1]
    assert entry["fpir_subjects"] == searched["gallery"]["subjects"]
    assert worst * 1e9 <= entry["fpir_worst_upper_ppb"] < worst * 1e9 + 1
    assert document["figures"]["fpir_worst_upper_ppb"] == entry["fpir_worst_upper_ppb"]
