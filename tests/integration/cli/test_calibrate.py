"""`countenance calibrate` from the terminal: files on disk, the real gate, an engine of sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from countenance.biometrics.calibration_file import read_record
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.main import app
from fakes_engine import LARGEST, photograph
from world import World

SUBJECTS = 40


@pytest.fixture
def world() -> World:
    made = World()
    made.max_image_bytes = LARGEST
    return made


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """Forty subjects with two photographs each, and a list that pairs them."""
    folder = tmp_path / "people"
    lines = ["a,b,mated,fold"]
    for i in range(SUBJECTS):
        (folder / f"s{i:02}").mkdir(parents=True)
        for number in (1, 2):
            (folder / f"s{i:02}" / f"{number}.jpg").write_bytes(photograph(f"subject {i}", number))
        lines.append(f"s{i:02}/1.jpg,s{i:02}/2.jpg,1,{i % 5}")
        lines.append(f"s{i:02}/1.jpg,s{(i + 1) % SUBJECTS:02}/2.jpg,0,{i % 5}")
    (folder / "pairs.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def run(world: World, *arguments: str) -> Any:  # noqa: ANN401  typer's own
    line = CommandLine(opener=lambda: world.acts)
    return CliRunner().invoke(app, ["calibrate", *arguments], obj=line)


def calibrate(world: World, folder: Path, *more: str) -> Any:  # noqa: ANN401  typer's own
    return run(world, str(folder / "pairs.csv"), "--root", str(folder), *more)


def test_the_document_has_what_scripts_rely_on_and_is_a_record(world: World, data_set: Path) -> None:
    told = calibrate(world, data_set, "--json")
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert (document["accuracy"], document["accuracy_std"], document["folds"]) == (1.0, 0.0, 5)
    assert (document["trials"], document["not_acquired"], document["failures"]) == (2 * SUBJECTS, 0, [])
    assert document["data_set"] == "people"
    assert document["fmr_table"][0]["fmr"] == 1.0
    assert read_record(told.stdout).id == document["id"]
    assert world.types()[-2:] == ["measurement:permitted", "measurement:completed"]


def test_people_read_figures_with_their_intervals_and_what_the_trials_do_not_support(
    world: World, data_set: Path
) -> None:
    told = calibrate(world, data_set, "--cross")
    assert told.exit_code == 0, told.output
    for words in ("40 mated, 3,120 non-mated", "1 in 100", "95 % interval", "too few trials to say"):
        assert words in told.stdout
    assert world.types()[-1] == "measurement:completed"


def test_images_that_cannot_be_used_are_rows_and_end_nothing(world: World, data_set: Path) -> None:
    (data_set / "s00" / "1.jpg").unlink()
    (data_set / "s01" / "1.jpg").write_bytes(b"not an image")
    (data_set / "s02" / "1.jpg").write_bytes(b"x" * (LARGEST + 1))
    (data_set / "s03" / "1.jpg").write_bytes(b"no face")
    document = json.loads(calibrate(world, data_set, "--json").stdout)
    assert {(row["image"], row["code"]) for row in document["failures"]} == {
        ("s00/1.jpg", "file_missing"),
        ("s01/1.jpg", "image_unsupported"),
        ("s02/1.jpg", "image_too_large"),
        ("s03/1.jpg", "face_not_found"),
    }
    assert (document["not_acquired"], document["lost"]) == (4, 8)
    assert document["accuracy"] == pytest.approx(1 - 8 / (2 * SUBJECTS))
    for words in ("s03/1.jpg", "face_not_found"):
        assert words in calibrate(world, data_set).stdout


def test_a_record_is_written_once_and_can_be_used(world: World, data_set: Path, tmp_path: Path) -> None:
    out = tmp_path / "record.json"
    told = calibrate(world, data_set, "--out", str(out))
    assert told.exit_code == 0, told.output
    assert read_record(out.read_text(encoding="utf-8")).id in told.stdout.replace("\n", "")
    assert "s00" not in out.read_text(encoding="utf-8")
    again = calibrate(world, data_set, "--out", str(out))
    assert again.exit_code == ExitCode.USAGE
    assert "exists already" in again.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\nx,y\n", "no column `mated`"),
        (b"a,b,mated\nx/1,x/2,maybe\n", "line 2"),
        (b"a,b,mated\n../x,x/2,1\n", "not a path below"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_before_anything_is_asked(
    world: World, data_set: Path, content: bytes, message: str
) -> None:
    (data_set / "pairs.csv").write_bytes(content)
    told = calibrate(world, data_set, "--json")
    assert told.exit_code == ExitCode.USAGE
    assert message in json.loads(told.stdout)["error"]["message"]
    assert world.types() == []


def test_remarks_stand_in_the_record(world: World, data_set: Path) -> None:
    told = calibrate(world, data_set, "--json", "--remark", "Not for doors.", "--remark", "Few people.")
    assert json.loads(told.stdout)["remarks"] == ["Not for doors.", "Few people."]


def test_guessed_subjects_are_not_crossed(world: World, data_set: Path) -> None:
    (data_set / "pairs.csv").write_text("a,b,mated\ns00/1.jpg,s01/1.jpg,1\ns00/1.jpg,s00/2.jpg,0\n")
    told = calibrate(world, data_set, "--cross", "--json")
    assert told.exit_code == ExitCode.USAGE
    assert "subject_a" in json.loads(told.stdout)["error"]["message"]
