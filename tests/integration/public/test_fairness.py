"""Error rates by group on the page of the model: as the report has them, without groups too small to show."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from countenance.app.installation import Installation
from countenance.app.transparency import shipped_note
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.main import app
from countenance.errors import InvalidInputError
from countenance.fairness.measurement import document_digest
from countenance.recognition.measuring.published_fairness import read_fairness
from countenance.settings import Settings
from fakes_engine import LARGEST, photograph
from public_stage import PublicStage
from world import World


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `countenance fairness run` wrote of two groups of ten people and one of two."""
    folder = tmp_path_factory.mktemp("people")
    lines = ["image,subject,sex,town"]
    for i in range(22):
        for number in (1, 2):
            (folder / f"{i}-{number}.jpg").write_bytes(photograph(f"subject {i}", number))
            lines.append(f"{i}-{number}.jpg,s{i},{'ab'[i % 2] if i < 20 else 'tiny<group>'},{'xy'[i % 2]}")
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    world = World()
    world.max_image_bytes = LARGEST
    line = CommandLine(opener=lambda: world.acts)
    arguments = ["fairness", "run", str(folder / "manifest.csv"), "--report", str(folder / "out")]
    more = ["--source", "sex=self-reported", "--remark", "Not for doors."]
    assert CliRunner().invoke(app, [*arguments, *more], obj=line).exit_code == 0
    return (folder / "out" / "report.json").read_text(encoding="utf-8")


def test_the_page_shows_the_rates_by_group_as_the_report_has_them(
    public: PublicStage, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = replace(shipped_note(), fairness=read_fairness(report))
    monkeypatch.setattr(public.stage.parts, "model_note", lambda: note)
    text = public.get("/model").text
    document = json.loads(report)
    assert "Not measured yet" not in text
    assert "By sex" in text
    assert "labels: self-reported" in text
    assert "Not for doors." in text
    assert document["record"]["digest"] in text
    assert "tiny" not in text
    assert "1 group with fewer than 5 people left out" in text
    assert "has not been measured either" not in public.get("/").text


def test_the_rates_and_intervals_are_those_of_the_document(report: str) -> None:
    told, document = read_fairness(report), json.loads(report)
    assert [column.name for column in told.columns] == ["sex", "town"]
    for column in told.columns:
        table = document["by_column"][column.name]["groups"]
        for group in column.groups:
            assert group.fmr is not None
            assert group.fnmr is not None
            assert group.fmr.rate == table[group.name]["fmr"]
            assert [group.fnmr.lower, group.fnmr.upper] == table[group.name]["fnmr_interval"]
    assert [column.withheld for column in told.columns] == [1, 0]


def test_a_report_that_was_changed_is_not_shown(report: str, tmp_path: Path) -> None:
    document = json.loads(report)
    document["by_column"]["sex"]["groups"]["a"]["fmr"] = 0.25
    with pytest.raises(InvalidInputError, match="changed after it was made"):
        read_fairness(json.dumps(document))
    for text in ("", "{}", "[]", '{"record": {"digest": "x"}, "format": 2}'):
        with pytest.raises(InvalidInputError):
            read_fairness(text)
    path = tmp_path / "report.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    installed = Installation(Settings(home=tmp_path, fairness_report=path))
    assert installed.model_note().fairness is None
    assert any("no error rates by group" in warning for warning in installed.diagnose().warnings)
    installed.close()


def test_a_report_of_another_pipeline_says_nothing_of_this_one(report: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(report, encoding="utf-8")
    assert Installation(Settings(home=tmp_path, fairness_report=path)).model_note().fairness is None
    document = json.loads(report)
    record = document.pop("record")
    default = shipped_note().record
    assert default is not None
    document["model_digest"] = default.calibration.pipeline.model_digest
    document["pipeline_version"] = default.calibration.pipeline.version
    record["digest"] = document_digest(document)
    path.write_text(json.dumps({**document, "record": record}), encoding="utf-8")
    shown = Installation(Settings(home=tmp_path, fairness_report=path)).model_note().fairness
    assert shown is not None
    assert shown.digest == record["digest"]
