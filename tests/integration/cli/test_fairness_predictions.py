from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.main import app

PUBLISHED = {("darker", "female"): (271, 94), ("darker", "male"): (318, 38), ("lighter", "female"): (296, 21),
             ("lighter", "male"): (385, 1)}  # fmt: skip
"""Faces and errors in four cells, of the size of the Pilot Parliaments Benchmark."""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    lines = ["truth,answer,skin,sex,right"]
    for (skin, sex), (faces, errors) in PUBLISHED.items():
        other = "male" if sex == "female" else "female"
        lines += [f"{sex},{other if i < errors else sex.title()},{skin},{sex},x" for i in range(faces)]
    lines.append("female,,darker,female,x")
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def audit(table: Path, *more: str) -> Any:  # noqa: ANN401  typer's own
    columns = ["--truth", "truth", "--prediction", "answer", "--group", "skin", "--group", "sex"]
    return CliRunner().invoke(app, ["fairness", "predictions", str(table), *columns, *more])


def test_error_rates_stand_at_the_intersections_and_by_column(table: Path) -> None:
    document = json.loads(audit(table, "--error-cap", "0.1", "--json").stdout)
    worst = document["groups"]["darker & female"]
    assert (worst["trials"], worst["errors"], worst["no_answer"]) == (271, 94, 1)
    assert worst["error"] == pytest.approx(0.347, abs=1e-3)
    assert document["groups"]["lighter & male"]["error"] == pytest.approx(1 / 385)
    assert document["error_gap"] == pytest.approx(94 / 271 - 1 / 385)
    assert document["by_column"]["skin"]["groups"]["darker"]["errors"] == 94 + 38
    verdicts = document["verdicts"]["error"]["groups"]
    assert verdicts["darker & female"]["verdict"] == document["verdict"] == "fail"
    assert verdicts["lighter & male"]["verdict"] == "pass"


def test_people_read_the_verdict_first(table: Path) -> None:
    told = audit(table)
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("not judged")
    assert "1 in 2.9" in told.stdout


def test_what_cannot_be_read_is_a_usage_error(table: Path) -> None:
    for text, message in (("truth,answer,skin\n,a,b\n", "`sex`"), ("truth,skin,sex\n", "`answer`"),
                          ("truth,answer,skin,sex\n,a,b,c\n", "truth is missing"),
                          ("truth,answer,skin,sex\na,a\n", "not as many")):  # fmt: skip
        table.write_text(text, encoding="utf-8")
        told = audit(table, "--json")
        assert told.exit_code == ExitCode.USAGE
        assert message in json.loads(told.stdout)["error"]["message"]
    assert audit(table, "--error-cap", "2").exit_code == ExitCode.USAGE


def test_a_repeated_audit_tells_what_changed_in_each_group(table: Path, tmp_path: Path) -> None:
    before = tmp_path / "before.csv"
    before.write_text(table.read_text("utf-8"), "utf-8")
    mended = table.read_text("utf-8").replace(
        "female,male,darker,female,x\n", "female,female,darker,female,x\n", 80
    )
    table.write_text(mended, "utf-8")
    document = json.loads(audit(table, "--before", str(before), "--json").stdout)
    changed = document["since"]["groups"]["darker & female"]
    assert changed["change"] == pytest.approx(-80 / 271)
    assert changed["shown"] == "fewer errors"
    assert document["since"]["groups"]["lighter & male"]["shown"] == "no change shown"
    assert document["since"]["error_gap"] < document["since"]["error_gap_before"]
    told = audit(table, "--before", str(before))
    assert "-29.5 points" in told.stdout
    assert "fewer errors" in told.stdout


def test_what_the_makers_may_still_answer_is_not_to_be_published(table: Path) -> None:
    today = datetime.now(UTC).date()
    window = ("--told", today.isoformat(), "--window-days", "60")
    document = json.loads(audit(table, *window, "--json").stdout)
    assert document["disclosure"]["public"] is False
    assert "not to be published before" in audit(table, *window).stderr
    over = ("--told", "2020-01-31", "--window-days", "60")
    assert json.loads(audit(table, *over, "--json").stdout)["disclosure"]["public_from"] == "2020-03-31"
    for wrong in (("--told", "2020-01-31"), ("--told", "soon", "--window-days", "60"),
                  ("--told", "2999-01-01", "--window-days", "60")):  # fmt: skip
        assert audit(table, *wrong).exit_code == ExitCode.USAGE
