"""`countenance calibrate choose|meaning|merge` from the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from calibrations import calibration, record
from countenance.biometrics.calibration_file import read_record, record_of, record_to_json, shipped_records
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.main import app
from world import World


def run(*arguments: str, world: World | None = None) -> Any:  # noqa: ANN401  typer's own
    line = CommandLine() if world is None else CommandLine(opener=lambda: world.acts)
    return CliRunner().invoke(app, ["calibrate", *arguments], obj=line)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    generator = np.random.default_rng(2)
    lines = ["score,mated,sex"]
    for sex, shift in (("f", 0.1), ("m", 0.0)):
        lines += [f"{score:.6f},0,{sex}" for score in generator.normal(shift, 0.1, 4_000)]
        lines += [f"{score:.6f},1,{sex}" for score in generator.normal(0.7, 0.1, 200)]
    path = tmp_path / "scores.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


OPTIONS = ("--score", "score", "--mated", "mated", "--group", "sex")


def test_one_threshold_is_chosen_for_the_worst_group(table: Path) -> None:
    told = run("choose", str(table), *OPTIONS, "--worst-fmr", "0.01", "--json")
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert document["worst_group"] == "f"
    assert document["worst_fmr_upper"] <= 0.01
    assert [len(document["projection"][name]) for name in ("sizes", "worst_fpir_upper")] == [5, 5]
    words = run("choose", str(table), *OPTIONS, "--worst-fmr", "0.01")
    assert "for everybody" in words.stdout.splitlines()[0]
    assert "would hide the harm" in words.stdout
    assert "the bounds are too low" in " ".join(words.stdout.split())


def test_beyond_the_trials_nothing_is_said(table: Path) -> None:
    told = run("choose", str(table), *OPTIONS, "--worst-fmr", "1e-5", "--json")
    assert told.exit_code == ExitCode.SET_UP
    error = json.loads(told.stdout)["error"]
    assert error["code"] == "calibration"
    assert "368,887 non-mated trials" in error["message"]


def test_a_record_tells_what_a_threshold_means_at_five_sizes(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record_to_json(record())), encoding="utf-8")
    told = run("meaning", str(path), "--fmr", "0.001", "--json")
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert (document["threshold"], document["fmr"], document["false_matches"]) == (0.4, 0.001, 100)
    assert [one["size"] for one in document["galleries"]] == [10**n for n in range(3, 8)]
    assert document["galleries"][0]["fpir"] == pytest.approx(1 - 0.999**1000)
    between = json.loads(run("meaning", str(path), "--threshold", "0.45", "--json").stdout)
    assert between["threshold"] == 0.4
    assert "strangers named" in run("meaning", str(path), "--fmr", "0.001").stdout


def test_a_record_is_not_read_beyond_its_trials(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record_to_json(record())), encoding="utf-8")
    for asked in (("--fmr", "1e-5"), ("--threshold", "0.6"), ("--threshold", "0.9"), ("--threshold", "0.1")):
        assert run("meaning", str(path), *asked, "--json").exit_code == ExitCode.SET_UP
    assert run("meaning", str(path), "--json").exit_code == ExitCode.USAGE


def test_without_a_record_it_is_the_one_that_is_decided_by() -> None:
    world = World()
    world.calibration = shipped_records()[0]
    told = run("meaning", "--fmr", "0.001", "--json", world=world)
    assert json.loads(told.stdout)["record"] == world.calibration.id


def test_records_are_merged_into_one(tmp_path: Path) -> None:
    from dataclasses import replace  # noqa: PLC0415  beside its one use

    made = calibration()
    other = record_of(replace(made, data_set=replace(made.data_set, digest="ef" * 32)))
    paths = []
    for number, one in enumerate((record(), other)):
        paths.append(str(tmp_path / f"{number}.json"))
        Path(paths[-1]).write_text(json.dumps(record_to_json(one)), encoding="utf-8")
    out = tmp_path / "merged.json"
    assert run("merge", *paths, "--out", str(out)).exit_code == 0
    assert read_record(out.read_text(encoding="utf-8")).calibration.trials.non_mated == 200_000
    assert run("merge", *paths, "--out", str(out)).exit_code == ExitCode.USAGE
    same = run("merge", paths[0], paths[0], "--out", str(tmp_path / "x.json"), "--json")
    assert same.exit_code == ExitCode.SET_UP


def test_pairs_alone_are_measured_as_before(tmp_path: Path) -> None:
    told = run(str(tmp_path / "none.csv"), "--root", str(tmp_path))
    assert told.exit_code == ExitCode.USAGE
    assert "none.csv" in told.stderr
    assert "measure" in run("--help").stdout
