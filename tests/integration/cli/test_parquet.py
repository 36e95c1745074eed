"""Tables as Parquet give what the same table as CSV gives; what cannot be read says why."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.fairness_run import manifest_at
from countenance.entrypoints.cli.main import app
from countenance.entrypoints.cli.tables import read_table
from countenance.recognition.measuring.calibration_plan import read_pair_rows

ROWS: dict[str, list[Any]] = {
    "score": [0.9, 0.1, 0.25, None, 0.7, float("nan")],
    "mated": [True, False, False, True, True, False],
    "sex": ["f", "f", "m", "m", "m", None],
    "age": [30, 30, 41, 41, 41, 41],
    "one": ["a", "a", "b", "b", "b", "b"],
    "notes": ["", "x", "y", "z", "", ""],
}
OPTIONS = ["--score", "score", "--mated", "mated", "--group", "sex", "--threshold", "0.5", "--subject", "one"]


def written(folder: Path, rows: dict[str, list[Any]]) -> tuple[Path, Path]:
    """The same table as Parquet and as CSV."""
    one, other = folder / "table.parquet", folder / "table.csv"
    parquet.write_table(pa.table(rows), one, row_group_size=2)
    with other.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(rows)
        writer.writerows(zip(*rows.values(), strict=True))
    return one, other


def scores(table: Path, *more: str) -> tuple[int, dict[str, Any]]:
    told = CliRunner().invoke(app, ["fairness", "scores", str(table), *OPTIONS, *more, "--json"])
    return told.exit_code, json.loads(told.stdout)


def test_a_table_of_scores_gives_the_same_document_either_way(tmp_path: Path) -> None:
    one, other = written(tmp_path, ROWS)
    assert scores(one) == scores(other)
    document = scores(one)[1]
    assert document["groups"]["m"]["mated"] == 1
    assert document["rows_without_group"] == 1


def test_answers_manifests_and_pairs_are_read_too(tmp_path: Path) -> None:
    answers = {"truth": ["a", "b"], "answer": ["a", "a"], "sex": ["f", "m"]}
    tables = written(tmp_path, answers)
    options = ["--truth", "truth", "--prediction", "answer", "--group", "sex", "--json"]
    told = [CliRunner().invoke(app, ["fairness", "predictions", str(table), *options]) for table in tables]
    assert told[0].exit_code == 0
    assert told[0].stdout == told[1].stdout
    tables = written(tmp_path, {"image": ["1.jpg", "2.jpg"], "subject": [1, 2], "age": [30, None]})
    one, other = (manifest_at(table, None, ["age=40"], []) for table in tables)
    assert one == other
    assert one.images[1].groups == ("",)
    listed = {"a": ["x/1.jpg", "x/1.jpg"], "b": ["x/2.jpg", "y/1.jpg"], "mated": [True, False]}
    pairs = [read_table(table, read_pair_rows) for table in written(tmp_path, listed)]
    assert [pair.mated for pair in pairs[0].pairs] == [True, False]
    assert pairs[0] == pairs[1]


def test_what_is_wrong_with_a_table_is_said(tmp_path: Path) -> None:
    one, _ = written(tmp_path, ROWS)
    code, told = scores(one, "--group", "colour")
    assert code == ExitCode.USAGE
    assert "exactly one column `colour`" in told["error"]["message"]
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(one.read_bytes()[:-20])
    assert "no Parquet file that can be read" in scores(broken)[1]["error"]["message"]
    parquet.write_table(pa.table({**ROWS, "sex": [["f"]] * 6}), broken)
    assert "more than one value in a row" in scores(broken)[1]["error"]["message"]
    (tmp_path / "odd.csv").write_text('score,mated,sex,one\n"0.1', encoding="utf-8")
    assert "not CSV" in scores(tmp_path / "odd.csv")[1]["error"]["message"]


def test_without_the_extra_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = written(tmp_path, ROWS)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, told = scores(one)
    assert code == ExitCode.USAGE
    assert "`countenance[parquet]`" in told["error"]["message"]
