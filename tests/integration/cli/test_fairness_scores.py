"""`countenance fairness scores` from the terminal: a table on disk, no installation, no model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.testing import CliRunner

from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.fairness_options import HigherIs
from countenance.entrypoints.cli.main import app
from countenance.fairness.model import Direction

PROMISED = {
    "groups", "fmr_max_min", "fmr_max_geomean", "ir", "garbe", "fdr", "gini_fmr", "gini_fnmr", "verdicts",
}  # fmt: skip
OF_A_GROUP = {"mated", "nonmated", "fmr", "fnmr", "fmr_interval", "fnmr_interval"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Group a: 2 false matches in 100 and 1 miss in 50; group b: 1 in 100 and 2 in 50."""
    lines = ["score,mated,sex,age,one,other"]
    for sex, false_matches, misses in (("a", 2, 1), ("b", 1, 2)):
        people = [(f"{sex}{i}", f"{sex}{i + 1}", "young" if i % 2 else "old") for i in range(100)]
        lines += [
            f"{0.9 if i < false_matches else 0.1},0,{sex},{age},{one},{other}"
            for i, (one, other, age) in enumerate(people)
        ]
        lines += [
            f"{0.1 if i < misses else 0.9},1,{sex},{age},{one},{one}"
            for i, (one, _, age) in enumerate(people[:50])
        ]
    path = tmp_path / "scores.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def scores(table: Path, *more: str, group: str = "sex") -> Any:  # noqa: ANN401  typer's own
    arguments = [str(table), "--score", "score", "--mated", "mated", "--group", group, "--threshold", "0.5"]
    return CliRunner().invoke(app, ["fairness", "scores", *arguments, *more])


def test_the_document_has_the_keys_that_were_promised_and_the_figures_by_hand(table: Path) -> None:
    told = scores(table, "--json")
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert document.keys() >= PROMISED
    a, b = document["groups"]["a"], document["groups"]["b"]
    assert a.keys() >= OF_A_GROUP
    assert (a["mated"], a["nonmated"], a["fmr"], a["fnmr"]) == (50, 100, 0.02, 0.02)
    assert (b["fmr"], b["fnmr"]) == (0.01, 0.04)
    assert a["fmr_interval"] == pytest.approx([0.0042, 0.0632], abs=1e-3)
    assert document["fmr_max_min"] == pytest.approx(2)
    assert document["fmr_max_geomean"] == pytest.approx(2**0.5)
    assert document["ir"] == pytest.approx(2)
    assert document["gini_fmr"] == document["gini_fnmr"] == document["garbe"] == pytest.approx(1 / 3)
    assert document["fdr"] == pytest.approx(1 - (0.5 * 0.01 + 0.5 * 0.02))
    assert document["verdict"] == "no cap named"
    assert document["verdicts"]["fmr"]["groups"]["a"]["verdict"] == "insufficient evidence"


def test_a_distance_gives_the_same_rates_as_a_similarity(table: Path, tmp_path: Path) -> None:
    mirrored = tmp_path / "mirrored.csv"
    swapped = {"0.9,": "0.1,", "0.1,": "0.9,"}
    lines = table.read_text(encoding="utf-8").splitlines()
    mirrored.write_text("\n".join([lines[0], *(swapped[line[:4]] + line[4:] for line in lines[1:])]))
    ours, other = (
        json.loads(scores(*one, "--json").stdout)
        for one in ((table,), (mirrored, "--higher-is", "different"))
    )
    assert ours["groups"] == other["groups"]


def test_each_cap_is_judged_at_the_worst_groups_bound(table: Path) -> None:
    document = json.loads(
        scores(table, "--fmr-cap", "0.2", "--fnmr-cap", "0.001", "--ratio-cap", "100", "--json").stdout
    )
    assert document["verdicts"]["fmr"]["verdict"] == "pass"
    assert document["verdicts"]["fnmr"]["groups"]["b"]["verdict"] == "fail"
    assert document["verdicts"]["fmr_max_geomean"]["verdict"] == "pass"
    assert document["verdict"] == "fail"


def test_several_columns_give_intersections_and_each_column_beside_them(table: Path) -> None:
    document = json.loads(scores(table, "--group", "age", "--json").stdout)
    assert sorted(document["groups"]) == ["a & old", "a & young", "b & old", "b & young"]
    assert sorted(document["by_column"]["age"]["groups"]) == ["old", "young"]
    assert document["by_column"]["sex"]["groups"]["a"]["nonmated"] == 100


def test_people_read_the_verdict_first_and_what_the_intervals_do_not_know(table: Path) -> None:
    told = scores(table, "--fmr-cap", "0.01")
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("insufficient evidence")
    assert "1 in 50" in told.stdout
    assert "too narrow" in told.stdout
    assert "unbiased" not in told.stdout
    both = scores(table, "--subject", "one", "--subject", "other")
    assert "too narrow" not in both.stdout
    assert "one side only" in scores(table, "--subject", "one").stdout


def test_what_cannot_be_read_is_a_usage_error(table: Path, tmp_path: Path) -> None:
    told = scores(table, "--json", group="colour")
    assert told.exit_code == ExitCode.USAGE
    assert "`colour`" in json.loads(told.stdout)["error"]["message"]
    parquet = tmp_path / "scores.parquet"
    parquet.write_bytes(b"PAR1" + bytes(20))
    assert "no Parquet file that can be read" in scores(parquet).stderr
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in scores(binary).stderr


def test_the_directions_are_those_of_the_room() -> None:
    assert get_args(HigherIs) == tuple(one.value for one in Direction)
