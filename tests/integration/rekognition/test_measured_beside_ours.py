"""The engine beside a service that speaks Rekognition, on the same pairs, over loopback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.main import app
from countenance.errors import InvalidInputError
from countenance.fairness.sealing import verify_report
from integration.rekognition.stage import PNG, PictureEngine, Stage, picture
from world import World

SUBJECTS = 12


def people(folder: Path) -> Path:
    folder.mkdir()
    lines = ["image,subject,sex"]
    for subject in range(SUBJECTS):
        for number in (1, 2):
            (folder / f"{subject}-{number}.png").write_bytes(picture(f"subject {subject}", number))
            lines.append(f"{subject}-{number}.png,s{subject},{'fm'[subject % 2]}")
    (folder / "0-1.png").write_bytes(PNG + b"no face")
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder / "manifest.csv"


@pytest.fixture
def world() -> World:
    made = World()
    made.engine = PictureEngine()
    made.engine_with = lambda _model: PictureEngine()
    made.max_image_bytes = 100_000
    return made


def run(world: World, manifest: Path, *more: str) -> Any:  # noqa: ANN401  typer's own
    line = CommandLine(opener=lambda: world.acts)
    return CliRunner().invoke(app, ["fairness", "systems", str(manifest), *more], obj=line)


def signed_in(stage: Stage, monkeypatch: pytest.MonkeyPatch, who: str = "tester") -> None:
    held = stage.credentials[who]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", held.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", held.secret)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_a_service_the_engine_and_another_model_score_the_same_pairs(
    stage: Stage, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(stage, monkeypatch)
    manifest = people(tmp_path / "people")
    told = run(
        world, manifest, "--system", "ours=engine", "--system", f"theirs=rekognition:{stage.url}",
        "--system", "other=model:another", "--threshold", "theirs=80", "--threshold", "other=0.9999",
        "--send-images", "--scores", str(tmp_path / "scores"), "--json",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    ours, theirs = document["systems"]["ours"], document["systems"]["theirs"]
    assert ours["groups"]["m"]["nonmated"] == theirs["groups"]["m"]["nonmated"] == 60
    assert ours["groups"]["m"]["fmr"] == theirs["groups"]["m"]["fmr"] == 0.0
    assert ours["not_compared"] == theirs["not_compared"] == 1 + 5 * 2
    apart = document["differences"]["theirs"]["groups"]["m"]
    assert (apart["fmr"]["difference"], apart["fmr"]["trials"], apart["fmr"]["shown"]) == (0.0, 60, False)
    assert document["differences"]["other"]["everybody"]["fnmr"]["only_this"] > 0
    registered, completed = world.events()[-2:]
    assert registered["sent_to"] == [stage.url]
    assert completed["fairness"] == document["record"]["digest"]
    assert verify_report(json.dumps(document), [world.store.signer.vkey], {}).ok
    scores = CliRunner().invoke(
        app,
        [
            "fairness", "scores", str(tmp_path / "scores" / "theirs.csv"), "--score", "score",
            "--mated", "mated", "--group", "sex", "--subject", "subject_a", "--subject", "subject_b",
            "--threshold", "80", "--json",
        ],
    )  # fmt: skip
    again = json.loads(scores.stdout)
    assert {name: again[name] for name in ("groups", "verdicts")} == {
        name: theirs[name] for name in ("groups", "verdicts")
    }


def test_nothing_is_sent_unless_it_is_said(world: World, tmp_path: Path, stage: Stage) -> None:
    manifest = people(tmp_path / "people")
    both = [
        "--system",
        "ours=engine",
        "--system",
        f"theirs=rekognition:{stage.url}",
        "--threshold",
        "theirs=80",
    ]
    told = run(world, manifest, *both, "--json")
    assert told.exit_code == ExitCode.USAGE
    assert "photographs of people" in json.loads(told.stdout)["error"]["message"]
    assert world.types() == []
    assert stage.engine.seen == []


def test_a_service_that_does_not_let_us_in_is_a_recorded_failure(
    stage: Stage, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(stage, monkeypatch)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    both = [
        "--system",
        "ours=engine",
        "--system",
        f"theirs=rekognition:{stage.url}",
        "--threshold",
        "theirs=80",
    ]
    told = run(world, people(tmp_path / "people"), *both, "--send-images", "--json")
    assert told.exit_code == ExitCode.SET_UP
    assert "InvalidSignatureException" in json.loads(told.stdout)["error"]["message"]
    assert world.types()[-1] == "measurement:failed"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--system", "ours=engine", "--system", "ours=engine"], "each name once"),
        (["--system", "a=engine", "--system", "b=model:x"], "needs a threshold"),
        (["--system", "a=engine", "--system", "b=engine", "--threshold", "c=1"], "is no system"),
        (["--system", "a=engine", "--system", "b=engine", "--threshold", "b=x"], "no score"),
        (["--system", "a=engine", "--system", "b=other:x"], "no kind of system"),
        (
            ["--system", "a=engine", "--system", "b=rekognition:http://example.org", "--send-images"],
            "use https",
        ),
        (["--system", "a=engine", "--system", "b=azure:ftp://x", "--send-images"], "no address"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_refused(
    world: World, tmp_path: Path, more: list[str], message: str
) -> None:
    told = run(world, people(tmp_path / "people"), *more, "--json")
    assert told.exit_code == ExitCode.USAGE
    assert message in json.loads(told.stdout)["error"]["message"]
    assert "measurement:permitted" not in world.types()


def test_one_system_is_measured_on_a_list_of_pairs(world: World, tmp_path: Path) -> None:
    folder = people(tmp_path / "people").parent
    lines = ["a,b,mated,subject_a,subject_b,sex,lens"]
    for subject in range(1, SUBJECTS):
        lines.append(f"{subject}-1.png,{subject}-2.png,1,s{subject},s{subject},{'fm'[subject % 2]},x")
        lines.append(f"{subject}-1.png,0-2.png,0,s{subject},s0,{'fm'[subject % 2]},")
    table = folder / "pairs.csv"
    table.write_text("\n".join(lines), encoding="utf-8")
    told = run(world, table, "--system", "ours=engine", "--group", "sex", "--json")
    assert told.exit_code == 0, told.output
    document = json.loads(told.stdout)
    assert document["differences"] == {}
    groups = document["systems"]["ours"]["groups"]
    assert {name: (one["mated"], one["nonmated"]) for name, one in groups.items()} == {
        "f": (5, 5),
        "m": (6, 6),
    }
    both = json.loads(run(world, table, "--system", "a=engine", "--json").stdout)
    assert sorted(both["systems"]["a"]["groups"]) == ["f & x", "m & x"]
    for text, message in (
        ("1-1.png,1-2.png,0,s1,s1,f,x", "contradict"),
        ("1-1.png,../x,0,s1,s2,f,x", "below"),
    ):
        table.write_text("\n".join([lines[0], text]), encoding="utf-8")
        refused = run(world, table, "--system", "a=engine", "--json")
        assert message in json.loads(refused.stdout)["error"]["message"]


def test_people_read_who_differs_from_whom(world: World, tmp_path: Path) -> None:
    both = ["--system", "a=engine", "--system", "b=engine", "--threshold", "b=0.99"]
    told = run(world, people(tmp_path / "people"), *both)
    assert told.exit_code == 0, told.output
    assert "b against a, on" in told.stdout
    assert "scales differ" in told.stdout
    with pytest.raises(InvalidInputError):
        world.acts.fairness.scorer("model:", "central")
